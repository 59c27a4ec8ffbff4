/** `Daemon` as a launchd agent. */
import { join } from "node:path"
import { Effect, Layer, Schedule } from "effect"
import { agentLabel, plistOf } from "../../domain/daemon/LaunchdPlist.ts"
import { type Look, lookOfLaunchctl } from "../../domain/daemon/Look.ts"
import { faultOf, type Service } from "../../domain/daemon/Service.ts"
import { Daemon, DaemonFailed } from "../../services/Daemon.ts"
import { Programs } from "../../services/Programs.ts"
import * as ServiceFile from "./ServiceFile.ts"
import { settle } from "./Settle.ts"

interface Options {
  readonly home: string
  readonly uid: number
}

/** What launchctl says where there was nothing to take away; "Input/output error" is its word for that, too. */
const nothingThere = /No such (file|process)|not found|Could not find service|Input\/output error/i

const make = Effect.fnUntraced(function* ({ home, uid }: Options) {
  const programs = yield* Programs
  const path = join(home, "Library", "LaunchAgents", `${agentLabel}.plist`)
  const domain = `gui/${uid}`
  const target = `${domain}/${agentLabel}`

  const launchctl = (args: ReadonlyArray<string>, seconds = 30) =>
    programs.run("launchctl", args, { seconds }).pipe(
      Effect.map(({ code, stderr, stdout }) => ({ worked: code === 0, stdout, words: stderr.trim() || stdout.trim() })),
      Effect.mapError(
        ({ detail }) => new DaemonFailed({ message: `launchctl ${args[0]} could not be run (${detail}). Try again.` })
      )
    )
  const refused = (what: string, words: string) =>
    new DaemonFailed({ message: `launchctl ${what} failed (${words}). "launchctl print ${target}" says more.` })

  const printed: Effect.Effect<Look, DaemonFailed> = Effect.map(
    launchctl(["print", target]),
    ({ stdout, worked }): Look =>
      worked ? lookOfLaunchctl(stdout) : { state: "stopped", pid: undefined, reason: "launchd has not loaded it" }
  )

  const bootout = Effect.gen(function* () {
    const { words, worked } = yield* launchctl(["bootout", target], 60)
    if (!worked && !nothingThere.test(words)) return yield* refused("bootout", words)
  })

  /** What is booted out goes in its own time, and meanwhile its place is taken. */
  const bootstrap = Effect.gen(function* () {
    const { words, worked } = yield* launchctl(["bootstrap", domain, path])
    if (!worked && !/already bootstrapped/i.test(words)) return yield* refused("bootstrap", words)
  }).pipe(Effect.retry(Schedule.spaced("1 second").pipe(Schedule.upTo({ times: 30 }))))

  const look = Effect.gen(function* () {
    return (yield* ServiceFile.read(path)) === undefined ? undefined : yield* printed
  })

  const restart = Effect.fn("Launchd.restart")(function* (service: Service) {
    const fault = faultOf(service)
    if (fault !== undefined) return yield* new DaemonFailed({ message: fault })
    const old = yield* printed
    yield* ServiceFile.prepareLog(service.log)
    yield* ServiceFile.write(path, plistOf(service))
    yield* bootout
    yield* bootstrap
    return { look: yield* settle(printed, old.pid, 8), notes: [] }
  })

  /** Booting out is a SIGTERM, which leaves turns to the next server; there will be none, so SIGINT comes first. */
  const endTurns = Effect.gen(function* () {
    const { pid } = yield* printed
    if (pid === undefined) return
    yield* launchctl(["kill", "SIGINT", target])
    yield* Effect.andThen(Effect.sleep("200 millis"), printed).pipe(
      Effect.repeat({ while: (now) => now.pid === pid, times: 100 })
    )
  })

  const stop = Effect.gen(function* () {
    if ((yield* ServiceFile.read(path)) === undefined) return false
    yield* endTurns
    yield* bootout
    yield* ServiceFile.remove(path)
    return true
  })

  return Daemon.of({ look, restart, stop })
})

export const layer = (options: Options) => Layer.effect(Daemon, make(options))
