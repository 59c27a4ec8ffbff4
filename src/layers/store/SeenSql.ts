/** `Seen` in SQL. */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId } from "../../domain/Ids.ts"
import { instant } from "../../domain/Views.ts"
import { Journal } from "../../services/Journal.ts"
import { Seen, type SeenMark } from "../../services/Seen.ts"
import { orStoreError } from "./Errors.ts"

const decode = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ channel_id: Schema.NullOr(ChannelId), seen_at: Schema.Int }))
)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const journal = yield* Journal

  const marks = Effect.fn("Seen.marks")(function* (reader: string) {
    return yield* decode(yield* sql`SELECT channel_id, seen_at FROM seen WHERE reader = ${reader}`)
  }, orStoreError("Seen.marks"))

  const mark = Effect.fn("Seen.mark")(
    function* (reader: string, { channel_id, seen_at }: SeenMark) {
      const moved = yield* sql`INSERT INTO seen ${sql.insert({ reader, channel_id, seen_at })}
        ON CONFLICT (reader, COALESCE(channel_id, '')) DO UPDATE SET seen_at = excluded.seen_at
        WHERE excluded.seen_at > seen.seen_at RETURNING seen_at`
      if (moved.length === 0) return
      const at = yield* Clock.currentTimeMillis
      const data = { reader, until: instant(seen_at) }
      yield* journal.append([{ type: "channel.seen", at, channel_id, run_id: null, data }])
    },
    sql.withTransaction,
    orStoreError("Seen.mark")
  )

  return Seen.of({ marks, mark })
})

export const layer = Layer.effect(Seen, make)
