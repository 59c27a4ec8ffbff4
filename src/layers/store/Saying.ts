/**
 * What the bot says: its message, and a row of the outbox for each part of it, rendered for the platform once and for
 * all, so that every try says exactly the same.
 */
import { Effect, Queue, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import { SqlClient } from "effect/sql"
import { Dress, dressed, type Part } from "../../domain/chat/Dress.ts"
import * as Mentions from "../../domain/chat/Mentions.ts"
import { relabelled } from "../../domain/chat/Words.ts"
import { discordLimit, split } from "../../domain/chat/Split.ts"
import { readable } from "../../domain/chat/Tables.ts"
import { type ChannelId, MessageId, platformOf, type RunId } from "../../domain/Ids.ts"
import * as Sentence from "../../domain/Sentence.ts"
import type { BotMessage } from "../../services/Messages.ts"
import { Masking } from "../../services/Masking.ts"
import { Selves } from "../../services/Selves.ts"
import * as Hops from "./Hops.ts"
import * as MessageRows from "./MessageRows.ts"
import { OutboxSignal } from "./OutboxSignal.ts"

const bot = { author_id: "loop", author_name: "Loop" }
const encodeDress = Schema.encodeEffect(Schema.NullOr(Schema.fromJsonString(Dress)))
const decodeIds = Schema.decodeUnknownEffect(Schema.fromJsonString(Schema.Array(MessageId)))

/** Notes, cards and what tools say are no answer to anybody. */
const answers = (key: string): boolean =>
  !/^(note|mcp|approval|egress|access|project|budget|expired|unattended|tool|unknown):/.test(key)
/** Messages that came by another way (HTTP, a task) have ids that the platform does not know. */
const isTheirs = (channel: ChannelId, id: string): boolean =>
  platformOf(channel) === "discord" ? /^\d{15,20}$/.test(id) : !/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(id)

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const random = yield* SecureRandom.SecureRandom
  const outbox = yield* OutboxSignal
  const selves = yield* Selves
  const rows = yield* MessageRows.make
  const hops = yield* Hops.make
  const masker = yield* Masking

  /** As people may see it, before it is cut into parts. */
  const masked = (message: BotMessage): BotMessage => ({
    ...message,
    content: masker.text(message.content),
    ...(message.buttons !== undefined && { buttons: relabelled(message.buttons, masker.text) }),
    ...(message.attachments !== undefined && {
      attachments: message.attachments.map((file) => ({ ...file, name: masker.text(file.name) }))
    }),
    ...(message.files !== undefined && {
      files: message.files.map((file) => ({
        ...file,
        name: masker.text(file.name),
        ...(file.from === "text" && { text: masker.text(file.text) })
      }))
    })
  })

  /** The person's message that the first answer of a run belongs to, where both are in the same channel. */
  const answered = Effect.fnUntraced(function* (channel: ChannelId, run: RunId, key: string) {
    if (!answers(key)) return undefined
    const said = yield* sql<{ said_key: string }>`SELECT said_key FROM messages WHERE said_by = ${run} LIMIT 50`
    if (said.some(({ said_key }) => said_key !== key && answers(said_key))) return undefined
    const [row] = yield* sql<{ message_ids: string }>`
      SELECT message_ids FROM runs WHERE run_id = ${run} AND channel_id = ${channel}`
    const first = row === undefined ? undefined : (yield* decodeIds(row.message_ids))[0]
    return first !== undefined && isTheirs(channel, first) ? first : undefined
  })

  const partsOf = Effect.fnUntraced(function* (message: BotMessage) {
    const { buttons, channel_id, content, files, key, run_id, verbatim = false } = message
    const platform = platformOf(channel_id)
    if (platform === "local") return [{ content, dress: null }] satisfies ReadonlyArray<Part>
    const self = verbatim ? undefined : yield* selves.of(platform)
    const mentioned = self === undefined ? content : Mentions.real(content, self)
    const text = verbatim ? content : readable(mentioned)
    const spoken = text.trim() === "" && (files ?? []).length === 0 ? Sentence.emptyAnswer : text
    const replyTo = run_id === null ? undefined : yield* answered(channel_id, run_id, key)
    return dressed(split(spoken, discordLimit), (note) => split(spoken, discordLimit - note)[0] ?? "", {
      ...(replyTo !== undefined && { replyTo }),
      ...(buttons !== undefined && { buttons }),
      ...(files !== undefined && { files })
    })
  })

  const put = Effect.fnUntraced(function* (
    channel_id: ChannelId,
    message_id: MessageId,
    first: number,
    parts: ReadonlyArray<Part>
  ) {
    for (const [n, { content, dress }] of parts.entries()) {
      const row = { channel_id, message_id, part: first + n, content, dress: yield* encodeDress(dress) }
      yield* sql`INSERT INTO outbox ${sql.insert({ ...row, state: "waiting", attempts: 0, next_at: 0 })}`
    }
    yield* sql.afterCommit(Effect.asVoid(Queue.offer(outbox, undefined)))
  })

  /** One more part of a message that was said before. */
  const add = Effect.fnUntraced(function* (
    { channel_id, message_id }: { readonly channel_id: ChannelId; readonly message_id: MessageId },
    part: Part
  ) {
    const [last] = yield* sql<{ part: number | null }>`SELECT MAX(part) AS part FROM outbox
      WHERE channel_id = ${channel_id} AND message_id = ${message_id}`
    yield* put(channel_id, message_id, (last?.part ?? -1) + 1, [part])
  })

  /** See `Messages.say`. To be called inside a transaction. */
  const say = Effect.fnUntraced(function* (given: BotMessage) {
    const message = masked(given)
    const { attachments = [], buttons = null, channel_id, content, key, run_id, aside = false } = message
    const message_id = MessageId.make(yield* random.uuidV7())
    const of = { channel_id, message_id, run_id: aside ? null : run_id, prompt_id: null }
    const row = { ...bot, ...of, content, attachments, buttons }
    const counts = run_id !== null && platformOf(channel_id) !== "local"
    const said = { said_by: run_id ?? "", said_key: key, ...(counts && { hops: yield* hops.after(run_id) }) }
    const fresh = yield* rows.insert({ ...row, is_bot: true, kind: "prompt", state: "sending" }, said)
    if (fresh === undefined) return undefined
    yield* put(channel_id, message_id, 0, yield* partsOf(message))
    yield* rows.record("message.created", [fresh])
    return message_id
  })

  /** Changes what was said under a key, here and on its platform, where it loses its buttons. To be called inside a transaction. */
  const amend = Effect.fnUntraced(function* (run: RunId | null, key: string, given: string) {
    const content = masker.text(given)
    const [message] = yield* rows.update({ content, buttons: null }, sql`said_by = ${run ?? ""} AND said_key = ${key}`)
    if (message === undefined || platformOf(message.channel_id) === "local") return
    yield* add(message, { content: content.slice(0, discordLimit), dress: { edits: message.message_id, buttons: [] } })
  })

  /** See `Messages.footer`. To be called inside a transaction. */
  const footer = Effect.fnUntraced(function* (run: RunId, content: string) {
    const [last] = yield* rows.select(sql`WHERE said_by = ${run} AND run_id = ${run} ORDER BY seq DESC LIMIT 1`)
    if (last === undefined || platformOf(last.channel_id) === "local") return
    if (last.state === "sending" || last.state === "sent")
      yield* add(last, { content: masker.text(content), dress: { footer: true } })
  })

  return { say, amend, footer }
})
