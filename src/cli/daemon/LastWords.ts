/** The last lines of a log, for a person who wants to know why something ended. */
import { Effect, FileSystem, Stream } from "effect"
import { printableLine } from "../../domain/Printable.ts"

const bytes = 8192
const most = 8

/** With a heading; none where there is no log or nothing in it. */
export const lastWords = Effect.fnUntraced(
  function* (path: string) {
    const fs = yield* FileSystem.FileSystem
    const size = yield* Effect.map(fs.stat(path), ({ size }) => Number(size))
    const text = yield* fs
      .stream(path, { offset: Math.max(0, size - bytes) })
      .pipe(Stream.decodeText(), Stream.mkString)
    const lines = text
      .split("\n")
      .slice(size > bytes ? 1 : 0)
      .map((line) => printableLine(line))
      .filter((line) => line !== "")
    return lines.length === 0 ? [] : [`The last lines of ${path}:`, ...lines.slice(-most).map((line) => `  ${line}`)]
  },
  Effect.orElseSucceed((): ReadonlyArray<string> => [])
)
