/** What each subcommand is made of. What the server is made of is heavy and loaded by those alone that need it. */
import { dirname } from "node:path"
import { NodeServices } from "@effect/platform-node"
import { Effect, Exit, Fiber, Layer } from "effect"
import { Command } from "effect/cli"
import { audit } from "./cli/Audit.ts"
import { chat } from "./cli/Chat.ts"
import * as Client from "./cli/Client.ts"
import { config } from "./cli/Config.ts"
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

/** By name; `words` are the arguments with the name (or an alias of it) in front. Gives the exit code. */
const commands: Readonly<Record<string, (words: ReadonlyArray<string>) => Effect.Effect<number>>> = {
  chat: (words) => run(Command.provide(chat, client), words),
  send: (words) => run(Command.provide(send, client), words),
  runs: (words) => run(Command.provide(runs, client), words),
  run: (words) => run(Command.provide(oneRun, client), words),
  tasks: (words) => run(Command.provide(tasks, client), words),
  token: (words) => run(Command.provide(token, client), words),
  session: (words) =>
    run(
      Command.provide(session({ settings, files: SessionFilesDisk.layer, packaged: () => claude()?.file }), client),
      words
    ),
  audit: (words) => run(Command.provide(audit, client), words),
  mcp: (words) => run(mcp(mcpEndpoint), words),
  url: (words) => run(Command.provide(url, client), words),
  serve: (words) =>
    Effect.flatMap(heavy, ({ endTurns, server }) =>
      run(serve(server, endTurns, Effect.provide(readiness(), Programs.layer)), words)
    ),
  // A command has one alias at most; these have two, and the list in `main.ts` knows them.
  "onboard:global": ([, ...flags]) =>
    run(onboardGlobal({ onboard: (wanted) => Effect.provide(onboard(wanted), files), settings }), [
      "onboard:global",
      ...flags
    ]),
  "onboard:local": ([, ...flags]) =>
    run(
      onboardLocal({
        onboard: onboardProject,
        settings,
        configured: mcpEndpoint,
        launcher: PackageFiles.launcher,
        nodeDirectory: dirname(process.execPath)
      }),
      ["onboard:local", ...flags]
    ),
  "daemon:start": ([, ...flags]) => run(DaemonCommands.start(daemon), ["daemon:start", ...flags]),
  "daemon:stop": ([, ...flags]) => run(DaemonCommands.stop(daemon), ["daemon:stop", ...flags]),
  "daemon:restart": ([, ...flags]) => run(DaemonCommands.restart(daemon), ["daemon:restart", ...flags]),
  "daemon:status": ([, ...flags]) => run(DaemonCommands.status({ ...daemon, settings }), ["daemon:status", ...flags]),
  import: (words) => Effect.flatMap(predecessor, ({ importHome }) => run(importFrom(importHome), words)),
  config: (words) => run(config(settings), words),
  version: (words) => run(Command.provide(version, files), words),
  readme: (words) => run(Command.provide(readme, files), words),
  key: (words) => Effect.flatMap(heavy, ({ relay }) => run(Command.provide(key(relay), settings), words)),
  doctor: (words) =>
    Effect.flatMap(heavy, ({ checkUps, relay, sandboxAsIs }) =>
      run(doctor({ settings: madeSettings, sandbox: sandboxAsIs, relay, checkUps }), words)
    ),
  image: (words) =>
    Effect.flatMap(heavy, ({ agentImage }) =>
      run(Command.provide(image, Layer.provide(agentImage, madeSettings)), words)
    )
}

/** Runs the subcommand. The server looks after signals itself; the others are interrupted by them. */
export const runCommand = async (name: string, words: ReadonlyArray<string>): Promise<number> => {
  const fiber = Effect.runFork(commands[name]!(words))
  const interrupt = () => void Effect.runFork(Fiber.interrupt(fiber))
  if (name !== "serve") for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupt)
  const exit = await Effect.runPromise(Fiber.await(fiber))
  return Exit.isSuccess(exit) ? exit.value : 130
}
