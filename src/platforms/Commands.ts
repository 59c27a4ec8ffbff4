/** Commands of chat platforms: each is carried out by `Conversations` and answered through its own `Reply`. */
import { Effect } from "effect"
import * as Catalogue from "../domain/chat/Catalogue.ts"
import { mostParts } from "../domain/chat/Dress.ts"
import * as ReplyText from "../domain/chat/ReplyText.ts"
import { discordLimit, split } from "../domain/chat/Split.ts"
import { textOf } from "../domain/chat/Trigger.ts"
import type { ChannelId } from "../domain/Ids.ts"
import type { ChatEvent, ChatMessage, ChatPlatform, ChatPost, Reply } from "../services/ChatPlatform.ts"
import { type CommandAnswer, Conversations } from "../services/Conversations.ts"
import type { Subject } from "../services/Tokens.ts"
import * as IntakeFiles from "./IntakeFiles.ts"
import * as Refusals from "./Refusals.ts"
import { subjectOf } from "./Subject.ts"

type Event = Extract<ChatEvent, { readonly _tag: "Command" }>

/** A text of too many parts becomes a file. */
const postOf = (command: string, { file, text }: CommandAnswer): ChatPost => {
  const files = file === undefined ? [] : [file]
  if (split(text, discordLimit).length <= mostParts) return { content: text, ...(files.length > 0 && { files }) }
  const name = `${command}.md`
  return { content: ReplyText.tooLong(name), files: [{ name, data: new TextEncoder().encode(text) }, ...files] }
}

/** How Discord mentions a channel. */
const mention = (id: ChannelId): string => `<#${id.slice(id.indexOf(":") + 1)}>`

/** That the answer did not arrive undoes nothing. */
const say = (reply: Reply, post: ChatPost, hidden = false) =>
  Effect.catch(reply.say(post, { private: hidden }), (failed) =>
    Effect.logWarning("The answer to a command could not be said", failed)
  )

export const make = Effect.gen(function* () {
  const conversations = yield* Conversations
  const keepFiles = yield* IntakeFiles.make
  const answered = yield* Refusals.make

  /** "Ask Loop": the message becomes a prompt of whoever chose it; one that Loop has read already is asked anew. */
  const ask = Effect.fnUntraced(function* (
    platform: ChatPlatform,
    subject: Subject,
    { person, place, reply }: Event,
    message: ChatMessage
  ) {
    const channel = yield* conversations.meet(subject, place)
    const content = textOf(message, (yield* platform.self).id)
    const { attachments, refusals } = yield* keepFiles(channel, message)
    if (content === "" && attachments.length === 0) {
      return yield* say(reply, { content: [...refusals, ReplyText.nothingToAsk].join("\n") }, true)
    }
    const { channel_id } = channel
    const draft = { channel_id, content, attachments, author_id: person.id, author_name: person.name }
    const { fresh } = yield* conversations.post(subject, { ...draft, message_id: message.id })
    if (!fresh) yield* conversations.post(subject, draft)
    yield* say(reply, { content: [...refusals, ReplyText.asked(content)].join("\n") })
  })

  /** "Fork here": a thread on the message, whose session goes on from there. */
  const fork = Effect.fnUntraced(function* (subject: Subject, { place, reply }: Event, message: ChatMessage) {
    const { channel_id } = yield* conversations.meet(subject, place)
    const thread = yield* conversations.createThread(subject, {
      channel_id,
      name: ReplyText.forkName(message.content),
      from_message_id: message.id,
      from_at: message.at
    })
    yield* say(reply, { content: ReplyText.forked(mention(thread.channel_id)) })
  })

  const onMessage = Effect.fnUntraced(function* (platform: ChatPlatform, subject: Subject, event: Event) {
    const { name, reply, target } = event
    if (target === null) return yield* say(reply, { content: ReplyText.messageGone }, true)
    yield* name === "ask" ? ask(platform, subject, event, target) : fork(subject, event, target)
  })

  /** A channel becomes known by the first command of somebody who may write there; a claim needs no channel. */
  const inChannel = Effect.fnUntraced(function* (subject: Subject, { name, options, place, reply }: Event) {
    if (!Catalogue.forEverybody.has(name)) yield* conversations.meet(subject, place)
    const answer = yield* conversations.command(subject, place.channel_id, name, options)
    yield* say(reply, postOf(name, answer), answer.private)
  })

  return Effect.fn("Chat.command")((platform: ChatPlatform, event: Event) => {
    const subject = subjectOf(platform, event.person)
    const onOne = Catalogue.onMessages.some(({ name }) => name === event.name)
    return answered(event.reply, onOne ? onMessage(platform, subject, event) : inChannel(subject, event))
  })
})
