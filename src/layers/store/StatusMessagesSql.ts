/** `StatusMessages` in SQL. */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId, RunId } from "../../domain/Ids.ts"
import { StatusMessages } from "../../services/StatusMessages.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  run_id: RunId,
  channel_id: ChannelId,
  platform_id: Schema.NullOr(Schema.String),
  created_at: Schema.Int
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const columns = sql.csv(Object.keys(Row.fields).map((column) => sql`${sql(column)}`))

  const open = Effect.fn("StatusMessages.open")(
    function* (run_id: RunId, channel_id: ChannelId) {
      const row = { run_id, channel_id, closed: 0, created_at: yield* Clock.currentTimeMillis }
      yield* sql`INSERT INTO status_messages ${sql.insert(row)} ON CONFLICT (run_id) DO NOTHING`
      const stored = sql`SELECT ${columns} FROM status_messages WHERE run_id = ${run_id} AND closed = 0`
      return (yield* decode(yield* stored))[0]
    },
    sql.withTransaction,
    orStoreError("StatusMessages.open")
  )

  const posted = Effect.fn("StatusMessages.posted")(function* (run: RunId, platform_id: string) {
    yield* sql`UPDATE status_messages SET ${sql.update({ platform_id })} WHERE run_id = ${run}`
  }, orStoreError("StatusMessages.posted"))

  const close = Effect.fn("StatusMessages.close")(function* (run: RunId) {
    yield* sql`UPDATE status_messages SET closed = 1 WHERE run_id = ${run}`
  }, orStoreError("StatusMessages.close"))

  const unclosed = sql`SELECT ${columns} FROM status_messages WHERE closed = 0 ORDER BY created_at, run_id`.pipe(
    Effect.flatMap(decode),
    orStoreError("StatusMessages.unclosed"),
    Effect.withSpan("StatusMessages.unclosed")
  )

  return StatusMessages.of({ open, posted, close, unclosed })
})

export const layer = Layer.effect(StatusMessages, make)
