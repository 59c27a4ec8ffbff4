/** Boxes as containers: locked, labelled with this installation, and able to outlive their supervisor. */
import { Effect, Layer } from "effect"
import { ChannelId, ProcessId } from "../../domain/Ids.ts"
import { AgentImage } from "../../services/AgentImage.ts"
import { type BoxInfo, type BoxSpec, Sandbox } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import * as BoxFiles from "./BoxFiles.ts"
import { boxUser } from "./BoxUser.ts"
import * as DockerBox from "./DockerBox.ts"
import { createOptions, LABEL } from "./DockerSpec.ts"
import { Engine } from "./Engine.ts"
import * as ExecRelay from "./ExecRelay.ts"
import * as GitExcludes from "./GitExcludes.ts"
import { installId } from "./InstallId.ts"
import * as Mounted from "./Mounted.ts"
import * as PrivateFiles from "./PrivateFiles.ts"
import * as TransportChoice from "./TransportChoice.ts"
import * as Volumes from "./Volumes.ts"

export interface SandboxDockerOptions {
  /** Seconds without a model's socket after which a box ends itself. */
  readonly orphanSec: number
}

/** Asks until it is answered, then never again. */
const cachedSuccess = <A, E>(effect: Effect.Effect<A, E>) =>
  Effect.sync(() => {
    let known: A | undefined
    return Effect.suspend(() => (known === undefined ? effect : Effect.succeed(known))).pipe(
      Effect.tap((value) => Effect.sync(() => (known = value)))
    )
  })

/** Those that a relay has to carry; undefined where they are mounted. */
const socketsOf = (labels: Readonly<Record<string, string>> | undefined): ReadonlyArray<string> | undefined =>
  labels?.[LABEL.sockets]?.split(" ")

const caller = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

export const make = Effect.fnUntraced(function* (options: SandboxDockerOptions) {
  const engine = yield* Engine
  const image = yield* AgentImage
  const settings = yield* Settings
  const install = yield* cachedSuccess(installId(settings.paths.home))
  const excludes = yield* Effect.cachedWithTTL(GitExcludes.find, "1 minute")
  const transport = yield* TransportChoice.make(engine, settings)
  const prepareVolumes = Volumes.makePreparer(engine)

  const filesOf = (processId: string) => PrivateFiles.directoryOf(settings.paths.run, processId)
  /** Boxes that have files and no container yet. */
  const starting = new Set<string>()

  /** Everything of the host's that the box needs, and what is asked of the engine. */
  const prepare = Effect.fn("Sandbox.prepare")(function* (spec: BoxSpec) {
    const facts = yield* engine.info
    const workOwner = yield* BoxFiles.workDirectory(settings.paths.home, spec)
    const user = boxUser({ rootless: facts.rootless, caller, workOwner })
    yield* BoxFiles.homeDirectory(settings.paths.home, spec.home, user)
    const checked = yield* Effect.forEach(spec.mounts, (mount) => BoxFiles.checkMount(mount, user))
    const files = yield* PrivateFiles.prepareFiles(filesOf(spec.processId), spec, user)
    const volumes = spec.mounts.filter((mount) => mount.volume).map((mount) => mount.source)
    yield* prepareVolumes(volumes, spec.image, user)
    const excludesFile = yield* excludes
    const asked = createOptions(spec, {
      installId: yield* install,
      user,
      engine: facts,
      workDir: workOwner.real,
      files,
      excludes: excludesFile,
      excludesEnv: excludesFile === undefined ? {} : GitExcludes.env(excludesFile, spec.env),
      groups: checked.flatMap(({ socketGroup }) => socketGroup ?? []),
      orphanSec: options.orphanSec,
      transport: yield* transport.find(spec.image)
    })
    return { asked, judged: Mounted.judged(spec, checked, workOwner.identity) }
  })

  const carried = (processId: ProcessId, container: string, sockets: ReadonlyArray<string>) => ({
    processId,
    container,
    sockets,
    directory: settings.paths.socketDir(processId)
  })

  const discard = (processId: string, id: string | undefined) =>
    (id === undefined ? Effect.void : DockerBox.removeContainer(engine, id)).pipe(
      Effect.andThen(BoxFiles.removeDirectory(filesOf(processId)))
    )

  const start = Effect.fn("Sandbox.start")(function* (spec: BoxSpec) {
    yield* image.ensure(spec.image)
    let id: string | undefined
    starting.add(spec.processId)
    return yield* Effect.gen(function* () {
      const { asked, judged } = yield* prepare(spec)
      const container = yield* engine
        .call(spec.image, (docker) => docker.createContainer(asked))
        .pipe(
          Effect.tap((made) => Effect.sync(() => (id = made.id))),
          // Otherwise an interruption could miss a container that the engine is just making.
          Effect.uninterruptible
        )
      const pipes = yield* DockerBox.attachAll(engine, container.id)
      yield* engine.call(spec.processId, () => container.start())
      const { State: state } = yield* engine.call(spec.processId, () => container.inspect())
      if (state.Pid > 0) yield* Mounted.check(state.Pid, spec.home, judged)
      const sockets = socketsOf(asked.Labels)
      if (sockets !== undefined) yield* ExecRelay.begin(engine, carried(spec.processId, container.id, sockets))
      return yield* DockerBox.make(
        engine,
        spec.processId,
        container.id,
        pipes,
        discard(spec.processId, undefined).pipe(Effect.ignore)
      )
    }).pipe(
      Effect.onError(() => Effect.suspend(() => discard(spec.processId, id)).pipe(Effect.ignore)),
      Effect.ensuring(Effect.sync(() => starting.delete(spec.processId)))
    )
  })

  const containers = Effect.fnUntraced(function* (processId?: ProcessId) {
    const label = [
      `${LABEL.install}=${yield* install}`,
      ...(processId === undefined ? [] : [`${LABEL.process}=${processId}`])
    ]
    return yield* engine.call("boxes", (docker) => docker.listContainers({ all: true, filters: { label } }))
  })

  const adopt = Effect.fn("Sandbox.adopt")(function* (processId: ProcessId, since: number) {
    const [found] = yield* containers(processId)
    if (found === undefined) return undefined
    const running = found.State === "running"
    const sockets = socketsOf(found.Labels)
    if (running && sockets !== undefined) yield* ExecRelay.resume(engine, carried(processId, found.Id, sockets))
    const pipes = yield* DockerBox.attachAgain(engine, found.Id, Math.max(0, Math.floor(since / 1000) - 1), running)
    return yield* DockerBox.make(engine, processId, found.Id, pipes, discard(processId, undefined).pipe(Effect.ignore))
  })

  const list = Effect.gen(function* () {
    const withFiles = yield* PrivateFiles.owners(settings.paths.run)
    const young = new Set(starting)
    const all = yield* containers()
    const ids = new Set(all.map((container) => container.Labels[LABEL.process]))
    // Whose container was removed by other hands than ours.
    for (const owner of withFiles) if (!ids.has(owner) && !young.has(owner)) yield* discard(owner, undefined)
    return all.map((container): BoxInfo => ({
      processId: ProcessId.make(container.Labels[LABEL.process] ?? ""),
      channelId: ChannelId.make(container.Labels[LABEL.channel] ?? ""),
      configHash: container.Labels[LABEL.config] ?? "",
      running: container.State === "running"
    }))
  })

  return Sandbox.of({
    kind: "docker",
    start,
    adopt,
    list,
    remove: Effect.fn("Sandbox.remove")(function* (processId: ProcessId) {
      for (const container of yield* containers(processId)) yield* DockerBox.removeContainer(engine, container.Id)
      yield* discard(processId, undefined)
    }),
    fingerprint: (name) => image.ensure(name),
    check: Effect.asVoid(engine.call("engine", (docker) => docker.ping())),
    transport: transport.known,
    caveats: Effect.succeed([])
  })
})

/** Ten minutes without a supervisor: an orphan has no use. */
export const layer: Layer.Layer<Sandbox, never, Engine | AgentImage | Settings> = Layer.effect(
  Sandbox,
  make({ orphanSec: 600 })
)
