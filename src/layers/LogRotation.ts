/**
 * Bounds the files that the server's output goes to: `log_file` of the service and `logs/serve.log` of bin/up. Whoever
 * started the server holds them open, so a full one is copied and emptied in place. In between nothing is written: this
 * process alone writes there, and it does so at once.
 */
import { Effect, Layer, Schedule } from "effect"
import {
  chmodSync,
  copyFileSync,
  existsSync,
  fstatSync,
  readFileSync,
  renameSync,
  statSync,
  truncateSync
} from "node:fs"
import { join } from "node:path"
import { Settings } from "../services/Settings.ts"

export interface Bounds {
  /** Bytes of the file that is written to. */
  readonly size: number
  /** Older ones beside it: `.1` is the newest. */
  readonly kept: number
}

export const usual: Bounds = { size: 10 * 1024 * 1024, kept: 3 }

const outputs = [1, 2]
const append = 0o2000

/** Where an output does not append, it would go on behind a hole as large as what was taken away. */
const appends = (fd: number): boolean => {
  const info = `/proc/self/fdinfo/${fd}`
  if (!existsSync(info)) return true
  const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(info, "utf8"))?.[1] ?? "0"
  return (Number.parseInt(flags, 8) & append) !== 0
}

const isOurs = (path: string, fds: ReadonlyArray<number>): boolean => {
  const file = statSync(path)
  const same = fds.filter((fd) => {
    const { dev, ino } = fstatSync(fd)
    return dev === file.dev && ino === file.ino
  })
  return file.isFile() && same.length > 0 && same.every(appends)
}

/** True where the file was full, and one that these outputs append to. */
export const rotate = (path: string, { kept, size }: Bounds = usual, fds: ReadonlyArray<number> = outputs): boolean => {
  if (!existsSync(path) || statSync(path).size <= size || !isOurs(path, fds)) return false
  for (let age = kept; age > 1; age--) {
    if (existsSync(`${path}.${age - 1}`)) renameSync(`${path}.${age - 1}`, `${path}.${age}`)
  }
  copyFileSync(path, `${path}.1`)
  chmodSync(`${path}.1`, 0o600)
  truncateSync(path)
  return true
}

/** Looks at the start and once a minute. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { current, paths } = yield* Settings
    const look = Effect.gen(function* () {
      const { log_file } = yield* current
      for (const path of new Set([log_file, join(paths.logs, "serve.log")])) {
        yield* Effect.try(() => rotate(path)).pipe(
          Effect.catch((error) => Effect.logWarning("The log could not be bounded", error.cause))
        )
      }
    })
    yield* Effect.forkScoped(Effect.repeat(look, Schedule.spaced("1 minute")))
  })
)
