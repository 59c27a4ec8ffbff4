/**
 * Makes a project known to Loop's tools: `.mcp.json`, and `.loop` with an example. An agent may have put anything into the
 * directory before, so no link is followed; what is there is kept, but for Loop's own entry in `.mcp.json`.
 */
import { randomUUID } from "node:crypto"
import { constants } from "node:fs"
import { type FileHandle, mkdir, open, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { exampleProject } from "../../domain/config/example.ts"
import { type McpEntry, withLoop } from "../../domain/config/mcpFile.ts"

export interface ProjectOnboarded {
  /** Whether `.mcp.json` named Loop before. */
  readonly mcp: "added" | "updated"
  readonly config: "made" | "kept"
}

/** `message` is a sentence and the next step. */
export class ProjectNotOnboarded extends Schema.TaggedError<ProjectNotOnboarded>()("ProjectNotOnboarded", {
  path: Schema.String,
  message: Schema.String
}) {}

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants
const largest = 4 * 1024 * 1024

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code

const unless =
  (...codes: ReadonlyArray<string>) =>
  (error: unknown): undefined => {
    if (!codes.includes(codeOf(error) ?? "")) throw error
  }

const why = (error: unknown): string => {
  const code = codeOf(error)
  if (code === "ELOOP" || code === "ENOTDIR") return "it is a link or no directory; put a plain one there"
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") return "you may not write here; run this as who may"
  return code ?? (error instanceof Error ? error.message : String(error))
}

const attempt = <A>(path: string, act: () => Promise<A>) =>
  Effect.tryPromise({
    try: act,
    catch: (error) => new ProjectNotOnboarded({ path, message: `${path} cannot be made or read: ${why(error)}.` })
  })

/** Text and permissions; undefined where there is no such file. */
const readMcp = async (path: string) => {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(unless("ENOENT"))
  if (file === undefined) return undefined
  await using opened = file
  const stat = await opened.stat()
  if (!stat.isFile() || stat.size > largest) throw new Error("it is no plain file of a usual size; move it away")
  return { text: await opened.readFile("utf8"), mode: stat.mode & 0o777 }
}

/** Whoever reads it meanwhile sees the old text or the new one; renaming replaces a link and does not follow it. */
const replace = async (path: string, text: string, mode: number) => {
  const beside = `${path}.${randomUUID()}`
  try {
    await writeFile(beside, text, { flag: "wx", mode })
    await rename(beside, path)
  } finally {
    await rm(beside, { force: true })
  }
}

/** On Linux through the open directory, so that it cannot be exchanged for a link meanwhile. */
const within = (folder: FileHandle, path: string) =>
  process.platform === "linux" ? `/proc/self/fd/${folder.fd}` : path

const makeFolder = async (path: string): Promise<ProjectOnboarded["config"]> => {
  await mkdir(path, { mode: 0o755 }).catch(unless("EEXIST"))
  await using folder = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
  const inside = within(folder, path)
  await mkdir(`${inside}/templates`, { mode: 0o755 }).catch(unless("EEXIST"))
  return await writeFile(`${inside}/config.json`, exampleProject, { flag: "wx", mode: 0o644 }).then(
    () => "made" as const,
    (error: unknown) => unless("EEXIST")(error) ?? "kept"
  )
}

export const onboardProject = Effect.fn("ProjectOnboarding.onboardProject")(function* (dir: string, entry: McpEntry) {
  const path = join(dir, ".mcp.json")
  const before = yield* attempt(path, () => readMcp(path))
  const after = withLoop(before?.text, entry)
  if (after === undefined) {
    return yield* new ProjectNotOnboarded({
      path,
      message: `${path} is not JSON with an object "mcpServers", and was left alone. Mend it, then run this again.`
    })
  }
  if (after.text !== before?.text) yield* attempt(path, () => replace(path, after.text, before?.mode ?? 0o644))
  const config = yield* attempt(join(dir, ".loop"), () => makeFolder(join(dir, ".loop")))
  const done: ProjectOnboarded = { mcp: after.was, config }
  return done
})
