/** `loop onboard:local`: gives the agents and IDEs that are started in this directory Loop's tools, and it a channel. */
import { Console, Effect, type Layer, Option } from "effect"
import { Command, Flag } from "effect/cli"
import type { McpEntry } from "../domain/config/mcpFile.ts"
import { type ConfigInvalid, Settings } from "../services/Settings.ts"
import { localUrl } from "./Client.ts"
import { failure } from "./Failure.ts"
import { progress } from "./Screen.ts"
import { channelOf } from "./mcp/Relay.ts"
import type { Configured } from "./mcp/Start.ts"

export interface Project<E> {
  readonly onboard: (
    directory: string,
    entry: McpEntry
  ) => Effect.Effect<{ readonly mcp: "added" | "updated"; readonly config: "made" | "kept" }, E>
  readonly settings: Layer.Layer<Settings, ConfigInvalid>
  readonly configured: Configured
  /** The command `loop`, and the directory of the Node that runs it, by their absolute paths. */
  readonly launcher: string
  readonly nodeDirectory: string
}

/** Where the server is, as all commands find it. */
const serverUrl = (settings: Project<never>["settings"], given: string | undefined) =>
  Effect.gen(function* () {
    const named = given ?? (process.env["LOOP_API_URL"] || undefined)
    if (named === undefined) {
      return yield* Effect.provide(
        Settings.use(({ current }) => Effect.map(current, ({ api_addr }) => localUrl(api_addr))),
        settings
      )
    }
    if (!/^https?:$/.test(URL.parse(named)?.protocol ?? "")) {
      return yield* failure(`"${named}" is no address of a server. Give one such as http://127.0.0.1:8222.`)
    }
    return named.replace(/\/+$/, "")
  })

/** An IDE may start it with hardly any PATH, and from another LOOP_HOME than this shell's. */
const environment = (settings: Project<never>["settings"], nodeDirectory: string) =>
  Effect.gen(function* () {
    const path = [...new Set([nodeDirectory, "/usr/local/bin", "/usr/bin", "/bin"])].join(":")
    if (!process.env["LOOP_HOME"]) return { PATH: path }
    const home = yield* Effect.provide(
      Settings.useSync(({ paths }) => paths.home),
      settings
    )
    return { PATH: path, LOOP_HOME: home }
  })

export const onboardLocal = <E>({ configured, launcher, nodeDirectory, onboard, settings }: Project<E>) =>
  Command.make(
    "onboard:local",
    {
      apiUrl: Flag.String("api-url").pipe(
        Flag.withDescription("Where the server is; without it as for all commands"),
        Flag.optional
      ),
      ownerId: Flag.String("owner-id").pipe(
        Flag.withDescription("Not here any more: an agent could write the project's own file"),
        Flag.optional
      )
    },
    Effect.fnUntraced(function* ({ apiUrl, ownerId }) {
      const directory = process.cwd()
      const url = yield* serverUrl(settings, Option.getOrUndefined(apiUrl))
      const done = yield* onboard(directory, {
        command: launcher,
        args: ["mcp", "--dir", directory, "--api-url", url],
        env: yield* environment(settings, nodeDirectory)
      })
      yield* Console.log(`Loop's tools are ${done.mcp} in ${directory}/.mcp.json; they need the server to run.`)
      const kept = done.config === "kept" ? "is there already and is kept" : "is made"
      yield* Console.log(`${directory}/.loop/config.json ${kept}.`)
      if (Option.isSome(ownerId)) {
        yield* Console.error(
          `loop: A project names no owners, because its agents can write its file. Use: loop onboard:global --owner-id ${ownerId.value}`
        )
      }
      yield* Effect.tryPromise(async () => await channelOf(await configured(url), directory)).pipe(
        progress("Waiting for the server"),
        Effect.flatMap((channel) => Console.log(`Its channel is ${channel}.`)),
        Effect.catch(({ cause }) => Console.error(`loop: ${cause instanceof Error ? cause.message : String(cause)}`))
      )
    })
  ).pipe(Command.withDescription("Give this directory a channel, and who works in it Loop's tools (.mcp.json)"))
