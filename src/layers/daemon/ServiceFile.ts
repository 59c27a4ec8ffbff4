/** The file that describes the service to its manager, and the log beside it. Both are their owner's alone. */
import { mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect } from "effect"
import { DaemonFailed } from "../../services/Daemon.ts"

const failed = (path: string) => (error: unknown) =>
  new DaemonFailed({
    message: `${path} cannot be written or read (${(error as NodeJS.ErrnoException).code ?? String(error)}); make it yours, then try again.`
  })

const attempt = <A>(path: string, act: () => Promise<A>) => Effect.tryPromise({ try: act, catch: failed(path) })

/** Proxies may have passwords in them. Whoever reads it sees the old text or the new one. */
export const write = (path: string, text: string) =>
  attempt(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 })
    await writeFile(`${path}.new`, text, { mode: 0o600 })
    await rename(`${path}.new`, path)
  })

/** Undefined where there is none. */
export const read = (path: string): Effect.Effect<string | undefined, DaemonFailed> =>
  attempt(path, () =>
    readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw error
    })
  )

export const remove = (path: string) => attempt(path, () => rm(path, { force: true }))

/** A manager that makes the log would let everybody read it. */
export const prepareLog = (path: string) =>
  attempt(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await (await open(path, "a", 0o600)).close()
  })
