/** `Outgoing` in LOOP_HOME/outgoing and, for good, channels/<channel>/files: no agent can see these. */
import { Effect, Layer } from "effect"
import { randomUUID } from "node:crypto"
import { mkdir, readdir, readFile, stat, unlink, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import type { ChannelId } from "../domain/Ids.ts"
import { Outgoing, OutgoingError } from "../services/Outgoing.ts"
import { Settings } from "../services/Settings.ts"

/** What was kept so lately may belong to a row that is about to be stored. */
const youngMs = 3_600_000

const reasonOf = (cause: unknown): OutgoingError["reason"] => {
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined
  return code === "ENOSPC" || code === "EDQUOT" ? "disk_full" : code === "ENOENT" ? "gone" : "other"
}

const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, OutgoingError> =>
  Effect.tryPromise({ try: run, catch: (cause) => new OutgoingError({ reason: reasonOf(cause), cause }) })

export const layer = Layer.effect(
  Outgoing,
  Effect.gen(function* () {
    const { paths } = yield* Settings
    const directory = join(paths.home, "outgoing")
    const remove = (id: string) =>
      attempt(() => unlink(join(directory, id))).pipe(
        Effect.catch((error) =>
          error.reason === "gone" ? Effect.void : Effect.logWarning("A delivered file could not be removed", error)
        )
      )

    const filesOf = (channel: ChannelId) => join(dirname(paths.work(channel)), "files")
    const keepIn = Effect.fnUntraced(function* (place: string, data: Uint8Array) {
      const id = randomUUID()
      const path = join(place, id)
      yield* attempt(() => mkdir(place, { recursive: true, mode: 0o700 }))
      yield* attempt(() => writeFile(path, data, { flag: "wx", mode: 0o600 })).pipe(
        Effect.onError(() => Effect.ignore(attempt(() => unlink(path))))
      )
      return { id, path }
    })

    const old = Effect.fnUntraced(function* (id: string) {
      const { mtimeMs } = yield* attempt(() => stat(join(directory, id)))
      return Date.now() - mtimeMs > youngMs
    })

    return Outgoing.of({
      keep: Effect.fn("Outgoing.keep")((data: Uint8Array) => keepIn(directory, data)),
      read: Effect.fn("Outgoing.read")((id: string) => attempt(() => readFile(join(directory, id)))),
      keepFor: Effect.fn("Outgoing.keepFor")((channel: ChannelId, data: Uint8Array) => keepIn(filesOf(channel), data)),
      readFor: Effect.fn("Outgoing.readFor")((channel: ChannelId, id: string) =>
        attempt(() => readFile(join(filesOf(channel), id)))
      ),
      remove,
      sweep: Effect.fn("Outgoing.sweep")(
        function* (needed) {
          const names = yield* attempt(() => readdir(directory)).pipe(
            Effect.catch((error) => (error.reason === "gone" ? Effect.succeed([]) : Effect.fail(error)))
          )
          for (const id of names) if (!needed.has(id) && (yield* old(id))) yield* remove(id)
        },
        Effect.catch((error) => Effect.logWarning("Delivered files could not be swept", error))
      )
    })
  })
)
