/** Boxes without an engine: bubblewrap's namespaces around a process tree that dies with its supervisor. */
import { Deferred, Effect, Layer, Schema } from "effect"
import { existsSync, readdirSync, readlinkSync, statSync } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { ChannelId, ProcessId } from "../../domain/Ids.ts"
import { type BoxInfo, type BoxSpec, type Mount, Sandbox, SandboxError } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import * as AgentProgram from "./AgentProgram.ts"
import * as BoxFiles from "./BoxFiles.ts"
import { type BoxUser, boxUser } from "./BoxUser.ts"
import * as BubblewrapBox from "./BubblewrapBox.ts"
import * as Limits from "./BubblewrapLimits.ts"
import { bubblewrapArguments, bubblewrapEnv, PROGRAMS, variables } from "./BubblewrapSpec.ts"
import { shippedDirectory } from "./ContainerFiles.ts"
import { FORWARDER } from "./Forwards.ts"
import * as GitExcludes from "./GitExcludes.ts"
import { locate } from "./HostProgram.ts"
import * as Mounted from "./Mounted.ts"
import { directoryOf, prepareFiles } from "./PrivateFiles.ts"
import * as ProcTree from "./ProcTree.ts"
import * as Seccomp from "./Seccomp.ts"

/** What is written down of a box, so that a supervisor that comes back finds what may be left of it. */
const Trace = Schema.Struct({
  process_id: ProcessId,
  channel_id: ChannelId,
  config_hash: Schema.String,
  pid: Schema.Int,
  started: Schema.Int
})
type Trace = typeof Trace.Type
const TraceJson = Schema.fromJsonString(Trace)
const decodeTrace = Schema.decodeUnknownEffect(TraceJson)
const encodeTrace = Schema.encodeSync(TraceJson)

const calls = Seccomp.filter(process.arch)

const caller: BoxUser = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

const bind = (source: string, target: string, readOnly: boolean): Mount => ({ source, target, readOnly, volume: false })

/** The system's part of the host's root: `/usr` and what leads there. */
const systemRoot = () => {
  const names = readdirSync("/", { withFileTypes: true }).filter((entry) =>
    /^(usr|bin|sbin|lib.*|nix)$/.test(entry.name)
  )
  const links = names.filter((entry) => entry.isSymbolicLink())
  return {
    rootLinks: Object.fromEntries(links.map((entry) => [`/${entry.name}`, readlinkSync(`/${entry.name}`)])),
    rootDirectories: names.filter((entry) => entry.isDirectory()).map((entry) => `/${entry.name}`)
  }
}

/** The forwarder in a box is the system's own program. */
const withoutSocat = (): ReadonlyArray<string> =>
  ["/usr/bin/socat", "/bin/socat"].some((file) => existsSync(file))
    ? []
    : ["Boxes under bubblewrap reach no host until the package socat is installed on this machine."]

const isAlive = Effect.fnUntraced(function* (trace: Trace) {
  const stat = yield* Effect.promise(() => ProcTree.stat(trace.pid))
  return stat !== undefined && stat.started === trace.started && stat.state !== "Z"
})

export const make = Effect.fnUntraced(function* () {
  const settings = yield* Settings
  const limiter = yield* Effect.cached(Limits.find)
  const excludes = yield* Effect.cachedWithTTL(GitExcludes.find, "1 minute")
  const { run } = settings.paths

  const filesOf = (processId: string) => directoryOf(run, processId)
  const traceOf = (processId: string) => path.join(run, `${processId}.box`)

  const readTrace = (processId: string) =>
    Effect.tryPromise(() => fs.readFile(traceOf(processId), "utf8")).pipe(
      Effect.flatMap(decodeTrace),
      Effect.orElseSucceed(() => undefined)
    )

  const remember = Effect.fnUntraced(function* (spec: BoxSpec, pid: number) {
    const stat = yield* Effect.promise(() => ProcTree.stat(pid))
    const trace = { process_id: spec.processId, channel_id: spec.channelId, config_hash: spec.configHash }
    yield* BoxFiles.writeFile(traceOf(spec.processId), encodeTrace({ ...trace, pid, started: stat?.started ?? 0 }))
  })

  /** What an earlier supervisor left is killed; what it wrote down goes. */
  const remove = Effect.fn("Sandbox.remove")(function* (processId: ProcessId) {
    const trace = yield* readTrace(processId)
    if (trace !== undefined && (yield* isAlive(trace))) yield* BubblewrapBox.killTree(trace.pid)
    yield* BoxFiles.removeDirectory(traceOf(processId))
    yield* BoxFiles.removeDirectory(filesOf(processId))
  })

  const programs = Effect.gen(function* () {
    const claude = AgentProgram.claude()
    if (claude === undefined) {
      return yield* new SandboxError({
        reason: "no_image",
        target: `@anthropic-ai/claude-code-linux-${process.arch}`,
        detail: "the agent's program is not installed: install Loop with its optional dependencies"
      })
    }
    return [
      bind(claude.file, `${PROGRAMS}/claude`, true),
      bind(process.execPath, `${PROGRAMS}/node`, true),
      bind(path.join(shippedDirectory(), "forward.sh"), `${PROGRAMS}/${FORWARDER}`, true)
    ]
  })

  /** A named volume is a directory of ours. */
  const volume = Effect.fnUntraced(function* (mount: Mount, user: BoxUser) {
    if (!mount.volume) return mount
    const source = path.join(settings.paths.home, "volumes", encodeURIComponent(mount.source))
    yield* BoxFiles.homeDirectory(settings.paths.home, source, user)
    return { ...mount, source, volume: false }
  })

  const start = Effect.fn("Sandbox.start")(function* (spec: BoxSpec) {
    const { home } = settings.paths
    const workOwner = yield* BoxFiles.workDirectory(home, spec)
    const user = boxUser({ rootless: false, caller, workOwner })
    yield* BoxFiles.homeDirectory(home, spec.home, user)
    const checked = yield* Effect.forEach(spec.mounts, (mount) => BoxFiles.checkMount(mount, user))
    let spawned: BubblewrapBox.Spawned | undefined
    return yield* Effect.gen(function* () {
      const files = yield* prepareFiles(filesOf(spec.processId), spec, user)
      const volumes = yield* Effect.forEach(spec.mounts, (mount) => volume(mount, user))
      const ignored = yield* excludes
      const how = yield* limiter
      const mounts = [
        ...(yield* programs),
        ...files,
        ...(ignored === undefined ? [] : [bind(ignored, ignored, true)]),
        ...volumes,
        bind(spec.home, spec.home, false),
        bind(workOwner.real, spec.workDir, false),
        bind(spec.socketDir, "/run/loop", true)
      ]
      const excludesEnv = ignored === undefined ? {} : GitExcludes.env(ignored, spec.env)
      const env = bubblewrapEnv(spec, user, excludesEnv)
      const inside = {
        user,
        groups: checked.flatMap(({ socketGroup }) => socketGroup ?? []),
        asRoot: caller.uid === 0,
        mounts,
        exists: existsSync,
        limiter: Limits.inside(how, spec.limits, existsSync),
        filtered: calls !== undefined,
        ...systemRoot()
      }
      const command = [...Limits.outside(how, spec.limits), locate("bwrap"), ...bubblewrapArguments(spec, inside)]
      spawned = yield* BubblewrapBox.launch(spec.processId, command, Limits.environment(how), calls)
      yield* remember(spec, spawned.init)
      yield* Mounted.stands(spawned.init, spec.home, Deferred.isDone(spawned.exit))
      yield* Mounted.check(spawned.init, spec.home, Mounted.judged(spec, checked, workOwner.identity))
      yield* spawned.begin(variables(env))
      return yield* BubblewrapBox.make(spec.processId, spawned, remove(spec.processId))
    }).pipe(
      Effect.onError(() =>
        Effect.suspend(() => (spawned === undefined ? Effect.void : BubblewrapBox.killTree(spawned.init))).pipe(
          Effect.andThen(remove(spec.processId))
        )
      )
    )
  })

  const list = Effect.gen(function* () {
    const names = yield* Effect.promise(() => fs.readdir(run).catch((): Array<string> => []))
    const found: Array<BoxInfo> = []
    for (const name of names.filter((one) => one.endsWith(".box"))) {
      const trace = yield* readTrace(name.slice(0, -".box".length))
      if (trace === undefined) continue
      const { process_id: processId, channel_id: channelId, config_hash: configHash } = trace
      found.push({ processId, channelId, configHash, running: yield* isAlive(trace) })
    }
    return found
  })

  return Sandbox.of({
    kind: "bubblewrap",
    start,
    adopt: (processId) => Effect.as(remove(processId), undefined),
    list,
    remove,
    fingerprint: () =>
      Effect.map(programs, ([claude]) => `bubblewrap:${claude?.source}:${statSync(claude?.source ?? "/").size}`),
    check,
    transport: Effect.succeed("socket"),
    caveats: Effect.map(limiter, (how) => [...Limits.caveats(how), ...withoutSocat()])
  })
})

/** Whether namespaces can be made here at all. */
export const check: Effect.Effect<void, SandboxError> = Effect.gen(function* () {
  const command = [
    locate("bwrap"),
    "--unshare-pid",
    "--unshare-net",
    "--ro-bind",
    "/",
    "/",
    "--json-status-fd",
    "3",
    "--",
    "true"
  ]
  const spawned = yield* BubblewrapBox.launch("bubblewrap", command, {})
  yield* Effect.sync(() => void spawned.child.stdin?.end())
})

export const layer: Layer.Layer<Sandbox, never, Settings> = Layer.effect(Sandbox, make())
