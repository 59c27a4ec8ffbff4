/** `ReadMarks` in SQL. */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type ChannelId, MessageId, type PlatformName } from "../../domain/Ids.ts"
import { ReadMarks } from "../../services/ReadMarks.ts"
import { orStoreError } from "./Errors.ts"

const decode = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ last_seen: MessageId })))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const get = Effect.fn("ReadMarks.get")(function* (channel: ChannelId) {
    const rows = yield* decode(yield* sql`SELECT last_seen FROM read_marks WHERE channel_id = ${channel}`)
    return rows[0]?.last_seen
  }, orStoreError("ReadMarks.get"))

  const lastMoved = Effect.fn("ReadMarks.lastMoved")(function* (platform: PlatformName) {
    const [last] = yield* sql<{ at: number | null }>`SELECT MAX(seen_at) AS at FROM read_marks
      JOIN channels USING (channel_id) WHERE platform = ${platform}`
    return last?.at ?? undefined
  }, orStoreError("ReadMarks.lastMoved"))

  // The same order as `isNewer`.
  const advance = Effect.fn("ReadMarks.advance")(function* (channel: ChannelId, id: MessageId) {
    const seen_at = yield* Clock.currentTimeMillis
    yield* sql`INSERT INTO read_marks (channel_id, last_seen, seen_at)
      SELECT channel_id, ${id}, ${seen_at} FROM channels WHERE channel_id = ${channel}
      ON CONFLICT (channel_id) DO UPDATE SET last_seen = excluded.last_seen, seen_at = excluded.seen_at
      WHERE LENGTH(excluded.last_seen) > LENGTH(read_marks.last_seen)
        OR (LENGTH(excluded.last_seen) = LENGTH(read_marks.last_seen) AND excluded.last_seen > read_marks.last_seen)`
  }, orStoreError("ReadMarks.advance"))

  return ReadMarks.of({ get, lastMoved, advance })
})

export const layer = Layer.effect(ReadMarks, make)
