/** One try to deliver one row of the outbox, and what becomes of the row then. */
import { Clock, Effect } from "effect"
import type { FileSource } from "../../domain/chat/Dress.ts"
import * as Sentence from "../../domain/chat/Sentence.ts"
import { type ChannelId, type MessageId, platformOf } from "../../domain/Ids.ts"
import { type ChatPost, ChatPlatforms } from "../../services/ChatPlatform.ts"
import { Messages } from "../../services/Messages.ts"
import { Outbox, type OutboxRow } from "../../services/Outbox.ts"
import { Outgoing } from "../../services/Outgoing.ts"
import { DeliveryFailed, Platforms } from "../../services/Platforms.ts"
import type { StoreError } from "../../services/Store.ts"

/** A platform forgets a nonce after a few minutes: what is repeated later is looked for in the channel first. */
const nonceHoldsMs = 120_000
/** How far a platform's clock and ours may be apart, in milliseconds. */
const clocksApart = 60_000
/** Unclear tries with a look through the history, within one life of the server, after which nobody knows. */
const maxLooks = 4
/** Tries of what a platform refuses for now: a day of them. */
const maxAttempts = 300
/** A platform that has not answered by then may have the part or not. */
const patience = "60 seconds"

/** Delays between tries: 1 s, doubled up to 5 minutes. */
const delayMs = (attempts: number): number => Math.min(300_000, 1000 * 2 ** Math.min(attempts, 10))

/**
 * At most 25 characters, the same at every try. Made of what is random in the message's id: a row's number comes again in
 * another installation or a restored file, and the platform would take its words for said.
 */
const nonceOf = ({ id, message_id, part }: OutboxRow): string => {
  const random = message_id.replaceAll("-", "").slice(-16)
  return /^[0-9a-f]{16}$/.test(random) ? `${BigInt(`0x${random}`).toString(36)}.${part.toString(36)}` : id.toString(36)
}

const silent = Effect.fail(
  new DeliveryFailed({ outcome: "unclear", afterMs: null, detail: "The platform did not answer." })
)
const notThere = new DeliveryFailed({ outcome: "gone", afterMs: null, detail: "The platform is not connected." })

/** Its bytes; undefined where they are lost. */
const bytesOf = Effect.fnUntraced(function* (row: OutboxRow, file: FileSource) {
  switch (file.from) {
    case "text":
      return new TextEncoder().encode(file.text)
    case "message": {
      const message = yield* Messages.use((messages) => messages.get(row.channel_id, row.message_id))
      return new TextEncoder().encode(message?.content ?? row.content)
    }
    case "kept":
      return yield* Outgoing.use((outgoing) => outgoing.read(file.id)).pipe(
        Effect.catch((error) => Effect.as(Effect.logWarning("A file to be delivered is lost", error), undefined))
      )
  }
})

const postOf = Effect.fnUntraced(function* (row: OutboxRow) {
  const { buttons, files = [], footer = false, reply_to } = row.dress ?? {}
  const read = yield* Effect.forEach(files, (file) =>
    Effect.map(bytesOf(row, file), (data) => ({ name: file.name, data }))
  )
  const here = read.flatMap(({ data, name }) => (data === undefined ? [] : [{ name, data }]))
  const lost = read.flatMap(({ data, name }) => (data === undefined ? [Sentence.fileLost(name)] : []))
  const post: ChatPost = {
    content: [row.content, ...lost].filter((text) => text !== "").join("\n"),
    ...(buttons !== undefined && { buttons }),
    ...(here.length > 0 && { files: here }),
    ...(reply_to !== undefined && { replyTo: reply_to }),
    ...(footer && { silent: true })
  }
  return post
})

/** Changes what was said before; what never arrived needs no change. */
const edit = Effect.fnUntraced(function* (row: OutboxRow, message: MessageId, channel: ChannelId) {
  const id = yield* Outbox.use((outbox) => outbox.platformIdOf(channel, message))
  if (id === undefined) return ""
  const platform = (yield* ChatPlatforms).get(platformOf(channel))
  if (platform === undefined) return yield* notThere
  yield* platform.edit(channel, id, { content: row.content, buttons: row.dress?.buttons ?? [] })
  return id
})

const say = Effect.fnUntraced(function* (row: OutboxRow, now: number) {
  const since = row.first_tried_at
  const look = since !== null && now - since > nonceHoldsMs
  const others = look ? yield* Outbox.use((outbox) => outbox.arrivedSince(row.channel_id, since - 2 * clocksApart)) : []
  const tried = since === null ? {} : { tried: { since, look, others } }
  const post = yield* postOf(row)
  return yield* Platforms.use((platforms) => platforms.deliver(row.channel_id, { nonce: nonceOf(row), post, ...tried }))
})

/** `looks`: how often each row's history was looked through without a clear answer, by its id. */
export const deliver = Effect.fn("Outbox.deliver")(
  function* (row: OutboxRow, looks: Map<number, number>) {
    const outbox = yield* Outbox
    const edits = row.dress?.edits
    const now = yield* Clock.currentTimeMillis
    yield* outbox.trying(row.id, now)
    const end = (effect: ReturnType<typeof outbox.sent>) =>
      Effect.gen(function* () {
        looks.delete(row.id)
        yield* effect
        for (const file of row.dress?.files ?? []) {
          if (file.from === "kept") yield* Outgoing.use((outgoing) => outgoing.remove(file.id))
        }
      })
    const again = (failed: DeliveryFailed, untried: boolean) =>
      outbox.retryAt(row.id, now + (failed.afterMs ?? delayMs(row.attempts)), failed.detail, { untried })

    const attempt: Effect.Effect<
      string,
      DeliveryFailed | StoreError,
      ChatPlatforms | Messages | Outbox | Outgoing | Platforms
    > = edits === undefined ? say(row, now) : edit(row, edits, row.channel_id)
    yield* attempt.pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => silent }),
      Effect.flatMap((platformId) => end(outbox.sent(row.id, platformId))),
      Effect.catchTag("DeliveryFailed", (failed) => {
        switch (failed.outcome) {
          case "gone":
            return end(outbox.failed(row.id, "undelivered", failed.detail))
          case "retry":
            return row.attempts + 1 >= maxAttempts
              ? end(outbox.failed(row.id, row.first_tried_at === null ? "undelivered" : "unknown", failed.detail))
              : again(failed, row.first_tried_at === null)
          case "unclear": {
            // The same change twice is one change.
            const looked = edits === undefined && now - (row.first_tried_at ?? now) > nonceHoldsMs
            const count = (looks.get(row.id) ?? 0) + (looked ? 1 : 0)
            if (count > 0) looks.set(row.id, count)
            return count >= maxLooks || row.attempts + 1 >= maxAttempts
              ? end(outbox.failed(row.id, "unknown", failed.detail))
              : again(failed, false)
          }
        }
      })
    )
  },
  (effect, row) => Effect.annotateLogs(effect, { channel: row.channel_id, outbox: row.id })
)
