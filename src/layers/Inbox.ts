/**
 * `Inbox` on the file system. The work directory is the agent's, so every step down is opened without following a
 * link, and the next step starts from the open directory (`/proc/self/fd`, where there is one) and not from its name:
 * what the agent renames meanwhile cannot lead elsewhere. Files are written beside their place and renamed into it.
 */
import { Effect, Layer, type Scope } from "effect"
import { randomBytes } from "node:crypto"
import { constants, existsSync } from "node:fs"
import { type FileHandle, mkdir, open, rename, unlink } from "node:fs/promises"
import { join } from "node:path"
import { directoryName, distinctNames, safeName } from "../domain/InboxNames.ts"
import { Inbox, InboxError, type InboxFile } from "../services/Inbox.ts"

const { O_CREAT, O_DIRECTORY, O_EXCL, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants

/** A directory that is held open; `at` names what is inside it. */
interface Place {
  readonly handle: FileHandle
  readonly at: (name: string) => string
}

/** Who shall own what is made: the work directory's owner where we are root, else whoever we are. */
type Owner = { readonly uid: number; readonly gid: number } | undefined

const hasProc = existsSync("/proc/self/fd")

const codeOf = (cause: unknown) =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

const reasonOf = (cause: unknown): InboxError["reason"] => {
  const code = codeOf(cause)
  if (code === "ENOSPC" || code === "EDQUOT") return "disk_full"
  return code === "ELOOP" || code === "ENOTDIR" || code === "EISDIR" ? "refused" : "other"
}

const attempt = <A>(directory: string, run: () => Promise<A>): Effect.Effect<A, InboxError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) => new InboxError({ directory, reason: reasonOf(cause), cause })
  })

const opened = (directory: string, path: string, flags: number): Effect.Effect<FileHandle, InboxError, Scope.Scope> =>
  Effect.acquireRelease(
    attempt(directory, () => open(path, flags, 0o644)),
    (handle) => Effect.ignore(Effect.tryPromise(() => handle.close()))
  )

const place = Effect.fnUntraced(function* (directory: string, path: string, flags: number) {
  const handle = yield* opened(directory, path, flags | O_RDONLY | O_DIRECTORY)
  const base = hasProc ? `/proc/self/fd/${handle.fd}` : path
  const result: Place = { handle, at: (name) => join(base, name) }
  return result
})

const give = (directory: string, handle: FileHandle, owner: Owner) =>
  owner === undefined ? Effect.void : attempt(directory, () => handle.chown(owner.uid, owner.gid))

/** A directory inside another one, made where it is not there; a link in its place is refused. */
const inside = Effect.fnUntraced(function* (directory: string, parent: Place, name: string, owner: Owner) {
  const path = parent.at(name)
  const made = yield* attempt(directory, () =>
    mkdir(path, 0o755).then(
      () => true,
      (cause: unknown) => (codeOf(cause) === "EEXIST" ? false : Promise.reject(cause))
    )
  )
  const result = yield* place(directory, path, O_NOFOLLOW)
  if (made) yield* give(directory, result.handle, owner)
  return result
})

const write = Effect.fnUntraced(function* (
  directory: string,
  into: Place,
  name: string,
  data: Uint8Array,
  owner: Owner
) {
  const part = into.at(`.${randomBytes(8).toString("hex")}.part`)
  yield* Effect.gen(function* () {
    const handle = yield* opened(directory, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW)
    yield* give(directory, handle, owner)
    yield* attempt(directory, () => handle.writeFile(data))
    yield* attempt(directory, () => rename(part, into.at(name)))
  }).pipe(Effect.onError(() => Effect.ignore(Effect.tryPromise(() => unlink(part)))))
}, Effect.scoped)

const ownerOf = Effect.fnUntraced(function* (directory: string, root: Place) {
  if (process.getuid?.() !== 0) return undefined
  const { uid, gid } = yield* attempt(directory, () => root.handle.stat())
  return uid === 0 ? undefined : { uid, gid }
})

const keep = Effect.fn("Inbox.keep")(function* (workDir: string, message: string, files: ReadonlyArray<InboxFile>) {
  const own = directoryName(message)
  const directory = join(workDir, ".loop", "inbox", own)
  yield* attempt(directory, () => mkdir(workDir, { recursive: true }))
  const root = yield* place(directory, workDir, 0)
  const owner = yield* ownerOf(directory, root)
  let into = root
  for (const name of [".loop", "inbox", own]) into = yield* inside(directory, into, name, owner)
  const names = distinctNames(files.map((file) => safeName(file.name)))
  return yield* Effect.forEach(files, (file, index) => {
    const name = names[index] ?? "file"
    return Effect.as(write(directory, into, name, file.data, owner), {
      name,
      mime: file.mime,
      path: join(directory, name)
    })
  })
}, Effect.scoped)

export const layer = Layer.succeed(Inbox, Inbox.of({ keep }))
