/** `loop daemon:start`, `daemon:stop`, `daemon:restart` and `daemon:status`: Loop as a service of its user. */
import { Console, Effect, type Layer } from "effect"
import { Command } from "effect/cli"
import type { Look } from "../domain/daemon/Look.ts"
import { environmentOf, type Service } from "../domain/daemon/Service.ts"
import { Daemon, type DaemonFailed } from "../services/Daemon.ts"
import { type ConfigInvalid, Settings } from "../services/Settings.ts"
import { json, printJson } from "./Ask.ts"
import { healthAt, localUrl } from "./Client.ts"
import { lastWords } from "./daemon/LastWords.ts"
import { failure } from "./Failure.ts"
import { progress } from "./Screen.ts"

export interface Given {
  readonly daemon: Layer.Layer<Daemon, DaemonFailed>
  readonly settings: Layer.Layer<Settings, ConfigInvalid>
  /** Node and the command `loop`, by their absolute paths. */
  readonly command: readonly [string, string]
}

const keys = ["anthropic_api_key", "claude_code_oauth_token"] as const

/** Such a key is on nobody's disk yet, and a service file is no place for it. */
const keyWarning = Effect.gen(function* () {
  const config = yield* Settings.use(({ current }) => current)
  const borrowed = keys.find((key) => config[key] !== "" && config[key] === process.env[key.toUpperCase()])
  if (borrowed === undefined) return
  yield* Console.error(
    `loop: ${borrowed.toUpperCase()} of this shell does not reach the service. Store it: loop key set`
  )
})

const service = (command: Given["command"]) =>
  Effect.gen(function* () {
    const { current, paths } = yield* Settings
    const { log_file: log } = yield* current
    const wanted: Service = {
      command: [...command, "serve"],
      environment: { ...environmentOf(process.env), LOOP_HOME: paths.home },
      log
    }
    return wanted
  })

const bring = (given: Given, said: string) =>
  Effect.gen(function* () {
    const wanted = yield* service(given.command)
    yield* keyWarning
    const { look, notes } = yield* Daemon.use((daemon) => daemon.restart(wanted)).pipe(progress("Starting the service"))
    yield* Effect.forEach(notes, (note) => Console.error(`loop: ${note}`))
    if (look.state === "running") return yield* Console.log(`${said}; its log is ${wanted.log}.`)
    if (look.state === "starting") {
      return yield* Console.log(`Loop is on its way up; "loop daemon:status" tells when it is there.`)
    }
    return yield* failure(
      [
        `The service does not stay up: ${look.reason ?? "it was stopped"}. Mend what its log says, then "loop daemon:restart".`,
        ...(yield* lastWords(wanted.log))
      ].join("\n")
    )
  }).pipe(Effect.provide([given.daemon, given.settings]))

export const start = (given: Given) =>
  Command.make(
    "daemon:start",
    {},
    Effect.fnUntraced(function* () {
      // Read first: a configuration that cannot be used is said here and not in a log.
      const { api_addr } = yield* Effect.provide(
        Settings.use(({ current }) => current),
        given.settings
      )
      const look = Daemon.use((daemon) => daemon.look).pipe(Effect.provide(given.daemon))
      const runs = Effect.map(look, (now) => now?.state === "running")
      const url = localUrl(api_addr)
      const answers = !(yield* runs) && (yield* healthAt(url)) !== undefined
      // Looked at again: a service that systemd tries again may have come up in between, and be the one that answers.
      if (yield* runs) return yield* Console.log(`Loop is running already; "loop daemon:restart" starts it anew.`)
      if (answers) {
        return yield* failure(
          `A server that was started by hand answers at ${url}. End it, then "loop daemon:start" again.`
        )
      }
      return yield* bring(given, "Loop is started")
    })
  ).pipe(Command.withDescription("Run the server as a service of yours, from now on and after each login or boot"))

export const restart = (given: Given) =>
  Command.make("daemon:restart", {}, () => bring(given, "Loop is restarted")).pipe(
    Command.withDescription("Start the service anew, with this shell's PATH and proxies; what runs goes on")
  )

export const stop = ({ daemon }: Given) =>
  Command.make(
    "daemon:stop",
    {},
    Effect.fnUntraced(function* () {
      const stopped = yield* Daemon.use(({ stop }) => stop).pipe(Effect.provide(daemon), progress("Ending what runs"))
      yield* Console.log(stopped ? "Loop is stopped and no service any more." : "Loop is not installed as a service.")
    })
  ).pipe(Command.withDescription("End what runs, stop the service and remove it"))

const heading = (look: Look | undefined): string => {
  if (look === undefined) return "not installed"
  if (look.state === "running") return `running (process ${look.pid ?? "unknown"})`
  const state = look.state === "starting" ? "starting" : "stopped"
  return look.reason === undefined ? state : `${state}: ${look.reason}`
}

/** What is next, or where a server is that is no service; the configuration may be the very reason. */
const rest = Effect.fnUntraced(function* (look: Look | undefined) {
  const { current } = yield* Settings
  const { api_addr, log_file } = yield* current
  const url = localUrl(api_addr)
  // One that is starting may answer already, before its manager knows of it.
  const isUp = look?.state === "running" || look?.state === "starting"
  const other = isUp ? undefined : yield* healthAt(url)
  return [
    ...(look?.state === "running" ? [`The log is ${log_file}.`] : []),
    ...(other === undefined ? [] : [`A server that was started by hand answers at ${url}.`]),
    ...(look === undefined || look.state === "running" ? [] : yield* lastWords(log_file)),
    ...(isUp ? [] : ["Start it: loop daemon:start"])
  ]
})

export const status = ({ daemon, settings }: Given) =>
  Command.make(
    "daemon:status",
    { json },
    Effect.fnUntraced(function* ({ json }) {
      const look = yield* Daemon.use((daemon) => daemon.look).pipe(Effect.provide(daemon))
      if (json) return yield* printJson({ state: look?.state ?? "not installed", pid: look?.pid, reason: look?.reason })
      yield* Console.log(heading(look))
      const lines = yield* rest(look).pipe(
        Effect.provide(settings),
        Effect.catchTag("ConfigInvalid", ({ message }) =>
          Effect.succeed([message, `The configuration cannot be used. Look it over: loop config check`])
        )
      )
      yield* Effect.forEach(lines, (line) => Console.log(line))
    })
  ).pipe(Command.withDescription("Whether the service runs, and if not, why"))
