/**
 * What lies outside of a supervisor and outlives it: agents and their boxes, the configuration, a chat platform, the
 * database's file. All of it in memory and at once, so that a test on virtual time decides what happens when.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { NodeCrypto } from "@effect/platform-node"
import { Context, Deferred, Effect, Layer, type Schema, Stream } from "effect"
import { type Digest, SecureRandom } from "effect/crypto"
import { type ChannelId, platformOf, type ProcessId, type RunId } from "../../src/domain/Ids.ts"
import { Agent, type AgentSpec, type RunningAgent } from "../../src/services/Agent.ts"
import * as AgentScripted from "../../src/services/AgentScripted.ts"
import type { Script, ScriptedProcess } from "../../src/services/AgentScriptedProcess.ts"
import * as SecretsLive from "../../src/layers/secrets/SecretsLive.ts"
import { ChannelFiles } from "../../src/services/ChannelFiles.ts"
import { ChatPlatforms } from "../../src/services/ChatPlatform.ts"
import { Egress, type EgressWatch } from "../../src/services/Egress.ts"
import { MountGuard } from "../../src/services/MountGuard.ts"
import type { Secrets } from "../../src/services/Secrets.ts"
import { type CredentialNotice, ModelRelay, type RelayWatch } from "../../src/services/ModelRelay.ts"
import { Outgoing, OutgoingError } from "../../src/services/Outgoing.ts"
import { PackageFiles } from "../../src/services/PackageFiles.ts"
import { type DeliveryFailed, type Part, Platforms } from "../../src/services/Platforms.ts"
import { type Box, type BoxInfo, Sandbox, type SandboxError } from "../../src/services/Sandbox.ts"
import { Settings } from "../../src/services/Settings.ts"
import { type ToolCaller, ToolHost } from "../../src/services/ToolHost.ts"
import { TemplateFiles, type TemplateUnreadable } from "../../src/services/TemplateFiles.ts"
import * as ScriptedChat from "./ScriptedChat.ts"
import * as SettableSettings from "./SettableSettings.ts"

/** What a test may put in place of the usual behaviour, at any time. */
interface Knobs {
  /** Before a process is opened. */
  opening: (spec: AgentSpec) => Effect.Effect<void, SandboxError>
  /** In front of every process that is opened or adopted. */
  agent: (agent: RunningAgent) => RunningAgent
  fingerprint: string
  /** What a command that is run to its end in a box of its own prints to stdout, and its code. */
  command: (argv: ReadonlyArray<string>) => Effect.Effect<{ readonly code: number; readonly stdout: string }>
  /** Before the boxes are listed, and before the image is looked at. */
  engine: Effect.Effect<void, SandboxError>
  /** Does what a tool call asks for. */
  tool: (caller: ToolCaller, message: Schema.Json) => Effect.Effect<Schema.Json | null>
  /** Whether a tool acts outside of storage. */
  outside: (message: Schema.Json) => boolean
  deliver: (channel: ChannelId, part: Part) => Effect.Effect<string, DeliveryFailed>
  /** What is wrong with the model's OAuth token. */
  notice: CredentialNotice | undefined
  /** The text of a template's file. */
  template: (path: string, project: string | null) => Effect.Effect<string, TemplateUnreadable>
  /** What of the host boxes may have. */
  guard: MountGuard["Service"]
  /** Boxes that nobody here started. */
  strays: ReadonlyArray<BoxInfo>
}

export class Outside extends Context.Service<
  Outside,
  {
    readonly database: string
    readonly knobs: Knobs
    /** What is behind the name `discord`. */
    readonly chat: ScriptedChat.ScriptedChat
    /** Files that wait to be delivered, by their ids. */
    readonly keptFiles: Map<string, Uint8Array>
    /** Channels whose files were given to another, with that other. */
    readonly moved: ReadonlyArray<readonly [from: ChannelId, to: ChannelId]>
    /** What the agent does when it is told this text; otherwise it answers `Answer to: <text>`. */
    readonly when: (text: string, script: Script) => void
    /** Every process that was ever opened, in order. */
    readonly processes: () => ReadonlyArray<ScriptedProcess>
    /** The prompts that reached an agent, by their last line, in order, repeats too. */
    readonly prompts: () => ReadonlyArray<string>
    /** The sessions on disk are lost. */
    readonly loseSessions: Effect.Effect<void>
    /** Every process ends and its box is gone. */
    readonly loseBoxes: Effect.Effect<void>
    readonly toolCalls: ReadonlyArray<{ readonly caller: ToolCaller; readonly message: Schema.Json }>
    /** What people see: a part that comes again under its nonce is seen once. */
    readonly delivered: ReadonlyArray<string>
    /** Boxes that were taken away. */
    readonly removed: ReadonlySet<ProcessId>
    /** The open sockets, and the run whose requests each lets through. */
    readonly sockets: ReadonlyMap<ProcessId, RunId | null>
    /** Who lets the model calls of each open process through. */
    readonly models: ReadonlyMap<ProcessId, RelayWatch>
    /** Who is told what each open process reaches. */
    readonly watches: ReadonlyMap<ProcessId, EgressWatch>
    /** Texts of `.loop/config.json` by work directory. */
    readonly projects: Map<string, string>
    readonly configure: (keys: SettableSettings.Keys) => Effect.Effect<void>
    readonly layer: Layer.Layer<
      | Agent
      | Egress
      | ChannelFiles
      | ChatPlatforms
      | Digest.Digest
      | ModelRelay
      | MountGuard
      | Outgoing
      | PackageFiles
      | Platforms
      | Sandbox
      | Secrets
      | SecureRandom.SecureRandom
      | Settings
      | TemplateFiles
      | ToolHost
    >
  }
>()("loop/test/Outside") {}

const lastLine = (text: string): string => text.slice(text.lastIndexOf("\n") + 1).replace(/^[\w-]+: /, "")

const make = Effect.fnUntraced(function* (keys: SettableSettings.Keys) {
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-actors-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const scripts = new Map<string, Script>()
  /** What is quoted last counts, not the fence around it. */
  const told = (text: string) => lastLine(text.replaceAll(/<\/?untrusted-[^>]*>/g, "").trimEnd())
  const answer: Script = (prompt, stage) => stage.say(`Answer to: ${told(prompt.text)}`)
  const world = yield* AgentScripted.makeWorld((prompt, stage) =>
    (scripts.get(told(prompt.text)) ?? answer)(prompt, stage)
  )
  const { configure, projects, settings } = yield* SettableSettings.make(keys)
  const chat = yield* ScriptedChat.make()
  const moved: Array<readonly [ChannelId, ChannelId]> = []
  const toolCalls: Array<{ readonly caller: ToolCaller; readonly message: Schema.Json }> = []
  const delivered: Array<string> = []
  const keptFiles = new Map<string, Uint8Array>()
  const prompts: Array<string> = []
  const nonces = new Set<string>()
  const removed = new Set<ProcessId>()
  const sockets = new Map<ProcessId, RunId | null>()
  const watches = new Map<ProcessId, EgressWatch>()
  const models = new Map<ProcessId, RelayWatch>()
  const knobs: Knobs = {
    opening: () => Effect.void,
    agent: (agent) => agent,
    fingerprint: "image-1",
    command: () => Effect.succeed({ code: 0, stdout: "" }),
    engine: Effect.void,
    tool: () => Effect.succeed({ jsonrpc: "2.0", id: 1, result: toolCalls.length }),
    outside: () => false,
    deliver: (channel, { nonce, post, tried }) =>
      platformOf(channel) === "local" ? Effect.succeed(nonce) : chat.platform.deliver(channel, post, nonce, tried),
    notice: undefined,
    template: (path, project) => Effect.succeed(`the text of ${path}${project === null ? "" : ` of ${project}`}`),
    guard: {
      allow: (mounts, copyFiles) => Effect.succeed({ mounts, copyFiles, refused: [] }),
      workDirectory: (real) => Effect.succeed({ real })
    },
    strays: []
  }

  /** An agent whose box goes with its process. */
  const boxed = (agent: RunningAgent): RunningAgent => {
    const gone = Effect.sync(() => void removed.add(agent.processId))
    const heard = (text: string) => Effect.sync(() => void prompts.push(lastLine(text)))
    return knobs.agent({
      ...agent,
      send: (turn) => Effect.andThen(agent.send(turn), heard(turn.text)),
      steer: (promptId, text) => Effect.andThen(agent.steer(promptId, text), heard(text)),
      kill: Effect.andThen(agent.kill, gone),
      close: Effect.andThen(agent.close, gone)
    })
  }
  const engine = Layer.effect(
    Agent,
    Effect.map(Agent, (real) =>
      Agent.of({
        ...real,
        open: (spec) => Effect.andThen(knobs.opening(spec), Effect.map(real.open(spec), boxed)),
        adopt: (spec) =>
          removed.has(spec.processId)
            ? Effect.undefined
            : Effect.map(real.adopt(spec), (agent) => (agent === undefined ? undefined : boxed(agent)))
      })
    )
  ).pipe(Layer.provide(world.layer))

  const boxes = () =>
    [...world.processes.values()]
      .filter(({ spec }) => !removed.has(spec.box.processId))
      .map(({ spec, alive }): BoxInfo => {
        const { processId, channelId, configHash } = spec.box
        return { processId, channelId, configHash, running: alive() }
      })
  const sandbox = Layer.mock(Sandbox, {
    kind: "docker",
    start: ({ argv, processId }) =>
      Effect.gen(function* () {
        const done = yield* Deferred.make<{ readonly code: number; readonly stdout: string }>()
        yield* Effect.forkScoped(Effect.flatMap(knobs.command(argv), (result) => Deferred.succeed(done, result)))
        const box: Pick<Box, "processId" | "lines" | "stderr" | "exit" | "kill"> = {
          processId,
          lines: Stream.unwrap(
            Effect.map(Deferred.await(done), ({ stdout }) =>
              Stream.fromIterable(stdout === "" ? [] : stdout.split("\n"))
            )
          ),
          stderr: Effect.succeed(""),
          exit: Effect.map(Deferred.await(done), ({ code }) => ({ code, outOfMemory: false })),
          kill: Effect.sync(() => void removed.add(processId))
        }
        return box as Box
      }),
    fingerprint: (image) =>
      Effect.andThen(
        Effect.suspend(() => knobs.engine),
        Effect.sync(() => `${image} ${knobs.fingerprint}`)
      ),
    list: Effect.andThen(
      Effect.suspend(() => knobs.engine),
      Effect.sync(() => [...boxes(), ...knobs.strays.filter(({ processId }) => !removed.has(processId))])
    ),
    remove: (id) =>
      Effect.andThen(
        Effect.sync(() => removed.add(id)),
        world.processes.get(id)?.die ?? Effect.void
      )
  })
  const relay = Layer.mock(ModelRelay, {
    renew: Effect.void,
    notice: Effect.sync(() => knobs.notice),
    open: (id, watch) =>
      Effect.as(
        Effect.acquireRelease(
          Effect.sync(() => {
            models.set(id, watch)
            return sockets.set(id, null)
          }),
          () => Effect.sync(() => sockets.delete(id))
        ),
        { socketDir: `/run/${id}`, assign: (run) => Effect.sync(() => void sockets.set(id, run)) }
      ),
    discard: () => Effect.void
  })
  const egress = Layer.succeed(Egress, {
    open: (id, watch) =>
      Effect.asVoid(
        Effect.acquireRelease(
          Effect.sync(() => watches.set(id, watch)),
          () => Effect.sync(() => watches.delete(id))
        )
      )
  })
  const tools = Layer.succeed(ToolHost, {
    isOutside: (message) => knobs.outside(message),
    handle: (caller, message) => {
      toolCalls.push({ caller, message })
      return knobs.tool(caller, message)
    }
  })
  const platforms = Layer.mock(Platforms, {
    deliver: (channel, part) =>
      Effect.tap(knobs.deliver(channel, part), () =>
        Effect.sync(() => {
          if (!nonces.has(part.nonce)) delivered.push(part.post.content)
          nonces.add(part.nonce)
        })
      )
  })

  const outgoing = Outgoing.of({
    keep: (data) =>
      Effect.sync(() => {
        const id = `kept-${keptFiles.size}`
        keptFiles.set(id, data)
        return { id, path: `/home/test/.loop/outgoing/${id}` }
      }),
    read: (id) => {
      const data = keptFiles.get(id)
      return data === undefined
        ? Effect.fail(new OutgoingError({ reason: "gone", cause: new Error(id) }))
        : Effect.succeed(data)
    },
    remove: (id) => Effect.sync(() => void keptFiles.delete(id)),
    keepFor: () => Effect.die(new Error("no file is sent here")),
    readFor: () => Effect.die(new Error("no file is sent here")),
    sweep: () => Effect.void
  })

  // As elsewhere, an id is not there in the same instant: others may come in between.
  const random = Layer.effect(
    SecureRandom.SecureRandom,
    Effect.map(SecureRandom.SecureRandom, (real) => ({
      ...real,
      randomBytes: (size: number) => Effect.andThen(Effect.yieldNow, real.randomBytes(size))
    }))
  ).pipe(Layer.provide(SecureRandom.layerWebCrypto))

  return Outside.of({
    database: join(directory, "loop.sqlite"),
    knobs,
    chat,
    keptFiles,
    moved,
    when: (text, script) => void scripts.set(text, script),
    processes: () => [...world.processes.values()],
    prompts: () => prompts,
    loseBoxes: Effect.suspend(() =>
      Effect.forEach(
        [...world.processes.values()],
        ({ die, spec }) =>
          Effect.andThen(
            die,
            Effect.sync(() => removed.add(spec.box.processId))
          ),
        { discard: true }
      )
    ),
    loseSessions: Effect.sync(() => world.sessions.clear()),
    toolCalls,
    delivered,
    removed,
    sockets,
    watches,
    models,
    projects,
    configure,
    layer: Layer.mergeAll(
      engine,
      sandbox,
      relay,
      egress,
      tools,
      platforms,
      Layer.succeed(Settings, settings),
      Layer.provide(SecretsLive.layer, Layer.succeed(Settings, settings)),
      Layer.succeed(TemplateFiles, { read: (path, project) => knobs.template(path, project) }),
      Layer.succeed(ChatPlatforms, new Map([["discord", chat.platform]])),
      Layer.succeed(ChannelFiles, {
        move: (from: ChannelId, to: ChannelId) => Effect.sync(() => void moved.push([from, to]))
      }),
      Layer.succeed(Outgoing, outgoing),
      // There is no disk here.
      Layer.succeed(MountGuard, {
        allow: (mounts, copies, around) => knobs.guard.allow(mounts, copies, around),
        workDirectory: (directory, others) => knobs.guard.workDirectory(directory, others)
      }),
      Layer.succeed(PackageFiles, { version: "0.0.0", readme: "# Loop", web: new Map(), templates: new Map() }),
      random,
      NodeCrypto.layerDigest
    )
  })
})

export const layer = (keys: SettableSettings.Keys = {}): Layer.Layer<Outside> => Layer.effect(Outside, make(keys))
