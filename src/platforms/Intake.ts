/**
 * What happens on a chat platform, judged and handed over: a message that calls Loop is stored once, whoever may not call
 * leaves no trace, and the rest moves the channel's read mark. Failures of storage are the caller's to try again.
 */
import { Effect } from "effect"
import type { Channel } from "../domain/Channel.ts"
import * as IntakeText from "../domain/chat/IntakeText.ts"
import { calls, textOf } from "../domain/chat/Trigger.ts"
import type { ChannelId, MessageId } from "../domain/Ids.ts"
import type { Subject } from "../domain/Subject.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Channels } from "../services/Channels.ts"
import type { ChatMessage, ChatPlatform, Place } from "../services/ChatPlatform.ts"
import { Conversations } from "../services/Conversations.ts"
import { Messages } from "../services/Messages.ts"
import { ReadMarks } from "../services/ReadMarks.ts"
import { Runs } from "../services/Runs.ts"
import { Settings } from "../services/Settings.ts"
import * as IntakeFiles from "./IntakeFiles.ts"
import * as IntakeHints from "./IntakeHints.ts"
import * as Strangers from "./Strangers.ts"
import { subjectOf, system } from "./Subject.ts"

export const make = Effect.gen(function* () {
  const authorizer = yield* Authorizer
  const channels = yield* Channels
  const conversations = yield* Conversations
  const marks = yield* ReadMarks
  const messages = yield* Messages
  const runs = yield* Runs
  const settings = yield* Settings
  const keepFiles = yield* IntakeFiles.make
  const hint = yield* IntakeHints.make
  const stranger = yield* Strangers.make

  const active = (id: ChannelId) =>
    channels.get(id).pipe(
      Effect.map((channel) => (channel.active ? channel : undefined)),
      Effect.catchTag("ChannelNotFound", () => Effect.undefined)
    )

  /** The channel's row; of a thread that is new here, one is made where its channel is active. */
  const channelOf = Effect.fnUntraced(function* (place: Place) {
    const known = yield* active(place.channel_id)
    if (known !== undefined || place.parent === null) return known
    if ((yield* active(place.parent.channel_id)) === undefined) return undefined
    return yield* conversations.meet(system, place)
  })

  const judged = ({ id, place }: ChatMessage) => marks.advance(place.channel_id, id)

  /** Said as often as the message is told of, heard once. */
  const say = ({ channel_id }: Channel, { id }: ChatMessage, what: "files" | "refused", content: string) =>
    messages.say({ channel_id, run_id: null, key: `${what}:${channel_id}:${id}`, content })

  /** What the bot has said asks with the rights of those for whom its run works. */
  const subjectFor = Effect.fnUntraced(function* (platform: ChatPlatform, message: ChatMessage) {
    const { author, content, id, own, place } = message
    if (!own) return subjectOf(platform, author)
    const run_id = yield* messages.runBehind(place.channel_id, id, content)
    if (run_id === undefined) return system
    const run = yield* Effect.catchTag(runs.get(run_id), "RunNotFound", () => Effect.undefined)
    const channel_id = run?.channel_id ?? place.channel_id
    return { kind: "run", run_id, channel_id, authors: yield* messages.authorsOf(run_id) } satisfies Subject
  })

  const may = (subject: Subject, { place }: ChatMessage) =>
    authorizer.authorize(subject, "write", place.channel_id, place.parent?.channel_id).pipe(
      Effect.as(true),
      Effect.catchTag("Denied", () => Effect.succeed(false))
    )

  const mayWrite = (platform: ChatPlatform, message: ChatMessage) =>
    Effect.flatMap(subjectFor(platform, message), (subject) => may(subject, message))

  const overheard = Effect.fnUntraced(function* (platform: ChatPlatform, message: ChatMessage, bot: string) {
    const channel = yield* channelOf(message.place)
    if (channel === undefined) return
    const content = textOf(message, bot)
    const kept =
      (yield* settings.current).keep_untriggered &&
      !message.own &&
      content !== "" &&
      (yield* mayWrite(platform, message))
    if (!kept) return yield* judged(message)
    const { author, id: message_id } = message
    yield* conversations.note(yield* subjectFor(platform, message), {
      channel_id: channel.channel_id,
      message_id,
      content,
      author_id: author.id,
      author_name: author.name
    })
  })

  const called = Effect.fnUntraced(function* (platform: ChatPlatform, message: ChatMessage, bot: string, hops: number) {
    const { author, id: message_id, place } = message
    const subject = yield* subjectFor(platform, message)
    if (!(yield* may(subject, message))) {
      if (!message.own && (yield* stranger(message))) yield* hint(platform, message)
      return yield* judged(message)
    }
    const channel = (yield* channelOf(place)) ?? (yield* conversations.meet(subject, place))
    const { channel_id } = channel
    if ((yield* messages.get(channel_id, message_id)) !== undefined) return yield* judged(message)
    const { attachments, refusals } = yield* keepFiles(channel, message)
    const content = textOf(message, bot)
    const empty = content === "" && attachments.length === 0
    if (refusals.length > 0) yield* say(channel, message, "files", refusals.join("\n"))
    else if (empty) yield* say(channel, message, "refused", IntakeText.emptyCall)
    if (empty) return yield* judged(message)
    const said = { channel_id, message_id, content, author_id: author.id, author_name: author.name, attachments, hops }
    yield* conversations
      .post(subject, { ...said, seen: true })
      .pipe(
        Effect.catchTag("Refused", (refused) =>
          Effect.andThen(say(channel, message, "refused", refused.message), judged(message))
        )
      )
  })

  /** Undefined for what we said but no agent did: a status, a card, an answer to a command, which may quote our mention. */
  const hopsOf = ({ content, id, own, place }: ChatMessage) =>
    own ? messages.hopsOf(place.channel_id, id, content) : Effect.succeed(0)

  const said = Effect.fn("Intake.said")(function* (platform: ChatPlatform, message: ChatMessage) {
    const bot = (yield* platform.self).id
    const { direct, ours } = message.place
    const heard = { ...message, direct, ours }
    const hops = calls(heard, bot) ? yield* hopsOf(message) : undefined
    yield* hops === undefined ? overheard(platform, message, bot) : called(platform, message, bot, hops)
  })

  /** Taken by whomever it was that wrote it, as far as it waits still; later it changes nothing. */
  const edited = Effect.fn("Intake.edited")(function* (platform: ChatPlatform, message: ChatMessage) {
    const { id, place } = message
    const stored = yield* messages.get(place.channel_id, id)
    if (stored === undefined || stored.is_bot) return
    const content = textOf(message, (yield* platform.self).id)
    if (content === "" || content === stored.content || !(yield* mayWrite(platform, message))) return
    yield* Effect.catchTag(
      conversations.editQueued(yield* subjectFor(platform, message), place.channel_id, id, content),
      "Refused",
      ({ message: why }) => Effect.logDebug(`An edit came too late: ${why}`)
    )
  })

  const deleted = Effect.fn("Intake.deleted")(function* (channel: ChannelId, ids: ReadonlyArray<MessageId>) {
    for (const id of ids) {
      yield* Effect.catchTag(conversations.dropQueued(system, channel, id), "Refused", () => Effect.void)
    }
  })

  const opened = Effect.fn("Intake.opened")((place: Place) => channelOf(place))

  const renamed = Effect.fn("Intake.renamed")(function* (channel_id: ChannelId, name: string) {
    if (name.trim() === "" || (yield* active(channel_id)) === undefined) return
    yield* conversations.meet(system, { channel_id, name, parent: null, direct: false })
  })

  const gone = Effect.fn("Intake.gone")((channel: ChannelId) => conversations.remove(system, channel, { gone: true }))

  return { said, edited, deleted, opened, renamed, gone }
})

export type Intake = Effect.Success<typeof make>
