/** `SessionFiles` on the file system: `projects/<directory>/<session>.jsonl`, one directory per working directory. */
import { Effect, Layer } from "effect"
import { constants } from "node:fs"
import { type FileHandle, lchown, mkdir, open, readdir, rename, rm } from "node:fs/promises"
import { type ClaudePlace, SessionFileError, SessionFiles } from "../../services/SessionFiles.ts"
import { codeOf } from "../predecessor/Failed.ts"
import { at, ensured, type Folder, inside, isThere, root } from "../predecessor/Folder.ts"
import * as Entries from "./Entries.ts"

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants

/** Bytes. The largest that were seen have some ten million. */
const largest = 256 * 1024 * 1024

const failed = (path: string, reason: SessionFileError["reason"], line: number | null = null, cause: unknown = null) =>
  new SessionFileError({ path, reason, line, cause })

const reasons: Readonly<Record<string, SessionFileError["reason"]>> = {
  ENOENT: "not_found",
  ELOOP: "link",
  // What a link in place of a directory gives (`O_DIRECTORY`), too.
  ENOTDIR: "link",
  ENXIO: "not_file",
  EISDIR: "not_file"
}

const pathOf = (place: ClaudePlace, session: string) => [place.root, ...place.below, session].join("/")

const attempt = <A>(path: string, run: () => Promise<A>): Effect.Effect<A, SessionFileError> =>
  Effect.tryPromise({
    try: run,
    catch: (cause) =>
      cause instanceof SessionFileError ? cause : failed(path, reasons[codeOf(cause)] ?? "other", null, cause)
  })

/** The directory that the steps lead to; those on the way are closed again. */
const descend = async (
  from: Folder,
  steps: ReadonlyArray<string>,
  step: (folder: Folder, name: string) => Promise<Folder>
): Promise<Folder> => {
  let folder = from
  for (const name of steps) {
    const above = folder
    try {
      folder = await step(above, name)
    } finally {
      await above.handle.close()
    }
  }
  return folder
}

/** Made where it is missing, for whom the directory above belongs to. */
const made = async (folder: Folder, name: string): Promise<Folder> => {
  const there = await isThere(folder, name)
  const directory = await ensured(folder, name)
  if (!there) await give(at(folder, name), folder)
  return directory
}

const give = async (path: Buffer, folder: Folder) => {
  const { gid, uid } = await folder.handle.stat()
  if (process.getuid?.() === 0) await lchown(path, uid, gid)
}

/** The conversation's file, open; undefined where there is none. A pipe without a writer would be waited for. */
const find = async (place: ClaudePlace, session: string): Promise<FileHandle | undefined> => {
  if (!/^[0-9a-f-]{36}$/.test(session)) return undefined
  const projects = await root(place.root)
    .then((top) => descend(top, [...place.below, "projects"], inside))
    .catch((cause: unknown) => {
      if (codeOf(cause) === "ENOENT") return undefined
      throw cause
    })
  if (projects === undefined) return undefined
  await using all = projects
  for (const name of await readdir(at(all, "."))) {
    const project = await inside(all, name).catch(() => undefined)
    if (project === undefined) continue
    await using directory = project
    if (!(await isThere(directory, `${session}.jsonl`))) continue
    return await open(at(directory, `${session}.jsonl`), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  }
  return undefined
}

const look = async (place: ClaudePlace, session: string) => {
  await using file = await find(place, session)
  const stat = await file?.stat()
  return stat?.isFile() === true ? { size: stat.size, changed_at: Math.round(stat.mtimeMs) } : undefined
}

const opened = async (place: ClaudePlace, session: string): Promise<FileHandle> => {
  const path = pathOf(place, session)
  const file = await find(place, session)
  if (file === undefined) throw failed(path, "not_found")
  const stat = await file.stat()
  if (stat.isFile() && stat.size <= largest) return file
  await file.close()
  throw failed(path, stat.isFile() ? "too_large" : "not_file")
}

/** Line by line; how many were taken. */
const pour = async (from: FileHandle, to: FileHandle, path: string, own: Parameters<typeof Entries.read>[1]) => {
  let [entries, line] = [0, 0]
  for await (const text of from.readLines({ autoClose: false })) {
    line++
    if (text === "") continue
    const read = Entries.read(text, own)
    if (read._tag === "Broken") throw failed(path, "broken", line)
    if (read._tag === "Aside") continue
    await to.write(`${read.text}\n`)
    entries++
  }
  if (entries === 0) throw failed(path, "broken", line)
  return entries
}

/** How the engine names the directory of a working directory. It finds a conversation in any of them. */
const projectOf = (workDir: string): string => workDir.replaceAll(/[^A-Za-z0-9]/g, "-").slice(0, 200)

const copy: SessionFiles["Service"]["copy"] = (from, to) => {
  const read = pathOf(from.place, from.session)
  const steps = [...to.place.below, "projects", projectOf(to.workDir)]
  const path = `${[to.place.root, ...steps, to.as].join("/")}.jsonl`
  return Effect.gen(function* () {
    const source = yield* Effect.acquireRelease(
      attempt(read, () => opened(from.place, from.session)),
      (file) => Effect.ignore(attempt(read, () => file.close()))
    )
    return yield* attempt(path, async () => {
      await mkdir(to.place.root, { recursive: true, mode: 0o700 })
      await using target = await descend(await root(to.place.root), steps, made)
      const partial = at(target, `${to.as}.partial`)
      try {
        await using file = await open(partial, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600)
        const entries = await pour(source, file, read, to)
        await give(partial, target)
        await rename(partial, at(target, `${to.as}.jsonl`))
        return { entries, path }
      } catch (cause) {
        await rm(partial, { force: true })
        throw cause
      }
    })
  }).pipe(Effect.scoped)
}

export const layer = Layer.succeed(
  SessionFiles,
  SessionFiles.of({
    look: (place, session) => attempt(pathOf(place, session), () => look(place, session)),
    copy
  })
)
