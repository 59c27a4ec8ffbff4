/** Programs of this machine that begin boxes. */
import { accessSync, constants } from "node:fs"
import * as path from "node:path"

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/**
 * Its path, by the supervisor's own PATH; the name itself where there is none. Started by a name alone it would be looked for by
 * the PATH that it is started with.
 */
export const locate = (name: string, search = process.env["PATH"] ?? "/usr/bin:/bin"): string =>
  search
    .split(":")
    .filter((directory) => path.isAbsolute(directory))
    .map((directory) => path.join(directory, name))
    .find(isExecutable) ?? name
