/**
 * Copies a directory that agents could write in. No link is followed: a link is copied as a link. What is no file, link
 * or directory is left behind. The copy can be read by its owner alone; a supervisor that is root leaves the owner as it
 * was, because boxes run as the owner of their work directory.
 */
import { constants } from "node:fs"
import { type FileHandle, lchown, lstat, open, readdir, readlink, symlink } from "node:fs/promises"
import { isGeneral, why } from "./Failed.ts"
import { at, ensured, type Folder, inside } from "./Folder.ts"

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants
/** Deeper than any project; each level holds an open directory. */
const deepest = 200
const piece = 1024 * 1024
const nothing = Buffer.alloc(piece)

export interface Tree {
  files: number
  bytes: number
  links: number
  /** What is not taken: its path below the directory, and why. */
  readonly left: Array<string>
}

type Owner = { readonly uid: number; readonly gid: number }

const give = async (path: Buffer, { gid, uid }: Owner) => {
  if (process.getuid?.() === 0) await lchown(path, uid, gid)
}

/** Pieces of nothing stay holes, so that a file is not larger on the disk than it was. */
const pour = async (from: FileHandle, to: FileHandle) => {
  const buffer = Buffer.allocUnsafe(piece)
  let size = 0
  for (;;) {
    const { bytesRead } = await from.read(buffer, 0, piece, size)
    if (bytesRead === 0) break
    const part = buffer.subarray(0, bytesRead)
    if (!part.equals(nothing.subarray(0, bytesRead))) {
      for (let done = 0; done < bytesRead;) {
        done += (await to.write(part, done, bytesRead - done, size + done)).bytesWritten
      }
    }
    size += bytesRead
  }
  await to.truncate(size)
}

/** A plain file to a name that nothing has; false where it is none. Also sets when it was changed. */
export const copyFile = async (source: Buffer, target: Buffer, mode?: number): Promise<boolean> => {
  // A pipe without a writer would be waited for.
  await using from = await open(source, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  const stat = await from.stat()
  if (!stat.isFile()) return false
  await using to = await open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
  await pour(from, to)
  await to.chmod(mode ?? stat.mode & 0o700)
  await to.utimes(stat.atime, stat.mtime)
  await give(target, stat)
  return true
}

const shown = (path: Buffer): string => path.toString("utf8")

const visit = async (from: Folder, to: Folder | undefined, below: Buffer, depth: number, tree: Tree): Promise<void> => {
  for (const name of await readdir(at(from, Buffer.from(".")), { encoding: "buffer" })) {
    const path = below.length === 0 ? name : Buffer.concat([below, Buffer.from("/"), name])
    const source = at(from, name)
    try {
      const stat = await lstat(source)
      if (stat.isSymbolicLink()) {
        if (to !== undefined) {
          await symlink(await readlink(source, { encoding: "buffer" }), at(to, name))
          await give(at(to, name), stat)
        }
        tree.links++
      } else if (stat.isDirectory()) {
        if (depth === deepest) tree.left.push(`${shown(path)}: it is too deep`)
        else {
          await using deeper = await inside(from, name)
          await using target = to === undefined ? undefined : await ensured(to, name)
          await visit(deeper, target, path, depth + 1, tree)
          if (target !== undefined) {
            await give(at(to ?? target, name), stat)
          }
        }
      } else if (stat.isFile() && (to === undefined || (await copyFile(source, at(to, name))))) {
        tree.files++
        tree.bytes += stat.size
      } else tree.left.push(`${shown(path)}: it is no file`)
    } catch (cause) {
      if (isGeneral(cause)) throw cause
      tree.left.push(`${shown(path)}: ${why(cause)}`)
    }
  }
}

/** Into `to`, which is empty; without one it only looks. */
export const copyTree = async (from: Folder, to?: Folder): Promise<Tree> => {
  const tree: Tree = { files: 0, bytes: 0, links: 0, left: [] }
  await visit(from, to, Buffer.alloc(0), 0, tree)
  if (to !== undefined) await give(to.path, await from.handle.stat())
  return tree
}
