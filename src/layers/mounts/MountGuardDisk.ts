/** `MountGuard` on this machine's disk. */
import { Effect, Layer } from "effect"
import { lstat, realpath, stat } from "node:fs/promises"
import * as path from "node:path"
import { type Config, isWithin } from "../../domain/Config.ts"
import * as Authority from "../../domain/mounts/Authority.ts"
import { engineSockets } from "../../domain/mounts/EngineSockets.ts"
import { type Around, type AskedCopy, type AskedMount, MountGuard } from "../../services/MountGuard.ts"
import type { Mount } from "../../services/Sandbox.ts"
import { type LoopPaths, Settings } from "../../services/Settings.ts"

/** Undefined where there is nothing, or nothing that we may look at. */
const realOf = (file: string): Promise<string | undefined> => realpath(file).catch(() => undefined)

/** Of what is not there, where its deepest part that is there leads. */
const realAnyway = async (file: string): Promise<string> => {
  const known = await realOf(file)
  if (known !== undefined || file === "/") return known ?? "/"
  return path.join(await realAnyway(path.dirname(file)), path.basename(file))
}

const identity = (file: string): Promise<string | undefined> =>
  stat(file).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => undefined
  )

/** A socket of that name is an engine's, also where we do not know its place. */
const engineNames = new Set(["docker.sock", "containerd.sock", "podman.sock", "crio.sock", "buildkitd.sock"])

const engines = async (config: Config, { userHome }: LoopPaths) => {
  const named = engineSockets(config.docker_host, userHome, process.getuid?.())
  const there: Array<string> = []
  for (const file of named) {
    const real = await realOf(file)
    if (real !== undefined) there.push(real)
  }
  const ids = new Set(await Promise.all(there.map(identity)))
  /** By what it is, not by its name: a socket has one identity under all of its names. */
  const isEngine = async (real: string): Promise<boolean> => {
    const entry = await lstat(real)
    return entry.isSocket() && (engineNames.has(path.basename(real)) || ids.has(`${entry.dev}:${entry.ino}`))
  }
  return { sockets: there, isEngine }
}

const groundOf = async (config: Config, paths: LoopPaths, around: Around, sockets: ReadonlyArray<string>) => {
  const roots: Array<Authority.Root> = []
  for (const root of config.mount_roots) {
    if (!root.volume) roots.push({ path: await realAnyway(root.path), readOnly: root.readOnly })
  }
  const ground: Authority.Ground = {
    home: await realAnyway(paths.userHome),
    loopHome: await realAnyway(paths.home),
    engineSockets: sockets,
    allowEngineSocket: config.allow_engine_socket,
    shareClaudeHome: config.share_claude_home,
    roots,
    others: await Promise.all(around.others.map(realAnyway)),
    writable: await Promise.all(around.writable.map(realAnyway))
  }
  return ground
}

/** Volumes are the engine's; an owner has those that the operator names. */
const volumeAllowed = ({ by, source }: AskedMount, config: Config): boolean =>
  by === "operator" ||
  config.mounts.some((mount) => mount.volume && mount.source === source) ||
  config.mount_roots.some((root) => root.volume && root.path === source)

const allow = async (
  config: Config,
  paths: LoopPaths,
  asked: ReadonlyArray<AskedMount>,
  copies: ReadonlyArray<AskedCopy>,
  around: Around
) => {
  const mounts: Array<Mount> = []
  const copyFiles: Array<{ readonly source: string; readonly target: string }> = []
  const refused: Array<string> = []
  const { isEngine, sockets } = await engines(config, paths)
  const ground = await groundOf(config, paths, around, sockets)
  for (const one of asked) {
    const { by, readOnly, source, target, volume } = one
    if (volume) {
      if (volumeAllowed(one, config)) mounts.push({ source, target, readOnly, volume })
      else refused.push(Authority.foreignVolume(source))
      continue
    }
    const real = await realOf(source)
    if (real === undefined) {
      refused.push(Authority.missing(source))
      continue
    }
    const why = Authority.refusal({ source, real, readOnly, by, engine: await isEngine(real) }, ground)
    if (why === undefined) mounts.push({ source: real, target, readOnly, volume })
    else refused.push(Authority.refused({ source, real }, why))
  }
  for (const { by, source, target } of copies) {
    const real = await realOf(source)
    if (real === undefined) continue
    const why = Authority.copyRefusal({ source, real, readOnly: true, by, engine: await isEngine(real) }, ground)
    if (why === undefined) copyFiles.push({ source: real, target })
    else refused.push(Authority.notCopied({ source, real }, why))
  }
  return { mounts, copyFiles, refused }
}

/** The work of another channel in which it lies, reached through a link below that: an agent there may have set it. */
const throughLink = async (directory: string, real: string, others: ReadonlyArray<string>) => {
  for (const other of others) {
    if (directory === other || !isWithin(directory, other)) continue
    if (path.join(await realAnyway(other), path.relative(other, directory)) !== real) return other
  }
  return undefined
}

const workDirectory = async (paths: LoopPaths, directory: string, others: ReadonlyArray<string>) => {
  // Those that Loop keeps itself are made and checked where boxes are.
  if (isWithin(directory, path.join(paths.home, "channels"))) return { real: directory }
  const real = await realAnyway(directory)
  const ground = { home: await realAnyway(paths.userHome), loopHome: await realAnyway(paths.home) }
  const why = Authority.workRefusal(real, ground)
  if (why !== undefined) return { refused: Authority.noWork({ source: directory, real }, why) }
  const other = await throughLink(directory, real, others)
  if (other === undefined) return { real }
  const link = `it is reached through a link in ${other}, where another channel's agents can write`
  return { refused: Authority.noWork({ source: directory, real }, link) }
}

export const layer = Layer.effect(
  MountGuard,
  Effect.gen(function* () {
    const { current, paths } = yield* Settings
    return MountGuard.of({
      allow: Effect.fn("MountGuard.allow")((mounts, copies, around) =>
        mounts.length + copies.length === 0
          ? Effect.succeed({ mounts: [], copyFiles: [], refused: [] })
          : Effect.flatMap(current, (config) => Effect.promise(() => allow(config, paths, mounts, copies, around)))
      ),
      workDirectory: Effect.fn("MountGuard.workDirectory")((directory, others) =>
        Effect.promise(() => workDirectory(paths, directory, others))
      )
    })
  })
)
