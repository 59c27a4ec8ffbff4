/** `Outbox` in SQL. A row waits until it is sent or given up; a channel's rows are said in the order of their ids. */
import { Clock, Effect, Layer, Queue, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql"
import { Dress } from "../../domain/chat/Dress.ts"
import * as ChatSentence from "../../domain/chat/Sentence.ts"
import { ChannelId, MessageId, platformOf } from "../../domain/Ids.ts"
import { Outbox } from "../../services/Outbox.ts"
import { orStoreError } from "./Errors.ts"
import * as MessageRows from "./MessageRows.ts"
import { OutboxSignal } from "./OutboxSignal.ts"
import * as Saying from "./Saying.ts"

const Row = Schema.Struct({
  id: Schema.Int,
  channel_id: ChannelId,
  message_id: MessageId,
  part: Schema.Int,
  content: Schema.String,
  dress: Schema.NullOr(Schema.fromJsonString(Dress)),
  attempts: Schema.Int,
  first_tried_at: Schema.NullOr(Schema.Int)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
const decodeDresses = Schema.decodeUnknownEffect(Schema.Array(Row.mapFields(Struct.pick(["dress"]))))
type Key = Pick<typeof Row.Type, "channel_id" | "message_id">

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const signal = yield* OutboxSignal
  const messages = yield* MessageRows.make
  const saying = yield* Saying.make
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

  const waitingCount = sql<{ n: number }>`SELECT COUNT(*) AS n FROM outbox WHERE state = 'waiting'`.pipe(
    Effect.map((rows) => Number(rows[0]?.n ?? 0)),
    orStoreError("Outbox.waitingCount")
  )

  const trying = Effect.fn("Outbox.trying")(function* (id: number, now: number) {
    yield* sql`UPDATE outbox SET attempts = attempts + 1, first_tried_at = COALESCE(first_tried_at, ${now})
      WHERE ${waiting(id)}`
  }, orStoreError("Outbox.trying"))

  /** A message has arrived when its parts have, whatever becomes of the line under it. */
  const arrived = Effect.fnUntraced(function* (key: Key) {
    const left = yield* sql<{ dress: string | null }>`SELECT dress FROM outbox
      WHERE channel_id = ${key.channel_id} AND message_id = ${key.message_id} AND state = 'waiting'`
    const parts = (yield* decodeDresses(left)).filter(({ dress }) => dress?.footer !== true)
    if (parts.length === 0) yield* messages.update({ state: "sent" }, sending(key))
  })

  const sent = Effect.fn("Outbox.sent")(
    function* (id: number, platformId: string) {
      const ended_at = yield* Clock.currentTimeMillis
      const changes = { state: "sent", platform_id: platformId, ended_at }
      const [row] = yield* sql<Key>`UPDATE outbox SET ${sql.update(changes)} WHERE ${waiting(id)}
        RETURNING channel_id, message_id`
      if (row === undefined) return
      yield* arrived(row)
    },
    sql.withTransaction,
    orStoreError("Outbox.sent")
  )

  const retryAt = Effect.fn("Outbox.retryAt")(function* (
    id: number,
    at: number,
    reason: string,
    { untried = false }: { readonly untried?: boolean } = {}
  ) {
    const changes = { next_at: at, reason, ...(untried && { first_tried_at: null }) }
    yield* sql`UPDATE outbox SET ${sql.update(changes)} WHERE ${waiting(id)}`
  }, orStoreError("Outbox.retryAt"))

  const failed = Effect.fn("Outbox.failed")(
    function* (id: number, state: "undelivered" | "unknown", reason: string) {
      const [row] = yield* decode(yield* sql`SELECT ${columns} FROM outbox WHERE ${waiting(id)}`)
      if (row === undefined) return
      // The parts after it would make no sense without it.
      const ended_at = yield* Clock.currentTimeMillis
      yield* sql`UPDATE outbox SET ${sql.update({ state: "failed", reason, ended_at })}
        WHERE channel_id = ${row.channel_id} AND message_id = ${row.message_id} AND state = 'waiting'`
      if (row.dress?.footer === true) return
      const [changed] = yield* messages.update({ state }, sending(row), reason)
      if (state === "undelivered" || changed === undefined || platformOf(row.channel_id) === "local") return
      const [said] = yield* sql<{ said_key: string }>`SELECT said_key FROM messages WHERE seq = ${changed.seq}`
      // Of a note like this nobody is told: it would go on for ever.
      if (said?.said_key.startsWith("unknown:") === true) return
      const key = `unknown:${row.message_id}`
      yield* saying.say({
        channel_id: row.channel_id,
        run_id: null,
        key,
        content: ChatSentence.maybeLost(row.content),
        verbatim: true
      })
    },
    sql.withTransaction,
    orStoreError("Outbox.failed")
  )

  const platformIdOf = Effect.fn("Outbox.platformIdOf")(function* (channel: ChannelId, message: MessageId) {
    const [row] = yield* sql<{ platform_id: string | null }>`SELECT platform_id FROM outbox
      WHERE channel_id = ${channel} AND message_id = ${message} AND part = 0`
    return row?.platform_id ?? undefined
  }, orStoreError("Outbox.platformIdOf"))

  const saidAs = Effect.fn("Outbox.saidAs")(function* (channel: ChannelId, platformId: string) {
    const [row] = yield* sql<Key>`SELECT channel_id, message_id FROM outbox
      WHERE channel_id = ${channel} AND platform_id = ${platformId} LIMIT 1`
    return row?.message_id
  }, orStoreError("Outbox.saidAs"))

  const arrivedSince = Effect.fn("Outbox.arrivedSince")(function* (channel: ChannelId, since: number) {
    const rows = yield* sql<{ platform_id: string }>`SELECT platform_id FROM outbox
      WHERE channel_id = ${channel} AND ended_at >= ${since} AND platform_id IS NOT NULL`
    return rows.map(({ platform_id }) => platform_id)
  }, orStoreError("Outbox.arrivedSince"))

  const neededFiles = sql`SELECT dress FROM outbox WHERE state = 'waiting' AND dress IS NOT NULL`.pipe(
    Effect.flatMap(decodeDresses),
    Effect.map((rows): ReadonlySet<string> => {
      const files = rows.flatMap(({ dress }) => dress?.files ?? [])
      return new Set(files.flatMap((file) => (file.from === "kept" ? [file.id] : [])))
    }),
    orStoreError("Outbox.neededFiles"),
    Effect.withSpan("Outbox.neededFiles")
  )

  return Outbox.of({
    due,
    nextDue,
    waitingCount,
    trying,
    sent,
    retryAt,
    failed,
    platformIdOf,
    saidAs,
    arrivedSince,
    neededFiles,
    wait: Queue.take(signal)
  })
})

export const layer = Layer.effect(Outbox, make)
