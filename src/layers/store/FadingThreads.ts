/** Rows of `fading_threads`: threads of tasks' runs that are renamed soon, and deleted at their instants. */
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId } from "../../domain/Ids.ts"
import type { Fading } from "../../services/Tasks.ts"
import { orStoreError } from "./Errors.ts"

const decodeFading = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ channel_id: ChannelId, rename_to: Schema.NullOr(Schema.String), delete_at: Schema.Int }))
)

/** `tell`: says after the commit that there is something new. */
export const make = Effect.fnUntraced(function* (tell: Effect.Effect<void>) {
  const sql = yield* SqlClient.SqlClient

  const nextFaded = sql<{ at: number | null }>`SELECT MIN(delete_at) AS at FROM fading_threads`.pipe(
    Effect.map((found) => found[0]?.at ?? undefined),
    orStoreError("Tasks.nextFaded"),
    Effect.withSpan("Tasks.nextFaded")
  )

  const fade = Effect.fn("Tasks.fade")(
    function* (thread: Fading) {
      yield* sql`INSERT INTO fading_threads ${sql.insert({ ...thread })} ON CONFLICT DO NOTHING`
      yield* tell
    },
    sql.withTransaction,
    orStoreError("Tasks.fade")
  )

  const fading = Effect.fn("Tasks.fading")(function* (now: number) {
    const found = sql`SELECT channel_id, rename_to, delete_at FROM fading_threads
      WHERE rename_to IS NOT NULL OR delete_at <= ${now} ORDER BY delete_at`
    return yield* decodeFading(yield* found)
  }, orStoreError("Tasks.fading"))

  const renamed = Effect.fn("Tasks.renamed")(function* (thread: ChannelId) {
    yield* sql`UPDATE fading_threads SET rename_to = NULL WHERE channel_id = ${thread}`
  }, orStoreError("Tasks.renamed"))

  return { fade, fading, nextFaded, renamed }
})
