/** `Messages` in SQL: every change of a row and the events that tell of it are one transaction. */
import { Effect, Layer, Struct } from "effect"
import { SqlClient } from "effect/sql"
import type { ChannelId, MessageId, PromptId, RunId } from "../../domain/Ids.ts"
import type { InboundMessage, MessageState } from "../../domain/Message.ts"
import type { Author } from "../../domain/Subject.ts"
import { ChannelNotFound } from "../../services/Channels.ts"
import { type BotMessage, Messages } from "../../services/Messages.ts"
import { orStoreError } from "./Errors.ts"
import * as Behalf from "./Behalf.ts"
import * as Hops from "./Hops.ts"
import * as MessageReads from "./MessageReads.ts"
import * as MessageRows from "./MessageRows.ts"
import * as Saying from "./Saying.ts"
import { takenOut } from "./TaskLetters.ts"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const saying = yield* Saying.make
  const hops = yield* Hops.make
  const rows = yield* MessageRows.make

  const exactly = (channel: ChannelId, id: MessageId) => sql`channel_id = ${channel} AND message_id = ${id}`
  /** Nobody has begun with it: neither a run of its own, nor a running turn into which it was written. */
  const untouched = (channel: ChannelId, id: MessageId) =>
    sql`${exactly(channel, id)} AND state IN ('queued', 'noted') AND prompt_id IS NULL AND run_id IS NULL`

  const accept = Effect.fn("Messages.accept")(
    function* ({ hops = 0, on_behalf = [], ...message }: InboundMessage) {
      const { channel_id } = message
      const known = yield* sql`SELECT 1 FROM channels WHERE channel_id = ${channel_id}`
      if (known.length === 0) return yield* new ChannelNotFound({ channel_id })
      const row = { ...message, is_bot: false, state: "queued", run_id: null, prompt_id: null } as const
      const fresh = yield* rows.insert(row, { hops, on_behalf: yield* Behalf.encode(on_behalf) })
      if (fresh === undefined) {
        const [stored] = yield* rows.select(sql`WHERE ${exactly(channel_id, message.message_id)}`)
        return { seq: stored?.seq ?? 0, fresh: false }
      }
      yield* rows.record("message.created", [fresh])
      yield* rows.queueChanged(channel_id)
      return { seq: fresh.seq, fresh: true }
    },
    sql.withTransaction,
    orStoreError("Messages.accept")
  )

  const note = Effect.fn("Messages.note")(
    function* ({ hops = 0, ...said }: InboundMessage) {
      const message = Struct.omit(said, ["on_behalf"])
      const { channel_id } = message
      const known = yield* sql`SELECT 1 FROM channels WHERE channel_id = ${channel_id}`
      if (known.length === 0) return yield* new ChannelNotFound({ channel_id })
      const row = { ...message, is_bot: false, state: "noted", run_id: null, prompt_id: null } as const
      const fresh = yield* rows.insert(row, { hops })
      if (fresh !== undefined) yield* rows.record("message.created", [fresh])
    },
    sql.withTransaction,
    orStoreError("Messages.note")
  )

  const untold = (channel: ChannelId, before: number) =>
    sql`channel_id = ${channel} AND seq < ${before} AND state = 'noted' AND run_id IS NULL
      AND seq > (SELECT reset_seq FROM channels WHERE channel_id = ${channel})`

  const noted = Effect.fn("Messages.noted")(function* (channel: ChannelId, before: number, limit: number) {
    return (yield* rows.select(sql`WHERE ${untold(channel, before)} ORDER BY seq DESC LIMIT ${limit}`)).toReversed()
  }, orStoreError("Messages.noted"))

  const tell = Effect.fn("Messages.tell")(function* (channel: ChannelId, before: number, run: RunId) {
    yield* sql`UPDATE messages SET run_id = ${run} WHERE ${untold(channel, before)}`
  }, orStoreError("Messages.tell"))

  const edit = Effect.fn("Messages.edit")(
    function* (channel: ChannelId, id: MessageId, content: string, by: ReadonlyArray<Author>) {
      const changed = yield* rows.update({ content }, untouched(channel, id))
      if (changed.length > 0) yield* Behalf.sign(sql, exactly(channel, id), by)
      if (changed.length > 0) yield* rows.queueChanged(channel)
      return changed.length > 0
    },
    sql.withTransaction,
    orStoreError("Messages.edit")
  )

  const drop = Effect.fn("Messages.drop")(
    function* (channel: ChannelId, id: MessageId) {
      const changed = yield* rows.update({ state: "dropped" }, untouched(channel, id))
      if (changed.length > 0) yield* rows.queueChanged(channel)
      if (changed.some(({ kind }) => kind === "task")) yield* takenOut(sql, channel, id)
      return changed.length > 0
    },
    sql.withTransaction,
    orStoreError("Messages.drop")
  )

  const mark = Effect.fn("Messages.mark")(
    function* (channel: ChannelId, ids: ReadonlyArray<MessageId>, state: MessageState, run_id: RunId | null) {
      if (ids.length === 0) return
      const mine = sql`channel_id = ${channel} AND ${sql.in("message_id", ids)}`
      const before = yield* rows.select(sql`WHERE ${mine}`)
      const stale = before.filter((message) => message.state !== state || message.run_id !== run_id)
      if (stale.length === 0) return
      const seqs = stale.map((message) => message.seq)
      yield* rows.update({ state, run_id }, sql.in("seq", seqs))
      const moved = stale.some((message) => (message.state === "queued") !== (state === "queued"))
      if (moved) yield* rows.queueChanged(channel)
    },
    sql.withTransaction,
    orStoreError("Messages.mark")
  )

  const steered = Effect.fn("Messages.steered")(function* (channel: ChannelId, id: MessageId, prompt_id: PromptId) {
    yield* sql`UPDATE messages SET prompt_id = ${prompt_id} WHERE ${exactly(channel, id)} AND state = 'queued'`
  }, orStoreError("Messages.steered"))

  const say = Effect.fn("Messages.say")(
    (message: BotMessage) => saying.say(message),
    sql.withTransaction,
    orStoreError("Messages.say")
  )

  const unbutton = Effect.fn("Messages.unbutton")(
    function* (channel: ChannelId, button: string) {
      const having = sql`channel_id = ${channel} AND buttons IS NOT NULL AND buttons LIKE ${`%"id":"${button}"%`}`
      yield* rows.update({ buttons: null }, having)
    },
    sql.withTransaction,
    orStoreError("Messages.unbutton")
  )

  const footer = Effect.fn("Messages.footer")(
    (run: RunId, line: string) => saying.footer(run, line),
    sql.withTransaction,
    orStoreError("Messages.footer")
  )

  const hopsAfter = Effect.fn("Messages.hopsAfter")((run: RunId) => hops.after(run), orStoreError("Messages.hopsAfter"))

  const hopsOf = Effect.fn("Messages.hopsOf")(
    (channel: ChannelId, platformId: string, content: string) => hops.of(channel, platformId, content),
    orStoreError("Messages.hopsOf")
  )

  const authorsOf = Effect.fn("Messages.authorsOf")(function* (run: RunId) {
    return yield* Behalf.ofRun(sql, run)
  }, orStoreError("Messages.authorsOf"))

  const askedBy = Effect.fn("Messages.askedBy")(function* (channel: ChannelId, id: MessageId) {
    const found = yield* sql`SELECT on_behalf FROM messages WHERE ${exactly(channel, id)}`
    return (yield* Behalf.decode(found))[0] ?? []
  }, orStoreError("Messages.askedBy"))

  const sign = Effect.fn("Messages.sign")(
    (run: RunId, authors: ReadonlyArray<Author>) => Behalf.sign(sql, sql`run_id = ${run}`, authors),
    sql.withTransaction,
    orStoreError("Messages.sign")
  )

  const runBehind = Effect.fn("Messages.runBehind")(
    (channel: ChannelId, platformId: string, content: string) => hops.runOf(channel, platformId, content),
    orStoreError("Messages.runBehind")
  )

  return Messages.of({
    ...(yield* MessageReads.make),
    accept,
    note,
    noted,
    tell,
    edit,
    drop,
    mark,
    steered,
    say,
    unbutton,
    footer,
    hopsAfter,
    hopsOf,
    authorsOf,
    askedBy,
    sign,
    runBehind
  })
})

export const layer = Layer.effect(Messages, make)
