/** The host's side of a box's files: its directories, private copies of files, and what may be mounted. */
import { Effect } from "effect"
import { constants, existsSync, type Stats } from "node:fs"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { type BoxSpec, type Mount, SandboxError } from "../../services/Sandbox.ts"
import type { BoxUser } from "./BoxUser.ts"
import * as Held from "./Held.ts"
import { openReal } from "./RealFile.ts"

const codeOf = (cause: unknown): string | undefined => (cause as NodeJS.ErrnoException | undefined)?.code

const failure = (target: string) => (cause: unknown) =>
  cause instanceof SandboxError
    ? cause
    : new SandboxError({
        reason: codeOf(cause) === "ENOSPC" || codeOf(cause) === "EDQUOT" ? "disk_full" : "bad_mount",
        target,
        detail: cause instanceof Error ? cause.message : String(cause)
      })

const refuse = (target: string, detail: string) => new SandboxError({ reason: "bad_mount", target, detail })

const attempt = <A>(target: string, run: () => Promise<A>): Effect.Effect<A, SandboxError> =>
  Effect.tryPromise({ try: run, catch: failure(target) })

const lstatIfThere = (file: string): Promise<Stats | undefined> =>
  fs.lstat(file).catch((cause: unknown) => {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  })

const isRoot = (): boolean => process.getuid?.() === 0

/** A directory of ours: every component below `root` has to be a real directory, and is made when it is missing. */
const ownDirectory = async (
  root: string,
  directory: string,
  mode: number,
  user: BoxUser | undefined
): Promise<void> => {
  const names = path.relative(root, directory).split(path.sep)
  let at = root
  for (const [index, name] of names.entries()) {
    at = path.join(at, name)
    const last = index === names.length - 1
    const stat = await lstatIfThere(at)
    if (stat?.isSymbolicLink())
      throw refuse(at, "it is a link; a channel's directories are never reached through links")
    if (stat !== undefined && !stat.isDirectory()) throw refuse(at, "it is not a directory")
    if (stat === undefined) await fs.mkdir(at, { mode: last ? mode : 0o700 })
    if (last && user !== undefined && isRoot() && (stat?.uid ?? 0) !== user.uid) await give(at, user)
  }
}

const hasProc = existsSync("/proc/self/fd")

/** A directory that is opened as what it is; undefined for everything else, a link to a directory too. */
const openDirectory = (file: string): Promise<fs.FileHandle | undefined> =>
  fs.open(file, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW).catch((cause: unknown) => {
    if (["ENOTDIR", "ELOOP", "ENOENT"].includes(codeOf(cause) ?? "")) return undefined
    throw cause
  })

/**
 * Changes the owner of a tree without following links. Each directory is held open while it is walked through: an agent
 * that is at work there could exchange its name for a link meanwhile.
 */
const give = async (file: string, user: BoxUser): Promise<void> => {
  await fs.lchown(file, user.uid, user.gid).catch((cause: unknown) => {
    if (codeOf(cause) !== "ENOENT") throw cause
  })
  const directory = await openDirectory(file)
  if (directory === undefined) return
  try {
    const inside = hasProc ? `/proc/self/fd/${directory.fd}` : file
    for (const name of await fs.readdir(inside)) await give(path.join(inside, name), user)
  } finally {
    await directory.close()
  }
}

const isBelow = (root: string, file: string): boolean => {
  const relative = path.relative(root, file)
  return relative !== "" && relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}

/**
 * Makes the work directory when it is missing (a channel's own: without following links), and tells its owner and where it
 * really is.
 */
export const workDirectory = (
  loopHome: string,
  { workDir: directory, workReal }: Pick<BoxSpec, "workDir" | "workReal">
): Effect.Effect<BoxUser & { readonly real: string; readonly identity: string }, SandboxError> =>
  attempt(directory, async () => {
    const own = isBelow(loopHome, directory)
    if (own) await ownDirectory(loopHome, directory, 0o755, undefined)
    else await fs.mkdir(workReal ?? directory, { recursive: true })
    const real = await fs.realpath(directory)
    if (!own && workReal !== undefined && real !== workReal) throw refuse(directory, "a link leads to it by now")
    const stat = await fs.lstat(real)
    if (!stat.isDirectory()) throw refuse(directory, "it is not a directory")
    return { uid: stat.uid, gid: stat.gid, real, identity: identityOf(stat) }
  })

/** What a file is under all of its names. */
export const identityOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`

/** Makes the box's HOME, private to its user. */
export const homeDirectory = (loopHome: string, directory: string, user: BoxUser): Effect.Effect<void, SandboxError> =>
  attempt(directory, () =>
    ownDirectory(isBelow(loopHome, directory) ? loopHome : path.dirname(directory), directory, 0o700, user)
  )

/** Whether a user who is not the caller could read it, by its permission bits. */
const readableBy = (stat: Stats, user: BoxUser): boolean => {
  const wanted = stat.isDirectory() ? 5 : 4
  const shift = stat.uid === user.uid ? 6 : stat.gid === user.gid ? 3 : 0
  return user.uid === 0 || ((stat.mode >> shift) & wanted) === wanted
}

/**
 * Fails with `bad_mount` unless the source is there, no link leads to it (it was judged by where it is) and the box's user
 * can read it; a socket gives its group, everything but a volume what it is under all of its names.
 */
export const checkMount = (
  mount: Mount,
  user: BoxUser
): Effect.Effect<{ readonly socketGroup?: number; readonly identity?: string }, SandboxError> =>
  mount.volume
    ? Effect.succeed({})
    : attempt(mount.source, async () => {
        if ((await fs.realpath(mount.source)) !== path.normalize(mount.source)) {
          throw refuse(mount.source, "a link leads to it by now")
        }
        const stat = await fs.lstat(mount.source)
        const identity = identityOf(stat)
        if (stat.isSocket()) return { socketGroup: stat.gid, identity }
        await fs.access(mount.source, constants.R_OK)
        if (isRoot() && !readableBy(stat, user)) {
          throw refuse(mount.source, `the box runs as user ${user.uid}, who cannot read it`)
        }
        return { identity }
      })

/** Fails with `bad_mount` when a place in a directory of the agent's own is reached through a link, which it may have set. */
export const checkTarget = (target: string, owned: ReadonlyArray<string>): Effect.Effect<void, SandboxError> =>
  attempt(target, async () => {
    for (const root of owned.filter((directory) => isBelow(directory, target))) {
      let at = root
      for (const name of path.relative(root, target).split(path.sep)) {
        at = path.join(at, name)
        if ((await lstatIfThere(at))?.isSymbolicLink() === true)
          throw refuse(at, "it is a link; nothing is mounted there")
      }
    }
  })

/** Makes the directories that lead to a mount in the home: those that the engine makes are root's. */
export const mountPoint = (home: string, mount: Mount, user: BoxUser): Effect.Effect<void, SandboxError> =>
  attempt(mount.target, async () => {
    if (!isBelow(home, mount.target)) return
    const names = path.relative(home, mount.target).split(path.sep)
    const file = !mount.volume && !(await fs.lstat(mount.source)).isDirectory()
    const made = await Held.descend(home, file ? names.slice(0, -1) : names, user)
    await made.handle.close()
  })

/** Copies a host file for one box, readable and writable for its user alone; false when there is no such file. */
export const privateCopy = (source: string, target: string, user: BoxUser): Effect.Effect<boolean, SandboxError> =>
  attempt(source, async () => {
    await using file = await openReal(source)
    if (file.handle === undefined) return false
    if (!(await file.handle.stat()).isFile()) throw refuse(source, "only files can be copied there")
    await fs.writeFile(target, await file.handle.readFile(), { flag: "wx", mode: 0o600 })
    if (isRoot()) await fs.lchown(target, user.uid, user.gid)
    return true
  })

/** A private directory for one box's copies, empty. */
export const freshDirectory = (directory: string): Effect.Effect<void, SandboxError> =>
  attempt(directory, async () => {
    await fs.rm(directory, { recursive: true, force: true })
    await fs.mkdir(directory, { recursive: true, mode: 0o700 })
  })

export const removeDirectory = (directory: string): Effect.Effect<void> =>
  Effect.promise(() => fs.rm(directory, { recursive: true, force: true }).catch(() => undefined))

export const writeFile = (file: string, content: string): Effect.Effect<void, SandboxError> =>
  attempt(file, () => fs.writeFile(file, content, { mode: 0o644 }))
