/**
 * Directories that are held open while something is done in them. An agent may be at work in the same place: what it
 * renames or replaces by a link meanwhile cannot lead elsewhere, because every step begins at the open directory and
 * follows nothing.
 */
import { randomBytes } from "node:crypto"
import { constants, existsSync } from "node:fs"
import { type FileHandle, lchown, mkdir, open, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { BoxUser } from "./BoxUser.ts"

const hasProc = existsSync("/proc/self/fd")

export interface Held extends AsyncDisposable {
  readonly handle: FileHandle
  /** A path of what is inside. */
  readonly at: (name: string) => string
}

const isRoot = (): boolean => process.getuid?.() === 0

/** Throws `ELOOP` or `ENOTDIR` where the last part of the path is a link. */
export const hold = async (path: string): Promise<Held> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  const base = hasProc ? `/proc/self/fd/${handle.fd}` : path
  return { handle, at: (name) => join(base, name), [Symbol.asyncDispose]: () => handle.close() }
}

/** A directory inside, made for the user where it is not there. */
export const within = async (parent: Held, name: string, user: BoxUser): Promise<Held> => {
  const path = parent.at(name)
  const made = await mkdir(path, 0o700).then(
    () => true,
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === "EEXIST") return false
      throw cause
    }
  )
  const held = await hold(path)
  if (made && isRoot()) await held.handle.chown(user.uid, user.gid)
  return held
}

/** The directory at the end of these names, each made where it is missing. */
export const descend = async (root: string, names: ReadonlyArray<string>, user: BoxUser): Promise<Held> => {
  let held = await hold(root)
  for (const name of names) {
    await using parent = held
    held = await within(parent, name, user)
  }
  return held
}

/** Puts a file in the place of whatever has that name, a link too. */
export const put = async (into: Held, name: string, data: Uint8Array, mode: number, user: BoxUser): Promise<void> => {
  const beside = into.at(`.${randomBytes(8).toString("hex")}.part`)
  try {
    await writeFile(beside, data, { flag: "wx", mode })
    if (isRoot()) await lchown(beside, user.uid, user.gid)
    await rename(beside, into.at(name))
  } finally {
    await rm(beside, { force: true })
  }
}
