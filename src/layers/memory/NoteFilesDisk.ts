/**
 * `NoteFiles` on this machine's disk. Each directory and file is opened as what it is: its real place must be the path by
 * which it was asked for, so that nothing that is exchanged for a link meanwhile leads elsewhere.
 */
import { Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import { lstat, readdir, readlink, realpath } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { isWithin, normalizePath } from "../../domain/Config.ts"
import { NoteFiles, type NotesFound, NoteUnreadable } from "../../services/NoteFiles.ts"
import { openReal } from "../sandbox/RealFile.ts"

/** Bytes of the largest note. */
const largest = 4 * 1024 * 1024
const deepest = 32
const mostLinks = 40

const codeOf = (cause: unknown): unknown =>
  typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined

/** It is not there, or a link stands in its place. */
const isGone = (cause: unknown): boolean => ["ENOENT", "ELOOP", "ENOTDIR", "ENXIO"].includes(String(codeOf(cause)))

/** Of what is not there, where its deepest part that is there leads. */
const realAnyway = async (path: string): Promise<string> => {
  const known = await realpath(path).catch(() => undefined)
  if (known !== undefined || path === "/") return known ?? "/"
  return join(await realAnyway(dirname(path)), basename(path))
}

/** Where the path leads, without links that stand where agents write; throws `ELOOP` at such a one. */
const follow = async (path: string, writable: ReadonlyArray<string>): Promise<string> => {
  let rest = normalizePath(path).split("/").slice(1)
  let at = "/"
  for (let links = 0; rest.length > 0;) {
    const [step = "", ...others] = rest
    const next = join(at, step)
    if (!(await lstat(next)).isSymbolicLink()) {
      at = next
      rest = others
      continue
    }
    if (++links > mostLinks || writable.some((place) => isWithin(at, place))) {
      throw Object.assign(new Error(`${next} is a link`), { code: "ELOOP" })
    }
    const target = await readlink(next)
    rest = [
      ...normalizePath(target.startsWith("/") ? target : join(at, target))
        .split("/")
        .slice(1),
      ...others
    ]
    at = "/"
  }
  return at
}

interface Walk {
  readonly mostFiles: number
  readonly files: Array<string>
  readonly unknown: Array<string>
  readonly excluded: ReadonlyArray<string>
}

const entriesOf = async (path: string) => {
  await using opened = await openReal(path)
  if (opened.handle === undefined) return []
  const stat = await opened.handle.stat()
  if (!stat.isDirectory()) return stat.isFile() ? "file" : []
  const open = process.platform === "linux" ? `/proc/self/fd/${opened.handle.fd}` : path
  return (await readdir(open, { withFileTypes: true })).toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

const isNote = (path: string): boolean => path.endsWith(".md")

const walk = async (path: string, depth: number, into: Walk): Promise<void> => {
  if (into.excluded.some((each) => isWithin(path, each)) || into.files.length >= into.mostFiles) return
  try {
    const entries = await entriesOf(path)
    if (entries === "file") {
      if (isNote(path)) into.files.push(path)
      return
    }
    for (const entry of entries) {
      const inner = join(path, entry.name)
      if (entry.isDirectory() ? depth < deepest : entry.isFile() && isNote(inner)) await walk(inner, depth + 1, into)
    }
  } catch (cause) {
    if (!isGone(cause)) into.unknown.push(path)
  }
}

const find = async (
  mostFiles: number,
  path: string,
  writable: ReadonlyArray<string>,
  excluded: ReadonlyArray<string>
): Promise<NotesFound> => {
  const into: Walk = {
    mostFiles,
    files: [],
    unknown: [],
    excluded: [...excluded.map(normalizePath), ...(await Promise.all(excluded.map(realAnyway)))]
  }
  try {
    // What leads through an excluded name is excluded, too.
    if (!into.excluded.some((each) => isWithin(path, each))) {
      await walk(await follow(path, await Promise.all(writable.map(realAnyway))), 0, into)
    }
  } catch (cause) {
    if (!isGone(cause)) into.unknown.push(path)
  }
  return into
}

const read = async (path: string) => {
  await using opened = await openReal(path)
  const stat = await opened.handle?.stat()
  if (opened.handle === undefined || stat?.isFile() !== true || stat.size > largest) return undefined
  const buffer = Buffer.alloc(stat.size)
  let size = 0
  while (size < buffer.length) {
    const { bytesRead } = await opened.handle.read(buffer, size, buffer.length - size, size)
    if (bytesRead === 0) break
    size += bytesRead
  }
  const text = decode(buffer.subarray(0, size))?.trim()
  return text === undefined ? undefined : { text, hash: createHash("sha256").update(text).digest("hex") }
}

/** Undefined where it is no UTF-8. */
const decode = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** `mostFiles`: of one place; what is beyond is not looked for. */
export const layerWith = (mostFiles: number) =>
  Layer.succeed(
    NoteFiles,
    NoteFiles.of({
      find: Effect.fn("NoteFiles.find")((path, writable, excluded) =>
        Effect.promise(() => find(mostFiles, path, writable, excluded))
      ),
      read: Effect.fn("NoteFiles.read")((path: string) =>
        Effect.tryPromise({
          try: () => read(path).catch((cause: unknown) => (isGone(cause) ? undefined : Promise.reject(cause))),
          catch: (cause) => new NoteUnreadable({ path, cause })
        })
      )
    })
  )

export const layer = layerWith(10_000)
