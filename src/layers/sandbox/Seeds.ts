/**
 * A channel's home begins with copies of what the operator lists, and gets a file again when it has changed on the host;
 * until then what the agent made of it stays. Nothing goes the other way.
 */
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { constants } from "node:fs"
import type { FileHandle } from "node:fs/promises"
import { open, readdir, readFile, rename, writeFile } from "node:fs/promises"
import * as path from "node:path"
import { isWithin } from "../../domain/Config.ts"
import { type BoxSpec, SandboxError } from "../../services/Sandbox.ts"
import type { BoxUser } from "./BoxUser.ts"
import * as Held from "./Held.ts"
import { openReal } from "./RealFile.ts"

type Copy = BoxSpec["copyFiles"][number]

/** A list that names too much is a mistake, and would be copied for each channel. */
const mostFiles = 2000
const mostBytes = 256 * 1024 * 1024

/** Keys of Claude Code: they stay outside. */
const never = new Set([".credentials.json"])

/** Whether a copy is kept in the home; others are made for each box. */
export const isSeed = (spec: Pick<BoxSpec, "home" | "mounts">, { target }: Copy): boolean =>
  target !== spec.home &&
  isWithin(target, spec.home) &&
  !spec.mounts.some((mount) => isWithin(target, mount.target) && mount.target !== spec.home)

/** What was copied: each place by what its source was then. Beside the home, where no agent can write. */
const manifestOf = (home: string): string => path.join(path.dirname(home), "seeds.json")

const readManifest = async (file: string): Promise<Record<string, string>> => {
  const text = await readFile(file, "utf8").catch(() => "{}")
  const data: unknown = JSON.parse(text)
  return typeof data === "object" && data !== null ? { ...(data as Record<string, string>) } : {}
}

interface Work {
  readonly home: string
  readonly user: BoxUser
  readonly known: Record<string, string>
  files: number
  bytes: number
}

const bounded = ({ bytes, files }: Pick<Work, "bytes" | "files">): void => {
  if (files <= mostFiles && bytes <= mostBytes) return
  throw new Error(`copy_files names more than ${mostFiles} files or ${mostBytes / 1024 / 1024} MiB in all; name less`)
}

const seedFile = async (work: Work, source: FileHandle, target: string): Promise<void> => {
  const { mode, mtimeMs, size } = await source.stat()
  work.files++
  work.bytes += size
  bounded(work)
  const stamp = `${mtimeMs}:${size}`
  if (work.known[target] === stamp) return
  const names = path.relative(work.home, target).split(path.sep)
  const name = names.pop() ?? ""
  await using into = await Held.descend(work.home, names, work.user)
  await Held.put(into, name, await source.readFile(), 0o600 | (mode & 0o100), work.user)
  work.known[target] = stamp
}

const seedAny = async (work: Work, source: FileHandle, target: string): Promise<void> => {
  const stat = await source.stat()
  if (stat.isFile()) return seedFile(work, source, target)
  if (!stat.isDirectory()) return
  const inside = process.platform === "linux" ? `/proc/self/fd/${source.fd}` : undefined
  const names = inside === undefined ? [] : await readdir(inside)
  bounded({ files: work.files + names.length, bytes: 0 })
  for (const name of names) {
    if (never.has(name)) continue
    const entry = await open(
      `${inside}/${name}`,
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    ).catch((cause: NodeJS.ErrnoException) => {
      // A link, a socket, or gone meanwhile.
      if (["ELOOP", "ENXIO", "ENOENT"].includes(cause.code ?? "")) return undefined
      throw cause
    })
    if (entry === undefined) continue
    try {
      await seedAny(work, entry, path.join(target, name))
    } finally {
      await entry.close()
    }
  }
}

/** Where an agent has put a link, or another kind of thing, in the way. */
const inTheWay = new Set(["ELOOP", "ENOTDIR", "EISDIR", "ENOTEMPTY", "EEXIST"])

const seedAll = async (home: string, copies: ReadonlyArray<Copy>, user: BoxUser): Promise<ReadonlyArray<string>> => {
  const file = manifestOf(home)
  const known = await readManifest(file)
  const before = JSON.stringify(known)
  const work: Work = { home, user, known, files: 0, bytes: 0 }
  const blocked: Array<string> = []
  for (const { source, target } of copies) {
    await using from = await openReal(source)
    if (from.handle === undefined) continue
    await seedAny(work, from.handle, target).catch((cause: NodeJS.ErrnoException) => {
      if (!inTheWay.has(cause.code ?? "")) throw cause
      blocked.push(target)
    })
  }
  const after = JSON.stringify(known)
  if (after !== before) {
    const beside = `${file}.${randomBytes(4).toString("hex")}`
    await writeFile(beside, after, { mode: 0o600 })
    await rename(beside, file)
  }
  return blocked
}

export const seed = Effect.fn("Seeds.seed")(function* (spec: BoxSpec, user: BoxUser) {
  const copies = spec.copyFiles.filter((copy) => isSeed(spec, copy))
  if (copies.length === 0) return
  const blocked = yield* Effect.tryPromise({
    try: () => seedAll(spec.home, copies, user),
    catch: (cause) =>
      new SandboxError({
        reason: (cause as NodeJS.ErrnoException).code === "ENOSPC" ? "disk_full" : "bad_mount",
        target: "copy_files",
        detail: cause instanceof Error ? cause.message : String(cause)
      })
  })
  if (blocked.length > 0) {
    yield* Effect.logWarning("Files could not be copied into a channel's home: something else is in the way").pipe(
      Effect.annotateLogs({ channel: spec.channelId, files: blocked.join(", ") })
    )
  }
})
