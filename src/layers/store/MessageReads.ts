/** The part of `Messages` in SQL that only reads. */
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { type Channel, ForkPoint } from "../../domain/Channel.ts"
import { ChannelId, type MessageId, type RunId } from "../../domain/Ids.ts"
import { orStoreError } from "./Errors.ts"
import * as MessageRows from "./MessageRows.ts"

const decodeForkPoints = Schema.decodeUnknownEffect(Schema.Array(ForkPoint))
const decodeIds = Schema.decodeUnknownEffect(Schema.Array(Schema.Struct({ channel_id: ChannelId })))

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* MessageRows.make

  const exactly = (channel: ChannelId, id: MessageId) => sql`channel_id = ${channel} AND message_id = ${id}`

  const get = Effect.fn("Messages.get")(function* (channel: ChannelId, id: MessageId) {
    return (yield* rows.select(sql`WHERE ${exactly(channel, id)}`))[0]
  }, orStoreError("Messages.get"))

  const queued = Effect.fn("Messages.queued")(function* (channel: ChannelId) {
    return yield* rows.select(sql`WHERE channel_id = ${channel} AND state = 'queued' ORDER BY seq`)
  }, orStoreError("Messages.queued"))

  const list = Effect.fn("Messages.list")(function* (
    channel: ChannelId,
    page: { readonly before?: MessageId; readonly limit: number }
  ) {
    const earlier =
      page.before === undefined
        ? sql.literal("")
        : sql`AND seq < (SELECT seq FROM messages WHERE ${exactly(channel, page.before)})`
    return yield* rows.select(sql`WHERE channel_id = ${channel} ${earlier} ORDER BY seq DESC LIMIT ${page.limit}`)
  }, orStoreError("Messages.list"))

  const newest = Effect.gen(function* () {
    // One step in the index per channel, however many messages there are.
    const found = yield* sql<{ channel_id: ChannelId; at: number | null }>`SELECT channel_id,
      (SELECT created_at FROM messages m WHERE m.channel_id = c.channel_id ORDER BY seq DESC LIMIT 1) AS at
      FROM channels c`
    return new Map(found.flatMap(({ at, channel_id }) => (at === null ? [] : [[channel_id, at] as const])))
  }).pipe(orStoreError("Messages.newest"), Effect.withSpan("Messages.newest"))

  const written = Effect.gen(function* () {
    const found = yield* sql<{ channel_id: ChannelId; last: number | null }>`SELECT channel_id,
      (SELECT seq FROM messages m WHERE m.channel_id = c.channel_id
        AND is_bot = 0 AND kind <> 'task' AND hops = 0 ORDER BY seq DESC LIMIT 1) AS last
      FROM channels c WHERE last IS NOT NULL ORDER BY last DESC`
    return found.map(({ channel_id }) => channel_id)
  }).pipe(orStoreError("Messages.written"), Effect.withSpan("Messages.written"))

  const history = Effect.fn("Messages.history")(function* (
    { channel_id, reset_seq, resets }: Channel,
    seq: number,
    limit: number
  ) {
    // What had waited during a reset had its run after it; what ends an earlier turn may come after it.
    const ofRun = sql`EXISTS (SELECT 1 FROM runs WHERE runs.run_id = messages.run_id AND runs.resets = ${resets})`
    const present = sql`(${ofRun} OR (run_id IS NULL AND seq > ${reset_seq}))`
    const earlier = sql`WHERE channel_id = ${channel_id} AND seq < ${seq} AND state NOT IN ('queued', 'dropped')
      AND ${present} ORDER BY seq DESC LIMIT ${limit}`
    return (yield* rows.select(earlier)).toReversed()
  }, orStoreError("Messages.history"))

  const ofRun = Effect.fn("Messages.ofRun")(function* (run: RunId) {
    return yield* rows.select(sql`WHERE run_id = ${run} ORDER BY seq`)
  }, orStoreError("Messages.ofRun"))

  // A text's key is the engine's uuid of it; notes and sentences have keys of other forms.
  const forkPoint = Effect.fn("Messages.forkPoint")(function* (channel: ChannelId, id: MessageId) {
    const found = yield* sql`
      SELECT runs.session_id AS session_id, said.said_key AS message_uuid
      FROM messages AS target
      JOIN messages AS said ON said.run_id = target.run_id AND said.is_bot = 1
      JOIN runs ON runs.run_id = target.run_id
      WHERE target.channel_id = ${channel} AND target.message_id = ${id} AND runs.session_id IS NOT NULL
        AND (target.is_bot = 0 OR said.seq <= target.seq) AND said.said_key LIKE ${"________-____-____-____-____________"}
      ORDER BY said.seq DESC LIMIT 1`
    return (yield* decodeForkPoints(found))[0]
  }, orStoreError("Messages.forkPoint"))

  const pending = sql`
    SELECT channel_id FROM messages WHERE state = 'queued'
    UNION SELECT channel_id FROM messages WHERE state = 'running'
    UNION SELECT channel_id FROM runs WHERE status IN ('starting', 'running', 'waiting')
    ORDER BY channel_id`.pipe(
    Effect.flatMap(decodeIds),
    Effect.map((found) => found.map(({ channel_id }) => channel_id)),
    orStoreError("Messages.pending"),
    Effect.withSpan("Messages.pending")
  )

  const queuedCount = sql<{ n: number }>`SELECT COUNT(*) AS n FROM messages WHERE state = 'queued'`.pipe(
    Effect.map((rows) => Number(rows[0]?.n ?? 0)),
    orStoreError("Messages.queuedCount")
  )

  return { get, queued, list, newest, written, history, ofRun, forkPoint, pending, queuedCount }
})
