/** What several services do with rows of `messages`: read them, change them, and journal the change. */
import { Array as Arr, Clock, Effect, Schema, Struct } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import type { NewEvent } from "../../domain/ChannelEvent.ts"
import { Buttons } from "../../domain/chat/Dress.ts"
import type { ChannelId } from "../../domain/Ids.ts"
import { Attachment, Message } from "../../domain/Message.ts"
import { messageView, queueEntryView } from "../../domain/Views.ts"
import { Journal } from "../../services/Journal.ts"

const Row = Schema.Struct({
  ...Message.fields,
  is_bot: Schema.BooleanFromBit,
  attachments: Schema.fromJsonString(Schema.Array(Attachment)),
  buttons: Schema.optionalKey(Schema.NullOr(Schema.fromJsonString(Buttons)))
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
const decodeRanked = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ ...Row.fields, total: Schema.Int })))
const encodeNew = Schema.encodeEffect(Row.mapFields(Struct.omit(["seq"])))

/** Rows in one statement. */
const atOnce = 200

/** How many entries of a long queue `queue.changed` shows; `total` tells how many there are. */
const shownQueue = 50

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const journal = yield* Journal
  const columns = sql.csv(Object.keys(Row.fields).map((column) => sql`${sql(column)}`))

  const select = (where: Statement.Fragment) => Effect.flatMap(sql`SELECT ${columns} FROM messages ${where}`, decode)

  /** The row as it was stored, or nothing where its id (or what the bot said) is there already. */
  const insert = Effect.fnUntraced(function* (
    message: Omit<Message, "seq" | "created_at">,
    more: {
      readonly said_by?: string
      readonly said_key?: string
      readonly hops?: number
      readonly on_behalf?: string | null
    }
  ) {
    const row = yield* encodeNew({ ...message, created_at: yield* Clock.currentTimeMillis })
    const inserted = sql`INSERT INTO messages ${sql.insert({ ...row, ...more })} ON CONFLICT DO NOTHING RETURNING ${columns}`
    return (yield* decode(yield* inserted))[0]
  })

  /** Letters of tasks that are not there yet, in this order; as they were stored. */
  const insertLetters = Effect.fnUntraced(function* (messages: ReadonlyArray<Omit<Message, "seq" | "created_at">>) {
    const created_at = yield* Clock.currentTimeMillis
    const stored: Array<Message> = []
    for (const some of Arr.chunksOf(messages, atOnce)) {
      const given = yield* Effect.forEach(some, (message) => encodeNew({ ...message, created_at }))
      const inserted = sql`INSERT INTO messages ${sql.insert(given)} ON CONFLICT DO NOTHING RETURNING ${columns}`
      stored.push(...(yield* decode(yield* inserted)))
    }
    return stored.sort((a, b) => a.seq - b.seq)
  })

  /** Sets columns of the rows that match and journals `message.updated`, with the reason if there is one; returns them as they are now. */
  const update = Effect.fnUntraced(function* (
    changes: Partial<Pick<Message, "content" | "state" | "run_id">> & { readonly buttons?: null },
    where: Statement.Fragment,
    reason?: string
  ) {
    const rows = yield* sql`UPDATE messages SET ${sql.update(changes)} WHERE ${where} RETURNING ${columns}`
    const messages = [...(yield* decode(rows))].sort((a, b) => a.seq - b.seq)
    yield* record("message.updated", messages, reason)
    return messages
  })

  const record = Effect.fnUntraced(function* (
    type: "message.created" | "message.updated",
    messages: ReadonlyArray<Message>,
    reason?: string
  ) {
    const at = yield* Clock.currentTimeMillis
    yield* journal.append(
      messages.map((message): NewEvent => {
        const data = { ...messageView(message), ...(reason !== undefined && { reason }) }
        return { type, at, channel_id: message.channel_id, run_id: message.run_id, data }
      })
    )
  })

  const queueChanged = Effect.fnUntraced(function* (channel: ChannelId) {
    const queued = sql`channel_id = ${channel} AND state = 'queued'`
    const counted = yield* sql<{ total: number }>`SELECT COUNT(*) AS total FROM messages WHERE ${queued}`
    const queue = yield* select(sql`WHERE ${queued} ORDER BY seq LIMIT ${shownQueue}`)
    const data = { queue: queue.map(queueEntryView), total: counted[0]?.total ?? 0 }
    const at = yield* Clock.currentTimeMillis
    yield* journal.append([{ type: "queue.changed", at, channel_id: channel, run_id: null, data }])
  })

  /** The same for several channels at once. */
  const queuesChanged = Effect.fnUntraced(function* (channels: ReadonlyArray<ChannelId>) {
    const at = yield* Clock.currentTimeMillis
    for (const some of Arr.chunksOf(channels, atOnce)) {
      const ranked = sql`SELECT ${columns}, COUNT(*) OVER (PARTITION BY channel_id) AS total,
        ROW_NUMBER() OVER (PARTITION BY channel_id ORDER BY seq) AS place
        FROM messages WHERE ${sql.in("channel_id", some)} AND state = 'queued'`
      const rows = yield* sql`SELECT * FROM (${ranked}) AS ranked WHERE place <= ${shownQueue} ORDER BY seq`
      const queues = Arr.groupBy(yield* decodeRanked(rows), ({ channel_id }) => channel_id)
      yield* journal.append(
        some.map((channel_id): NewEvent => {
          const queue = queues[channel_id] ?? []
          const data = { queue: queue.map(queueEntryView), total: queue[0]?.total ?? 0 }
          return { type: "queue.changed", at, channel_id, run_id: null, data }
        })
      )
    }
  })

  return { insert, insertLetters, queuesChanged, queueChanged, record, select, update }
})
