/** `Daemon` as a systemd user unit. */
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { type Look, lookOfSystemctl, systemctlProperties } from "../../domain/daemon/Look.ts"
import { endingTurns, lingersByLoop, unitName, unitOf } from "../../domain/daemon/SystemdUnit.ts"
import { faultOf, type Service } from "../../domain/daemon/Service.ts"
import { Daemon, DaemonFailed } from "../../services/Daemon.ts"
import { Programs } from "../../services/Programs.ts"
import * as Linger from "./Linger.ts"
import * as ServiceFile from "./ServiceFile.ts"
import { settle } from "./Settle.ts"

interface Options {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly user: string
}

const noBus = /connect to (the )?bus|No medium found|XDG_RUNTIME_DIR/i

const refused = (what: string, words: string) =>
  new DaemonFailed({
    message: noBus.test(words)
      ? `systemd cannot be reached as your user's service manager (${words}). Log in directly, not by way of su or sudo, and try again; where there is none, run "loop serve".`
      : `systemctl ${what} failed (${words}). "systemctl --user status loop" says more.`
  })

const loggedOut = (user: string) => `Loop ends when you log out. To let it run on: sudo loginctl enable-linger ${user}`

const make = Effect.fnUntraced(function* ({ env, home, user }: Options) {
  const programs = yield* Programs
  const path = join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "systemd", "user", unitName)
  const linger = yield* Linger.make(user)

  const ask = (args: ReadonlyArray<string>, seconds?: number) =>
    programs.run("systemctl", ["--user", ...args], seconds === undefined ? {} : { seconds }).pipe(
      Effect.mapError(
        ({ reason, detail }) =>
          new DaemonFailed({
            message:
              reason === "missing"
                ? `This machine has no systemd. Run "loop serve" from what starts programs here.`
                : `systemctl ${args[0]} did not come to an end (${detail}). "systemctl --user status loop" says more.`
          })
      )
    )

  const wordsOf = ({ stderr, stdout }: { readonly stderr: string; readonly stdout: string }) =>
    (stderr.trim() || stdout.trim()).split("\n")[0] ?? ""

  const systemctl = Effect.fnUntraced(function* (args: ReadonlyArray<string>, seconds?: number) {
    const ran = yield* ask(args, seconds)
    if (ran.code !== 0) return yield* refused(args[0] ?? "", wordsOf(ran))
    return ran.stdout
  })

  const shown: Effect.Effect<Look, DaemonFailed> = Effect.map(
    systemctl(["show", unitName, `--property=${systemctlProperties.join(",")}`]),
    lookOfSystemctl
  )

  /** Before 246 it did not wait until its note was read, and systemd could not tell whose it was. */
  const notifies = programs.run("systemd-notify", ["--version"]).pipe(
    Effect.map(({ stdout }) => Number(/^systemd (\d+)/.exec(stdout)?.[1] ?? 0) >= 246),
    Effect.orElseSucceed(() => false)
  )

  const look = Effect.gen(function* () {
    return (yield* ServiceFile.read(path)) === undefined ? undefined : yield* shown
  })

  const restart = Effect.fn("Systemd.restart")(function* (service: Service) {
    const fault = faultOf(service)
    if (fault !== undefined) return yield* new DaemonFailed({ message: fault })
    const old = yield* shown
    const before = yield* ServiceFile.read(path)
    const tells = yield* notifies
    const write = (lingers: boolean) => ServiceFile.write(path, unitOf(service, { notifies: tells, lingers }))
    const already = yield* linger.lingers
    yield* ServiceFile.prepareLog(service.log)
    // What is done is remembered first, or a crash in between would leave it behind.
    yield* write(!already || (before !== undefined && lingersByLoop(before)))
    const alone = !already && !(yield* linger.enable)
    if (alone) yield* write(false)
    yield* systemctl(["daemon-reload"])
    yield* systemctl(["enable", unitName])
    yield* systemctl(["restart", "--no-block", unitName])
    return { look: yield* settle(shown, old.pid, tells ? 2 : 8), notes: alone ? [loggedOut(user)] : [] }
  })

  const stop = Effect.gen(function* () {
    const unit = yield* ServiceFile.read(path)
    if (unit === undefined) return false
    // The signal of a stop is read from the unit when it is stopped.
    yield* ServiceFile.write(path, endingTurns(unit))
    yield* systemctl(["daemon-reload"])
    const ended = yield* ask(["disable", "--now", unitName], 60)
    if (ended.code !== 0 && !/not loaded|not found|does not exist/i.test(`${ended.stderr}${ended.stdout}`)) {
      return yield* refused("disable", wordsOf(ended))
    }
    yield* ServiceFile.remove(path)
    yield* systemctl(["daemon-reload"])
    if (lingersByLoop(unit)) yield* linger.undo
    return true
  })

  return Daemon.of({ look, restart, stop })
})

export const layer = (options: Options) => Layer.effect(Daemon, make(options))
