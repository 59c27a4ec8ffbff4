/** A file or directory of the host, opened as what it is: no link is followed on the way to it, whenever it was set. */
import { constants } from "node:fs"
import { type FileHandle, open, readlink, realpath } from "node:fs/promises"

/** Linux tells where an open file really is; elsewhere its name is looked up once more. */
const placeOf = (handle: FileHandle, path: string): Promise<string> =>
  process.platform === "linux" ? readlink(`/proc/self/fd/${handle.fd}`) : realpath(path)

/** `handle` undefined: there is nothing. Throws `ELOOP` where a link leads there. Closed with the scope. */
export const openReal = async (
  path: string
): Promise<AsyncDisposable & { readonly handle: FileHandle | undefined }> => {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return undefined
      throw cause
    }
  )
  const close = async () => handle?.close()
  if (handle !== undefined && (await placeOf(handle, path)) !== path) {
    await close()
    throw Object.assign(new Error(`${path} is reached through a link`), { code: "ELOOP" })
  }
  return { handle, [Symbol.asyncDispose]: close }
}
