/** Durable storage as a whole: transactions, upkeep, backup. Rows have services of their own beside this file. */
import { Context, Schema, type Duration, type Effect } from "effect"

/**
 * Storage refused. `disk_full`: nothing was stored, free some space; `busy`: another process holds the file;
 * `corrupt`: the file is not a database of ours; `other`: see `cause`.
 */
export class StoreError extends Schema.TaggedError<StoreError>()("StoreError", {
  operation: Schema.String,
  reason: Schema.Literals(["disk_full", "busy", "corrupt", "other"]),
  cause: Schema.Defect()
}) {
  override get message() {
    return `Storage failed (${this.reason}) in ${this.operation}`
  }
}

export class Store extends Context.Service<
  Store,
  {
    /** All or nothing: every row service used inside takes part. Nested calls join the outer one. */
    readonly transaction: <A, E, R>(effect: Effect.Effect<A, E, R>) => Effect.Effect<A, E | StoreError, R>
    /** Deletes journal entries, ended runs' requests, delivered outbox rows, ended occurrences of tasks, notes of what was warned of (32 days at least) and actor bookkeeping older than `keep`, never a message or a run; gives the free pages back bit by bit. */
    readonly prune: (keep: Duration.Duration) => Effect.Effect<void, StoreError>
    /** Writes a consistent copy to `path` (which must not exist) while the server runs. */
    readonly backup: (path: string) => Effect.Effect<void, StoreError>
    /** Succeeds when a row can be written now; behind `/health`. */
    readonly writable: Effect.Effect<void, StoreError>
  }
>()("loop/services/Store") {}
