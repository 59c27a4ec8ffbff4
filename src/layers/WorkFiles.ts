/**
 * `WorkFiles` on the file system. Each step down is opened without following a link, and the next one starts from the
 * open directory (`/proc/self/fd`, where there is one) and not from its name: what the agent renames meanwhile cannot
 * lead elsewhere.
 */
import { Effect, Layer } from "effect"
import { constants, existsSync } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { isAbsolute, join, normalize, relative } from "node:path"
import { WorkFileError, WorkFiles } from "../services/WorkFiles.ts"

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

const hasProc = existsSync("/proc/self/fd")

const codeOf = (cause: unknown) =>
  typeof cause === "object" && cause !== null && "code" in cause ? String(cause.code) : ""

const reasons: Readonly<Record<string, WorkFileError["reason"]>> = {
  ENOENT: "not_found",
  ELOOP: "link",
  // What a link in place of a directory gives (`O_DIRECTORY`), too.
  ENOTDIR: "link",
  EISDIR: "not_file",
  ENXIO: "not_file"
}

const failure = (path: string, reason: WorkFileError["reason"], cause: unknown = null, size: number | null = null) =>
  new WorkFileError({ path, reason, size, cause })

const read = Effect.fn("WorkFiles.read")(function* (workDir: string, path: string, atMost: number) {
  const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, WorkFileError> =>
    Effect.tryPromise({ try: run, catch: (cause) => failure(path, reasons[codeOf(cause)] ?? "other", cause) })
  const opened = (at: string, flags: number) =>
    Effect.acquireRelease(
      attempt(() => open(at, O_RDONLY | flags)),
      (handle) => Effect.ignore(Effect.tryPromise(() => handle.close()))
    )
  const inside = isAbsolute(path) ? relative(workDir, path) : normalize(path)
  const steps = inside.split("/").filter((step) => step !== "" && step !== ".")
  if (path.includes("\0") || isAbsolute(inside) || steps.includes("..")) return yield* failure(path, "outside")
  const name = steps.pop()
  if (name === undefined) return yield* failure(path, "not_file")

  const within = (handle: FileHandle, at: string, step: string) =>
    join(hasProc ? `/proc/self/fd/${handle.fd}` : at, step)
  let directory = yield* opened(workDir, O_DIRECTORY)
  let at = workDir
  for (const step of steps) {
    directory = yield* opened(within(directory, at, step), O_DIRECTORY | O_NOFOLLOW)
    at = join(at, step)
  }
  // A pipe without a writer would be waited for.
  const file = yield* opened(within(directory, at, name), O_NOFOLLOW | O_NONBLOCK)
  const stat = yield* attempt(() => file.stat())
  if (!stat.isFile()) return yield* failure(path, "not_file")
  if (stat.size > atMost) return yield* failure(path, "too_large", null, stat.size)
  // It may grow while it is read.
  const buffer = new Uint8Array(Math.min(atMost, stat.size + 65_536) + 1)
  let size = 0
  while (size < buffer.length) {
    const { bytesRead } = yield* attempt(() => file.read(buffer, size, buffer.length - size, size))
    if (bytesRead === 0) return buffer.subarray(0, size)
    size += bytesRead
  }
  return yield* failure(path, "too_large", null, size)
}, Effect.scoped)

export const layer = Layer.succeed(WorkFiles, WorkFiles.of({ read }))
