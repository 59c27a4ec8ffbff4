/**
 * `TemplateFiles` on the disk. A project's directory may hold what an agent wrote: each part of a path is opened by itself
 * and never through a link, and no more than `largest` is read.
 */
import { constants } from "node:fs"
import { type FileHandle, open, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { PackageFiles } from "../../services/PackageFiles.ts"
import { Settings } from "../../services/Settings.ts"
import { TemplateFiles, TemplateUnreadable } from "../../services/TemplateFiles.ts"

const largest = 256 * 1024

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants

/** On Linux through the open directory, so that nothing on the way can be exchanged for a link meanwhile. */
const openIn = (folder: FileHandle, path: string, name: string, flags: number) =>
  open(process.platform === "linux" ? `/proc/self/fd/${folder.fd}/${name}` : join(path, name), flags)

const readFrom = async (folder: FileHandle, path: string, parts: ReadonlyArray<string>): Promise<string> => {
  const [name = "", ...more] = parts
  const last = more.length === 0
  await using opened = await openIn(folder, path, name, O_RDONLY | O_NOFOLLOW | (last ? O_NONBLOCK : O_DIRECTORY))
  if (!last) return await readFrom(opened, join(path, name), more)
  const stat = await opened.stat()
  if (!stat.isFile()) throw new Error("it is not a plain file")
  if (stat.size > largest) throw new Error(`it is larger than ${largest / 1024} KiB`)
  const buffer = Buffer.alloc(largest)
  const { bytesRead } = await opened.read(buffer, 0, largest, 0)
  return buffer.toString("utf8", 0, bytesRead)
}

const readWithin = async (root: string, parts: ReadonlyArray<string>): Promise<string> => {
  await using folder = await open(root, O_RDONLY | O_DIRECTORY)
  return await readFrom(folder, root, parts)
}

const partsOf = (path: string): ReadonlyArray<string> => path.split("/").filter((part) => part !== "" && part !== ".")

const why = (cause: unknown): string => {
  const code = (cause as NodeJS.ErrnoException).code
  if (code === "ELOOP" || code === "ENOTDIR") return "it is reached through a link"
  return code ?? (cause instanceof Error ? cause.message : String(cause))
}

/** The text, undefined when there is no such file. */
const attempt = (root: string, parts: ReadonlyArray<string>, shown: string) =>
  Effect.tryPromise({
    try: () => readWithin(root, parts),
    catch: (cause) => cause as NodeJS.ErrnoException
  }).pipe(
    Effect.catch((cause) =>
      cause.code === "ENOENT"
        ? Effect.undefined
        : Effect.fail(new TemplateUnreadable({ path: shown, message: `${shown} cannot be read: ${why(cause)}.` }))
    )
  )

/** Puts the shipped templates where they are missing; what is there stays as it is. */
export const install = Effect.fn("TemplateFiles.install")(function* (
  directory: string,
  templates: ReadonlyMap<string, string>
) {
  yield* Effect.forEach(
    templates,
    ([name, text]) =>
      Effect.tryPromise({
        try: () => writeFile(join(directory, name), text, { flag: "wx", mode: 0o600 }),
        catch: (cause) => cause as NodeJS.ErrnoException
      }).pipe(
        Effect.catch((cause) =>
          cause.code === "EEXIST" ? Effect.void : Effect.logWarning(`The template ${name} could not be stored`, cause)
        )
      ),
    { discard: true }
  )
})

export const layer = Layer.effect(
  TemplateFiles,
  Effect.gen(function* () {
    const { paths } = yield* Settings
    const { templates } = yield* PackageFiles
    yield* install(paths.templates, templates)
    return TemplateFiles.of({
      read: Effect.fn("TemplateFiles.read")(function* (path: string, project: string | null) {
        const parts = partsOf(path)
        const own = join(paths.templates, path)
        if (parts.length === 0 || parts.includes("..")) {
          return yield* new TemplateUnreadable({ path, message: `${path} is no path inside the templates directory.` })
        }
        const shown = `${project ?? ""}/.loop/templates/${path}`
        const theirs = project === null ? undefined : yield* attempt(project, [".loop", "templates", ...parts], shown)
        const text = theirs ?? (yield* attempt(paths.templates, parts, own))
        if (text !== undefined && text.trim() !== "") return text.trim()
        const places = project === null ? own : `${shown}, nor ${own}`
        return yield* new TemplateUnreadable({
          path,
          message: `There is no text in ${places}: write the template's prompt there.`
        })
      })
    })
  })
)
