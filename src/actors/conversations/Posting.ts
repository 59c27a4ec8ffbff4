/** Messages: accepted, edited or dropped while they wait, said again. */
import { Effect } from "effect"
import * as ButtonIds from "../../domain/chat/ButtonIds.ts"
import { mostHops, tooMany } from "../../domain/chat/Hops.ts"
import { MessageId, platformOf, type ChannelId, type RunId } from "../../domain/Ids.ts"
import { type Message, stripTriggers } from "../../domain/Message.ts"
import { isLive } from "../../domain/Run.ts"
import { areOwn, authorsOf, together } from "../../domain/Subject.ts"
import type { Act } from "../../services/Audit.ts"
import type { NewMessage } from "../../services/Conversations.ts"
import type { StoreError } from "../../services/Store.ts"
import type { Subject } from "../../services/Tokens.ts"
import { audited, permitted, refuse, type Shared } from "./Shared.ts"

/** Longest text of a message, in UTF-16 units: far above what people write, far below what would hurt. */
export const maxContent = 500_000

/** `alongside`: what is stored in the same transaction. */
export const post = Effect.fn("Conversations.post")(function* (
  shared: Shared,
  subject: Subject,
  draft: NewMessage,
  alongside?: Effect.Effect<unknown, StoreError>
) {
  const channel = yield* permitted(shared, subject, "write", draft.channel_id)
  const kind = draft.kind ?? "prompt"
  const local = platformOf(channel.channel_id) === "local"
  const content = local && kind === "prompt" ? stripTriggers(draft.content) : draft.content.trim()
  const attachments = draft.attachments ?? []
  if (content === "" && attachments.length === 0) {
    return yield* refuse("invalid", "The message is empty: write what the agent should do.", "content")
  }
  if (content.length > maxContent) {
    return yield* refuse(
      "invalid",
      `The message is longer than ${maxContent} characters: attach it as a file.`,
      "content"
    )
  }
  const hops = draft.hops ?? 0
  if (hops > mostHops) return yield* refuse("conflict", tooMany)
  const author_id = draft.author_id ?? "local-user"
  const message_id = draft.message_id ?? MessageId.make(yield* shared.random.uuidV7())
  const accept = shared.messages.accept({
    channel_id: channel.channel_id,
    message_id,
    author_id,
    author_name: draft.author_name ?? author_id,
    content,
    kind,
    attachments,
    hops,
    on_behalf: draft.on_behalf === undefined ? authorsOf(subject) : together(authorsOf(subject), draft.on_behalf)
  })
  const more = [
    ...(draft.seen === true ? [shared.marks.advance(channel.channel_id, message_id)] : []),
    ...(alongside === undefined ? [] : [alongside])
  ]
  const { fresh } = yield* more.length > 0
    ? shared.store.transaction(Effect.tap(accept, () => Effect.all(more, { discard: true })))
    : accept
  yield* shared.gate.wake(channel.channel_id)
  return { message_id, fresh }
})

export const note = Effect.fn("Conversations.note")(function* (
  shared: Shared,
  subject: Subject,
  {
    author_id = "local-user",
    author_name = author_id,
    channel_id,
    content,
    message_id
  }: NewMessage & {
    readonly message_id: MessageId
  }
) {
  yield* permitted(shared, subject, "write", channel_id)
  const said = { channel_id, message_id, author_id, author_name, content: content.slice(0, maxContent) }
  yield* shared.store.transaction(
    Effect.andThen(
      shared.messages.note({ ...said, kind: "prompt", attachments: [] }),
      shared.marks.advance(channel_id, message_id)
    )
  )
})

const tooLate = Effect.fnUntraced(function* (shared: Shared, id: ChannelId, message: MessageId) {
  const stored = yield* shared.messages.get(id, message)
  return yield* stored === undefined
    ? refuse("not_found", `There is no message ${message} in ${id}.`)
    : refuse("conflict", `The message ${message} no longer waits: it is ${stored.state}.`)
})

/** Who may not write is told no more; that they tried is written down of a message that is there, never of a made-up id. */
const mayChange = Effect.fnUntraced(function* (shared: Shared, act: Act, id: ChannelId, message: MessageId) {
  const isThere = Effect.map(shared.messages.get(id, message), (stored) => stored !== undefined)
  const writing = permitted(shared, act.actor, "write", id)
  yield* Effect.catchTag(writing, "Denied", (denied) =>
    Effect.flatMap(isThere, (there) => (there ? Effect.fail(denied).pipe(audited(shared, act)) : Effect.fail(denied)))
  )
})

/** Whose message it is may change it without a word; Loop itself tells what a platform told it of them. */
const onWaiting = (
  shared: Shared,
  act: Act,
  id: ChannelId,
  message: MessageId,
  change: Effect.Effect<boolean, StoreError>
) =>
  shared.store.transaction(
    Effect.gen(function* () {
      const authors = yield* shared.messages.askedBy(id, message)
      if (!(yield* change)) return false
      if (act.actor.kind !== "system" && !areOwn(authors, act.actor)) yield* shared.audit.record(act)
      return true
    })
  )

export const edit = Effect.fn("Conversations.editQueued")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  message: MessageId,
  content: string
) {
  const act = { actor: subject, action: "message.edit", target: message, channel_id: id }
  yield* mayChange(shared, act, id, message)
  const text = content.trim()
  if (text === "") return yield* refuse("invalid", "The message is empty: drop it instead.", "content")
  const edited = shared.messages.edit(id, message, text, authorsOf(subject))
  if (!(yield* onWaiting(shared, act, id, message, edited))) return yield* tooLate(shared, id, message)
})

export const drop = Effect.fn("Conversations.dropQueued")(function* (
  shared: Shared,
  subject: Subject,
  id: ChannelId,
  message: MessageId
) {
  const act = { actor: subject, action: "message.drop", target: message, channel_id: id }
  yield* mayChange(shared, act, id, message)
  const dropped = shared.messages.drop(id, message)
  if (!(yield* onWaiting(shared, act, id, message, dropped))) return yield* tooLate(shared, id, message)
})

/** Neither waits nor is at work any more: what it asked for may be asked for again. */
const isOver = ({ state }: Message): boolean => state !== "queued" && state !== "running"

/**
 * The number of the repetition that may begin now: while one waits or is at work there is no other. Ids are made of it, so
 * that of two who ask at once the second changes nothing.
 */
const repetition = Effect.fnUntraced(function* (shared: Shared, id: RunId, { channel_id, message_id }: Message) {
  for (let n = 1; ; n++) {
    const before = yield* shared.messages.get(channel_id, againId(id, n, message_id))
    if (before === undefined) return n
    if (!isOver(before)) return undefined
  }
})

const againId = (run: RunId, n: number, message: MessageId) =>
  MessageId.make(n === 1 ? `again:${run}:${message}` : `again${n}:${run}:${message}`)

const againAlready = "That was tried again already."

export const retry = Effect.fn("Conversations.retry")(function* (
  shared: Shared,
  subject: Subject,
  id: RunId,
  { once = false }: { readonly once?: boolean } = {}
) {
  const run = yield* shared.runs.get(id)
  const authors = yield* shared.messages.authorsOf(id)
  const act = { actor: subject, action: "run.retry", target: id, channel_id: run.channel_id }
  yield* permitted(shared, subject, "write", run.channel_id).pipe(audited(shared, act))
  if (isLive(run.status))
    return yield* refuse("conflict", "The run is still at work: stop it first, or wait for its end.")
  const said = (yield* shared.messages.ofRun(id)).filter(({ is_bot, state }) => !is_bot && state !== "noted")
  const [beginning] = said
  if (beginning === undefined) return yield* refuse("conflict", "The run has no message that could be said again.")
  const n = once ? 1 : yield* repetition(shared, id, beginning)
  if (n === undefined) return yield* refuse("conflict", againAlready)
  const posted: Array<{ readonly message_id: MessageId; readonly fresh: boolean }> = []
  for (const { channel_id, author_id, author_name, content, kind, attachments, message_id } of said) {
    // What a task asked for is asked for by somebody now.
    const asked = kind === "task" ? ("prompt" as const) : kind
    const again = { channel_id, author_id, author_name, content, kind: asked, attachments, on_behalf: authors }
    posted.push(yield* post(shared, subject, { ...again, message_id: againId(id, n, message_id) }))
  }
  yield* shared.messages.unbutton(run.channel_id, ButtonIds.retry(id))
  const [first] = posted
  if (first === undefined || !posted.some(({ fresh }) => fresh)) return yield* refuse("conflict", againAlready)
  if (!areOwn(authors, subject)) yield* shared.audit.record(act)
  return first.message_id
})
