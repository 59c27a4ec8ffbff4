/**
 * One server per LOOP_HOME. The lock is an exclusive transaction on a file of its own: the kernel gives it back however
 * the process ends, so there is nothing stale to clean up.
 */
import { Effect, Layer, Schema } from "effect"
import { closeSync, openSync } from "node:fs"
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

/** Held until the scope ends. */
export const hold = ({ home, run }: { readonly home: string; readonly run: string }) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => {
        const path = join(run, "lock")
        // SQLite would make it for everybody to read.
        closeSync(openSync(path, "a", 0o600))
        const lock = new DatabaseSync(path)
        lock.exec("BEGIN EXCLUSIVE")
        return lock
      },
      catch: (cause) => new HomeLocked({ home, detail: String(cause) })
    }),
    (lock) => Effect.sync(() => lock.close())
  )

export const layer = Layer.effectDiscard(Settings.use(({ paths }) => hold(paths)))
