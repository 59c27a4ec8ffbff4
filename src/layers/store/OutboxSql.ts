/** `Outbox` in SQL. A row waits until it is sent or given up; a channel's rows are said in the order of their ids. */
import { Clock, Effect, Layer, Queue, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId, MessageId } from "../../domain/Ids.ts"
import { Outbox } from "../../services/Outbox.ts"
import { orStoreError } from "./Errors.ts"
import * as MessageRows from "./MessageRows.ts"
import { OutboxSignal } from "./OutboxSignal.ts"

const Row = Schema.Struct({
  id: Schema.Int,
  channel_id: ChannelId,
  message_id: MessageId,
  part: Schema.Int,
  content: Schema.String,
  attempts: Schema.Int,
  first_tried_at: Schema.NullOr(Schema.Int)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
type Key = Pick<typeof Row.Type, "channel_id" | "message_id">

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const signal = yield* OutboxSignal
  const messages = yield* MessageRows.make
  const columns = sql.csv(Object.keys(Row.fields).map((column) => sql`${sql(column)}`))
  /** Rows whose turn it is in their channel. */
  const heads = sql`id IN (SELECT MIN(id) FROM outbox WHERE state = 'waiting' GROUP BY channel_id)`
  const waiting = (id: number) => sql`id = ${id} AND state = 'waiting'`
  const sending = ({ channel_id, message_id }: Key) =>
    sql`channel_id = ${channel_id} AND message_id = ${message_id} AND state = 'sending'`

  const due = Effect.fn("Outbox.due")(function* (now: number) {
    const rows = sql`SELECT ${columns} FROM outbox WHERE ${heads} AND next_at <= ${now} ORDER BY id`
    return yield* decode(yield* rows)
  }, orStoreError("Outbox.due"))

  const nextDue = sql<{ at: number | null }>`SELECT MIN(next_at) AS at FROM outbox WHERE ${heads}`.pipe(
    Effect.map((rows) => rows[0]?.at ?? undefined),
    orStoreError("Outbox.nextDue"),
    Effect.withSpan("Outbox.nextDue")
  )

  const trying = Effect.fn("Outbox.trying")(function* (id: number, now: number) {
    yield* sql`UPDATE outbox SET attempts = attempts + 1, first_tried_at = COALESCE(first_tried_at, ${now})
      WHERE ${waiting(id)}`
  }, orStoreError("Outbox.trying"))

  const sent = Effect.fn("Outbox.sent")(
    function* (id: number, platformId: string) {
      const ended_at = yield* Clock.currentTimeMillis
      const changes = { state: "sent", platform_id: platformId, ended_at }
      const [row] = yield* sql<Key>`UPDATE outbox SET ${sql.update(changes)} WHERE ${waiting(id)}
        RETURNING channel_id, message_id`
      if (row === undefined) return
      const left = yield* sql`SELECT 1 FROM outbox
        WHERE channel_id = ${row.channel_id} AND message_id = ${row.message_id} AND state = 'waiting' LIMIT 1`
      if (left.length === 0) yield* messages.update({ state: "sent" }, sending(row))
    },
    sql.withTransaction,
    orStoreError("Outbox.sent")
  )

  const retryAt = Effect.fn("Outbox.retryAt")(function* (id: number, at: number, reason: string) {
    yield* sql`UPDATE outbox SET ${sql.update({ next_at: at, reason })} WHERE ${waiting(id)}`
  }, orStoreError("Outbox.retryAt"))

  const failed = Effect.fn("Outbox.failed")(
    function* (id: number, state: "undelivered" | "unknown", reason: string) {
      const [row] = yield* sql<Key>`SELECT channel_id, message_id FROM outbox WHERE ${waiting(id)}`
      if (row === undefined) return
      // The parts after it would make no sense without it.
      const ended_at = yield* Clock.currentTimeMillis
      yield* sql`UPDATE outbox SET ${sql.update({ state: "failed", reason, ended_at })}
        WHERE channel_id = ${row.channel_id} AND message_id = ${row.message_id} AND state = 'waiting'`
      yield* messages.update({ state }, sending(row), reason)
    },
    sql.withTransaction,
    orStoreError("Outbox.failed")
  )

  return Outbox.of({ due, nextDue, trying, sent, retryAt, failed, wait: Queue.take(signal) })
})

export const layer = Layer.effect(Outbox, make)
