/**
 * Directories in which agents can write. Each is opened without following a link, and what is in it is reached from the
 * open directory (`/proc/self/fd`, where there is one) and not by its name: what is renamed meanwhile cannot lead
 * elsewhere. Names are bytes, because a name need not be UTF-8.
 */
import { constants, existsSync } from "node:fs"
import { type FileHandle, lstat, mkdir, open } from "node:fs/promises"
import { codeOf } from "./Failed.ts"

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants
const hasProc = existsSync("/proc/self/fd")

export interface Folder extends AsyncDisposable {
  readonly handle: FileHandle
  readonly path: Buffer
}

const made = (handle: FileHandle, path: Buffer): Folder => ({
  handle,
  path,
  [Symbol.asyncDispose]: () => handle.close()
})

/** The first directory: its own path is whoever's named it, and may lead through links. */
export const root = async (path: string): Promise<Folder> =>
  made(await open(path, O_RDONLY | O_DIRECTORY), Buffer.from(path))

/** Where an entry is reached. */
export const at = ({ handle, path }: Folder, name: string | Buffer): Buffer =>
  Buffer.concat([hasProc ? Buffer.from(`/proc/self/fd/${handle.fd}`) : path, Buffer.from("/"), Buffer.from(name)])

const pathOf = ({ path }: Folder, name: string | Buffer) => Buffer.concat([path, Buffer.from("/"), Buffer.from(name)])

/** Fails with ELOOP or ENOTDIR where a link is in its place. */
export const inside = async (folder: Folder, name: string | Buffer): Promise<Folder> =>
  made(await open(at(folder, name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW), pathOf(folder, name))

/** Undefined where there is none. */
export const insideIfThere = (folder: Folder, name: string | Buffer): Promise<Folder | undefined> =>
  inside(folder, name).catch((cause: unknown) => {
    if (codeOf(cause) === "ENOENT") return undefined
    throw cause
  })

/** Made, private to its owner, where it is missing. */
export const ensured = async (folder: Folder, name: string | Buffer): Promise<Folder> => {
  await mkdir(at(folder, name), { mode: 0o700 }).catch((cause: unknown) => {
    if (codeOf(cause) !== "EEXIST") throw cause
  })
  return await inside(folder, name)
}

export const isThere = (folder: Folder, name: string | Buffer): Promise<boolean> =>
  lstat(at(folder, name)).then(
    () => true,
    (cause: unknown) => {
      if (codeOf(cause) === "ENOENT") return false
      throw cause
    }
  )
