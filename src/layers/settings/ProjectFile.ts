/**
 * Reads `<dir>/.loop/config.json`, which an agent may have written: no link is followed out of the directory, nothing
 * but a plain file is opened, and no more than `largest` is read.
 */
import { constants } from "node:fs"
import { type FileHandle, lstat, open, realpath } from "node:fs/promises"
import { Effect } from "effect"

const largest = 64 * 1024

const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = constants

/** Without links, where it is there. */
export const canonical = (dir: string): Effect.Effect<string> =>
  Effect.orElseSucceed(
    Effect.tryPromise(() => realpath(dir)),
    () => dir
  )

/** The file's text, undefined when there is none, or a sentence about why it is not read. */
export const readProjectFile = (dir: string): Effect.Effect<{ text?: string; warning?: string }> =>
  Effect.tryPromise(() => read(dir)).pipe(
    Effect.catch(({ cause }) => {
      const code = (cause as NodeJS.ErrnoException).code
      if (code === "ENOENT") return Effect.succeed({})
      const why =
        code === "ELOOP" || code === "ENOTDIR" ? "it is reached through a link" : (code ?? String(cause)).toString()
      return Effect.succeed({ warning: `${dir}/.loop/config.json is not read: ${why}` })
    })
  )

const read = async (dir: string) => {
  await using folder = await open(`${dir}/.loop`, O_RDONLY | O_NOFOLLOW | O_DIRECTORY)
  await using file = await openIn(folder, `${dir}/.loop`)
  const stat = await file.stat()
  if (!stat.isFile()) return { warning: `${dir}/.loop/config.json is not read: it is not a plain file` }
  if (stat.size > largest) {
    return { warning: `${dir}/.loop/config.json is not read: it is larger than ${largest / 1024} KiB` }
  }
  const buffer = Buffer.alloc(largest)
  const { bytesRead } = await file.read(buffer, 0, largest, 0)
  return { text: buffer.toString("utf8", 0, bytesRead) }
}

/** On Linux the path goes through the open directory itself, so that it cannot be exchanged for a link meanwhile. */
const openIn = async (folder: FileHandle, path: string): Promise<FileHandle> => {
  const flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK
  if (process.platform === "linux") return open(`/proc/self/fd/${folder.fd}/config.json`, flags)
  const file = await open(`${path}/config.json`, flags)
  const [now, opened] = await Promise.all([lstat(path), folder.stat()])
  if (now.ino === opened.ino && now.dev === opened.dev) return file
  await file.close()
  throw Object.assign(new Error("exchanged"), { code: "ELOOP" })
}
