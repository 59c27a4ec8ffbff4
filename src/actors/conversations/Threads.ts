/** Threads: opened on their platform with their first message, their session forked from where they start. */
import { Effect } from "effect"
import * as Naming from "../../domain/chat/Naming.ts"
import type { Channel, ForkPoint } from "../../domain/Channel.ts"
import { mostHops, tooMany } from "../../domain/chat/Hops.ts"
import { MessageId, type ChannelId, type RunId } from "../../domain/Ids.ts"
import type { ChatPlatform } from "../../services/ChatPlatform.ts"
import type { Subject } from "../../services/Tokens.ts"
import { asked, chatOf } from "./Chat.ts"
import { post } from "./Posting.ts"
import { store, storeLocal } from "./Rows.ts"
import { authorOf, permitted, refuse, type Shared } from "./Shared.ts"

export interface ThreadDraft {
  readonly channel_id: ChannelId
  readonly name: string
  readonly message?: string
  readonly author_id?: string
  readonly author_name?: string
  readonly from_message_id?: MessageId
  readonly from_at?: number
  readonly by_run?: RunId
}

/** How far back a message is looked for by its time. */
const lookBack = 500

/** The message as it is stored: a person's under the platform's id, the bot's under one of ours, others by their time. */
const stored = Effect.fnUntraced(function* (shared: Shared, from: Channel, message: MessageId, at: number | undefined) {
  const own = yield* shared.messages.get(from.channel_id, message)
  if (own !== undefined) return own
  const said = yield* shared.outbox.saidAs(from.channel_id, message)
  if (said !== undefined) return yield* shared.messages.get(from.channel_id, said)
  if (at === undefined) return undefined
  const last = yield* shared.messages.list(from.channel_id, { limit: lookBack })
  return last.find(({ created_at }) => created_at <= at)
})

/** Where the new thread's session starts: at the named message, else where the parent stands now. */
export const forkPoint = Effect.fnUntraced(function* (
  shared: Shared,
  from: Channel,
  message: MessageId | undefined,
  at?: number
) {
  if (message !== undefined) {
    const known = yield* stored(shared, from, message, at)
    if (known === undefined && at === undefined) {
      return yield* refuse("not_found", `There is no message ${message} in ${from.channel_id}.`, "from_message_id")
    }
    const point = known && (yield* shared.messages.forkPoint(from.channel_id, known.message_id))
    if (point !== undefined) return point
  }
  const { session_id, last_message_uuid: message_uuid, fork_from } = from
  return session_id === null ? fork_from : ({ session_id, message_uuid } satisfies ForkPoint)
})

/** On the message it starts at, where that is the channel's own and has no thread yet; else beside it. */
const open = Effect.fnUntraced(function* (
  shared: Shared,
  chat: ChatPlatform,
  from: Channel,
  parent: Channel,
  { from_message_id: message, name }: ThreadDraft
) {
  const alone = chat.makeThread(parent.channel_id, { name })
  if (message === undefined || from.channel_id !== parent.channel_id) return yield* asked(chat, alone)
  const there = MessageId.make((yield* shared.outbox.platformIdOf(from.channel_id, message)) ?? message)
  return yield* asked(
    chat,
    Effect.catchTag(chat.makeThread(parent.channel_id, { name, from: there }), "DeliveryFailed", (failed) =>
      failed.outcome === "gone" ? alone : Effect.fail(failed)
    )
  )
})

const authorFor = (subject: Subject, { author_id, author_name }: ThreadDraft) =>
  author_id === undefined ? authorOf(subject) : { author_id, ...(author_name !== undefined && { author_name }) }

/** Shown and, where there is a message, given to the agent: in one transaction, so that neither is there without the other. */
const openWith = Effect.fnUntraced(function* (
  shared: Shared,
  subject: Subject,
  chat: ChatPlatform,
  thread: Channel,
  draft: ThreadDraft,
  hops: number
) {
  const author = authorFor(subject, draft)
  const { prompt, shown } = Naming.opening(draft.message, yield* chat.self, author.author_id)
  const { channel_id } = thread
  const show = shared.messages.say({ channel_id, run_id: null, key: `opening:${channel_id}`, content: shown })
  if (prompt === undefined) yield* show
  else yield* post(shared, subject, { channel_id, content: prompt, hops, ...author }, show)
})

export const createThread = Effect.fn("Conversations.createThread")(function* (
  shared: Shared,
  subject: Subject,
  draft: ThreadDraft
) {
  const from = yield* permitted(shared, subject, "write", draft.channel_id)
  const parent = yield* shared.channels.root(from)
  // A sibling is the channel's: whoever has a thread alone may not open more of them.
  if (parent.channel_id !== from.channel_id) yield* shared.authorizer.authorize(subject, "write", parent.channel_id)
  const name = draft.name.trim()
  if (name === "") return yield* refuse("invalid", "Give the thread a name.", "name")
  // What an agent gives to the agent of a thread counts as said to itself.
  const hops = draft.by_run === undefined ? 0 : yield* shared.messages.hopsAfter(draft.by_run)
  if (draft.message !== undefined && hops > mostHops) return yield* refuse("conflict", tooMany)
  const chat = yield* chatOf(shared, parent.platform)
  const fork_from = yield* forkPoint(shared, from, draft.from_message_id, draft.from_at)
  const row = {
    platform: parent.platform,
    name,
    parent_id: parent.channel_id,
    ...(fork_from !== null && { fork_from })
  }
  if (chat === undefined) {
    const thread = yield* storeLocal(shared, row)
    if (draft.message !== undefined) {
      const said = { channel_id: thread.channel_id, content: draft.message, hops }
      yield* post(shared, subject, { ...said, ...authorFor(subject, draft) })
    }
    return thread
  }
  const place = yield* open(shared, chat, from, parent, { ...draft, name: Naming.ofThread(name) })
  const thread = yield* store(shared, { ...row, channel_id: place.channel_id, name: place.name ?? name })
  yield* openWith(shared, subject, chat, thread, draft, hops)
  return thread
})
