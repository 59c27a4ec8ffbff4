/**
 * One server per LOOP_HOME. The lock is an exclusive transaction on a file of its own: the kernel gives it back however
 * the process ends, so there is nothing stale to clean up.
 */
import { Effect, Layer, Schema } from "effect"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Settings } from "../services/Settings.ts"

/** Another server works in this directory. */
export class HomeLocked extends Schema.TaggedError<HomeLocked>()("HomeLocked", {
  home: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `Another Loop server uses ${this.home} already (${this.detail}). Stop that one, or set LOOP_HOME to another directory.`
  }
}

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { home, run } = yield* Settings.useSync(({ paths }) => paths)
    yield* Effect.acquireRelease(
      Effect.try({
        try: () => {
          const lock = new DatabaseSync(join(run, "lock"))
          lock.exec("BEGIN EXCLUSIVE")
          return lock
        },
        catch: (cause) => new HomeLocked({ home, detail: String(cause) })
      }),
      (lock) => Effect.sync(() => lock.close())
    )
  })
)
