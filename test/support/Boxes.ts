/** A LOOP_HOME of its own with a real sandbox: boxes are made, looked into, and gone afterwards. */
import { Context, Effect, Fiber, Layer, Stream } from "effect"
import { randomBytes } from "node:crypto"
import { mkdirSync, mkdtempSync, rmSync } from "node:fs"
import * as path from "node:path"
import { ChannelId, ProcessId } from "../../src/domain/Ids.ts"
import * as AgentImageDocker from "../../src/layers/sandbox/AgentImageDocker.ts"
import * as Engine from "../../src/layers/sandbox/Engine.ts"
import * as SandboxBubblewrap from "../../src/layers/sandbox/SandboxBubblewrap.ts"
import * as SandboxDocker from "../../src/layers/sandbox/SandboxDocker.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import type { AgentImage } from "../../src/services/AgentImage.ts"
import { type Box, type BoxExit, type BoxSpec, Sandbox, type SandboxError } from "../../src/services/Sandbox.ts"
import { Settings } from "../../src/services/Settings.ts"
import * as AgentImageReady from "./AgentImageReady.ts"

export const IMAGE = "loop-agent:latest"

export interface Finished {
  readonly lines: ReadonlyArray<string>
  readonly stderr: string
  readonly exit: BoxExit
}

export class Boxes extends Context.Service<
  Boxes,
  {
    /** LOOP_HOME. */
    readonly home: string
    /** A box of its own channel, with an empty socket directory; `over` replaces parts. */
    readonly spec: (argv: ReadonlyArray<string>, over?: Partial<BoxSpec>) => BoxSpec
    /** Runs a shell script in a box to its end. */
    readonly shell: (script: string, over?: Partial<BoxSpec>) => Effect.Effect<Finished, SandboxError>
  }
>()("loop/test/Boxes") {}

/** Socket paths are short, so this is not below the system's directory for temporary files, which may be deep. */
const temporaryHome = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync("/tmp/loop-box-")),
  (home) => Effect.sync(() => rmSync(home, { recursive: true, force: true }))
)

/** Reads to the end. */
export const finish = Effect.fnUntraced(function* (box: Box) {
  const lines = yield* Stream.runCollect(box.lines)
  return { lines, stderr: yield* box.stderr, exit: yield* box.exit }
})

/** Waits for the first line that has it, and gives all until then. */
export const until = (box: Box, text: string) =>
  box.lines.pipe(
    Stream.takeUntil((line) => line.includes(text)),
    Stream.runCollect
  )

let channels = 0

const boxes = Layer.effect(
  Boxes,
  Effect.gen(function* () {
    const settings = yield* Settings
    const sandbox = yield* Sandbox
    yield* Effect.addFinalizer(() =>
      sandbox.list.pipe(
        Effect.flatMap((left) => Effect.forEach(left, ({ processId }) => sandbox.remove(processId))),
        Effect.orDie
      )
    )

    const spec: Boxes["Service"]["spec"] = (argv, over = {}) => {
      const processId = ProcessId.make(randomBytes(4).toString("hex"))
      const channelId = over.channelId ?? ChannelId.make(`local:test${++channels}`)
      const socketDir = settings.paths.socketDir(processId)
      mkdirSync(socketDir, { recursive: true })
      return {
        processId,
        channelId,
        title: "test",
        image: IMAGE,
        argv,
        env: {},
        workDir: settings.paths.work(channelId),
        home: settings.paths.boxHome(channelId),
        socketDir,
        mounts: [],
        copyFiles: [],
        limits: { memoryMb: 512, cpus: 2, pids: 128 },
        forwards: [],
        timezone: "Europe/Berlin",
        configHash: "hash",
        ...over
      }
    }

    const shell: Boxes["Service"]["shell"] = (script, over) =>
      sandbox.start(spec(["/bin/bash", "-c", script], over)).pipe(
        Effect.flatMap((box) => Effect.ensuring(finish(box), box.kill)),
        Effect.scoped
      )

    return Boxes.of({ home: settings.paths.home, spec, shell })
  })
)

/** Settings in a new LOOP_HOME. */
export const settings = (keys: Readonly<Record<string, unknown>> = {}): Layer.Layer<Settings> =>
  Layer.unwrap(
    Effect.map(temporaryHome, (home) => SettingsFile.layerTest(keys, { ...process.env, LOOP_HOME: home }))
  ).pipe(Layer.orDie)

export type World = Boxes | Sandbox | Settings

/** The image's builder alone, with the default configuration. */
export const images = Layer.fresh(AgentImageDocker.layer).pipe(
  Layer.provideMerge(Layer.fresh(Engine.layer)),
  Layer.provideMerge(settings())
)

const ready = Layer.effectDiscard(AgentImageReady.ensure(IMAGE)).pipe(Layer.provide(images))

/** Test boxes over a sandbox. */
export const boxesOver = <E, R>(sandbox: Layer.Layer<Sandbox, E, R>) => boxes.pipe(Layer.provideMerge(sandbox))

/** The engine with the agents' image in it. Without an engine everything fails. */
export const dockerParts = <E, R>(given: Layer.Layer<Settings, E, R>) =>
  ready.pipe(Layer.provideMerge(AgentImageDocker.layer), Layer.provideMerge(Engine.layer), Layer.provideMerge(given))

/** Containers of the machine's engine. */
export const docker = (
  options: { readonly orphanSec?: number; readonly keys?: Readonly<Record<string, unknown>> } = {}
): Layer.Layer<World | AgentImage | Engine.Engine, SandboxError> =>
  boxesOver(Layer.effect(Sandbox, SandboxDocker.make({ orphanSec: options.orphanSec ?? 600 }))).pipe(
    Layer.provideMerge(dockerParts(settings(options.keys)))
  )

export const bubblewrap: Layer.Layer<World> = boxesOver(SandboxBubblewrap.layer).pipe(Layer.provideMerge(settings()))

/** A file or directory of the test's own on the host, outside of LOOP_HOME. */
export const hostDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync("/tmp/loop-host-")),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
).pipe(Effect.map((directory) => (name: string) => path.join(directory, name)))

/** Lets a background reader run until the test has what it wants. */
export const background = Effect.fnUntraced(function* <A, E>(effect: Effect.Effect<A, E>) {
  return yield* Effect.acquireRelease(Effect.forkDetach(effect, { startImmediately: true }), Fiber.interrupt)
})
