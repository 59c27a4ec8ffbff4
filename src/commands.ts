/** What each subcommand is made of. What the server is made of is heavy and loaded by those alone that need it. */
import { dirname } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect, Exit, Fiber, Layer } from "effect"
import { Command, Completions } from "effect/cli"
import type { Environment } from "effect/cli/Command"
import { audit } from "./cli/Audit.ts"
import { chat } from "./cli/Chat.ts"
import * as Client from "./cli/Client.ts"
import { completions } from "./cli/Completions.ts"
import { config } from "./cli/Config.ts"
import { cost } from "./cli/Cost.ts"
import * as DaemonCommands from "./cli/Daemon.ts"
import { doctor } from "./cli/Doctor.ts"
import { image } from "./cli/Image.ts"
import { importFrom } from "./cli/Import.ts"
import type { Configured } from "./cli/mcp/Start.ts"
import { key } from "./cli/Key.ts"
import { endpoint, mcp } from "./cli/Mcp.ts"
import { onboardGlobal } from "./cli/Onboard.ts"
import { onboardLocal } from "./cli/OnboardLocal.ts"
import { run } from "./cli/Run.ts"
import { run as oneRun, runs } from "./cli/Runs.ts"
import { send } from "./cli/Send.ts"
import { serve } from "./cli/Serve.ts"
import { session } from "./cli/Session.ts"
import { tasks } from "./cli/Tasks.ts"
import { token } from "./cli/Tokens.ts"
import { url } from "./cli/Url.ts"
import { readme, version } from "./cli/Version.ts"
import * as SessionFilesDisk from "./layers/claude/SessionFilesDisk.ts"
import * as Daemon from "./layers/daemon/index.ts"
import { readiness } from "./layers/daemon/Readiness.ts"
import * as PackageFiles from "./layers/PackageFiles.ts"
import * as Programs from "./layers/Programs.ts"
import { claude } from "./layers/sandbox/AgentProgram.ts"
import * as SettingsFile from "./layers/SettingsFile.ts"
import { onboard } from "./layers/settings/Onboarding.ts"
import { onboardProject } from "./layers/settings/ProjectOnboarding.ts"

const heavy = Effect.promise(() => import("./layers.ts"))
const predecessor = Effect.promise(() => import("./layers/predecessor/Import.ts"))

const settings = SettingsFile.layerOnce()
const madeSettings = SettingsFile.layerOnce({ make: true })
const client = Client.layer(settings)
const files = PackageFiles.layer

const daemon: DaemonCommands.Given = {
  daemon: Daemon.layer,
  settings: madeSettings,
  command: [process.execPath, PackageFiles.launcher]
}

/** The server for `loop mcp` where that does not find it by itself. */
export const mcpEndpoint: Configured = (apiUrl) =>
  Effect.runPromise(
    Effect.map(endpoint, ({ token, url }) => ({ token, url: (apiUrl ?? url).replace(/\/+$/, "") })).pipe(
      Effect.provide(Layer.provide(client, NodeServices.layer))
    )
  )

interface Entry {
  /** `words` are the arguments with the name (or an alias of it) in front. Gives the exit code. */
  readonly run: (words: ReadonlyArray<string>) => Effect.Effect<number>
  readonly describe: () => Completions.CommandDescriptor
}

const entry = <const Name extends string, Input, Given, E>(
  command: Command.Command<Name, Input, Given, E, Environment>
): Entry => ({ run: (words) => run(command, words), describe: () => Completions.fromCommand(command) })

/** A command has one alias at most; these have two, and the list in `main.ts` knows them. */
const aliased = <const Name extends string, Input, Given, E>(
  command: Command.Command<Name, Input, Given, E, Environment>
): Entry => {
  const { describe, run } = entry(command)
  return { describe, run: ([, ...flags]) => run([command.name, ...flags]) }
}

/** By name. */
const commands: Readonly<Record<string, Entry>> = {
  chat: entry(Command.provide(chat, client)),
  send: entry(Command.provide(send, client)),
  runs: entry(Command.provide(runs, client)),
  run: entry(Command.provide(oneRun, client)),
  tasks: entry(Command.provide(tasks, client)),
  token: entry(Command.provide(token, client)),
  session: entry(
    Command.provide(session({ settings, files: SessionFilesDisk.layer, packaged: () => claude()?.file }), client)
  ),
  cost: entry(Command.provide(cost, client)),
  audit: entry(Command.provide(audit, client)),
  mcp: entry(mcp(mcpEndpoint)),
  url: entry(Command.provide(url, client)),
  serve: entry(
    serve(
      (options) => Layer.unwrap(Effect.map(heavy, ({ server }) => server(options))),
      Effect.flatMap(heavy, ({ endTurns }) => endTurns),
      Effect.provide(readiness(), Programs.layer)
    )
  ),
  "onboard:global": aliased(onboardGlobal({ onboard: (wanted) => Effect.provide(onboard(wanted), files), settings })),
  "onboard:local": aliased(
    onboardLocal({
      onboard: onboardProject,
      settings,
      configured: mcpEndpoint,
      launcher: PackageFiles.launcher,
      nodeDirectory: dirname(process.execPath)
    })
  ),
  "daemon:start": aliased(DaemonCommands.start(daemon)),
  "daemon:stop": aliased(DaemonCommands.stop(daemon)),
  "daemon:restart": aliased(DaemonCommands.restart(daemon)),
  "daemon:status": aliased(DaemonCommands.status({ ...daemon, settings })),
  import: entry(importFrom((wanted) => Effect.flatMap(predecessor, ({ importHome }) => importHome(wanted)))),
  config: entry(config(settings)),
  completions: entry(completions),
  version: entry(Command.provide(version, files)),
  readme: entry(Command.provide(readme, files)),
  key: entry(Command.provide(key(Layer.unwrap(Effect.map(heavy, ({ relay }) => relay))), settings)),
  doctor: entry(
    doctor({
      settings: madeSettings,
      sandbox: Layer.unwrap(Effect.map(heavy, ({ sandboxAsIs }) => sandboxAsIs)),
      relay: Layer.unwrap(Effect.map(heavy, ({ relay }) => relay)),
      embedder: Layer.unwrap(Effect.map(heavy, ({ embedder }) => embedder)),
      checkUps: Effect.flatMap(heavy, ({ checkUps }) => checkUps)
    })
  ),
  image: entry(
    Command.provide(image, Layer.provide(Layer.unwrap(Effect.map(heavy, ({ agentImage }) => agentImage)), madeSettings))
  )
}

export const names: ReadonlyArray<string> = Object.keys(commands)

/** What it takes, for completions. */
export const describe = (name: string): Completions.CommandDescriptor => commands[name]!.describe()

/** Runs the subcommand. The server looks after signals itself; the others are interrupted by them. */
export const runCommand = async (name: string, words: ReadonlyArray<string>): Promise<number> => {
  const fiber = Effect.runFork(commands[name]!.run(words))
  const interrupt = () => void Effect.runFork(Fiber.interrupt(fiber))
  if (name !== "serve") for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupt)
  const exit = await Effect.runPromise(Fiber.await(fiber))
  return Exit.isSuccess(exit) ? exit.value : 130
}
