/**
 * Reads what happens on each chat platform, one reader per platform. What happens in a channel is dealt with in order,
 * behind that channel's catching up; commands and clicks wait for nobody.
 */
import { Effect, Layer, Stream } from "effect"
import { supervise } from "../actors/Supervisor.ts"
import * as IntakeText from "../domain/chat/IntakeText.ts"
import type { ChannelId, MessageId } from "../domain/Ids.ts"
import { type ChatEvent, type ChatMessage, type ChatPlatform, ChatPlatforms } from "../services/ChatPlatform.ts"
import type { ConversationError } from "../services/Conversations.ts"
import type { InboxError } from "../services/Inbox.ts"
import { ChatHandlers } from "./ChatHandlers.ts"
import * as Intake from "./Intake.ts"
import * as IntakeCatchUp from "./IntakeCatchUp.ts"
import { persist } from "./IntakeRetry.ts"
import * as Lanes from "./Lanes.ts"

/** Events of one channel that wait at most; what is said beyond is looked up in its history afterwards. */
const laneLength = 200
/** Messages that are looked up then. */
const recovered = 1000

const make = Effect.gen(function* () {
  const handlers = yield* ChatHandlers
  const intake = yield* Intake.make
  const catchUp = yield* IntakeCatchUp.make
  const lanes = yield* Lanes.make
  const scope = yield* Effect.scope
  /** Channels that are caught up as soon as their lane comes to it. */
  const behind = new Set<ChannelId>()
  /** Messages that were told and not judged yet, in their lane; and how many had no place in it. */
  const waiting = new Map<ChannelId, Array<MessageId>>()
  const dropped = new Map<ChannelId, number>()
  const edits = new Map<ChannelId, Map<MessageId, ChatMessage>>()

  const live = (channel: ChannelId): IntakeCatchUp.Live => {
    const [first, ...others] = waiting.get(channel) ?? []
    return { first, count: (first === undefined ? 0 : 1 + others.length) + (dropped.get(channel) ?? 0) }
  }

  /** Stores what can be stored: for as long as that takes. What cannot is logged and `lost`. */
  const settle = (
    what: string,
    effect: Effect.Effect<unknown, ConversationError | InboxError>,
    lost: Effect.Effect<void> = Effect.void
  ) =>
    effect.pipe(
      // A channel that is gone meanwhile, a refusal of the house: nothing is left to be done.
      Effect.catchTag(["ChannelNotFound", "RunNotFound", "Denied", "Refused"], (refusal) =>
        Effect.logDebug(`${what}: ${refusal.message}`)
      ),
      persist,
      Effect.asVoid,
      Effect.catchTag(["StoreError", "InboxError"], (error) =>
        Effect.andThen(Effect.logError(`${what} could not be stored`, error), lost)
      )
    )

  const said = (platform: ChatPlatform, message: ChatMessage) =>
    settle(
      "A message",
      intake.said(platform, message),
      platform
        .deliver(
          message.place.channel_id,
          { content: IntakeText.notStored, replyTo: message.id },
          `n${message.id}`.slice(0, 25)
        )
        .pipe(Effect.catch((failed) => Effect.logWarning("The author of a lost message could not be told", failed)))
    )

  const gone = (channel: ChannelId) => settle("That a channel is gone", intake.gone(channel))

  const catchUpWith = (platform: ChatPlatform, wanted: IntakeCatchUp.Wanted) => {
    const { channel } = wanted
    if (behind.has(channel)) return Effect.void
    behind.add(channel)
    const work = Effect.gen(function* () {
      behind.delete(channel)
      dropped.delete(channel)
      const judge = (message: ChatMessage) => said(platform, message)
      const found = yield* catchUp.channel(platform, wanted, () => live(channel), judge)
      if (found === "gone") yield* gone(channel)
    })
    return lanes.add(
      channel,
      Effect.catch(work, (error) => Effect.logError("A channel could not be caught up", error))
    )
  }

  const connected = Effect.fn("Chat.connected")(function* (platform: ChatPlatform) {
    const { channels, threads } = yield* catchUp.all(platform)
    for (const wanted of channels) yield* catchUpWith(platform, wanted)
    for (const { place, wanted } of threads) {
      yield* lanes.add(place.channel_id, settle("A thread", intake.opened(place)))
      yield* catchUpWith(platform, wanted)
    }
  })

  /** Behind what is in the channel's lane; where that is too long, in its history. */
  const heard = (platform: ChatPlatform, { at, id, place }: ChatMessage, job: Effect.Effect<void>) => {
    const channel = place.channel_id
    if (lanes.length(channel) >= laneLength) {
      dropped.set(channel, (dropped.get(channel) ?? 0) + 1)
      return catchUpWith(platform, { channel, since: at, limit: recovered })
    }
    const ids = waiting.get(channel) ?? []
    ids.push(id)
    waiting.set(channel, ids)
    const judged = Effect.sync(() => {
      ids.shift()
      if (ids.length === 0) waiting.delete(channel)
    })
    return lanes.add(channel, Effect.ensuring(job, judged))
  }

  /** Of each message the last edit, behind what was in the lane when its first one came. */
  const changed = (platform: ChatPlatform, message: ChatMessage) => {
    const { channel_id } = message.place
    const waits = edits.get(channel_id) ?? new Map<MessageId, ChatMessage>()
    const known = waits.has(message.id)
    if (!known && waits.size >= laneLength) {
      return Effect.logWarning("An edit was not looked at: too much waits in its channel")
    }
    waits.set(message.id, message)
    edits.set(channel_id, waits)
    if (known) return Effect.void
    const edit = Effect.suspend(() => {
      const latest = waits.get(message.id) ?? message
      waits.delete(message.id)
      if (waits.size === 0) edits.delete(channel_id)
      return settle("An edit", intake.edited(platform, latest))
    })
    return lanes.add(channel_id, edit)
  }

  const apart = (job: Effect.Effect<void>) =>
    job.pipe(
      Effect.catchCause((cause) => Effect.logError("A command could not be dealt with", cause)),
      Effect.forkIn(scope),
      Effect.asVoid
    )

  const dispatch = (platform: ChatPlatform, event: ChatEvent): Effect.Effect<void> => {
    switch (event._tag) {
      case "Connected":
        return connected(platform).pipe(
          Effect.catch((error) => Effect.logError("Nothing could be caught up", error)),
          Effect.andThen(apart(handlers.onConnected(platform)))
        )
      case "Said":
        return heard(platform, event.message, said(platform, event.message))
      case "Edited":
        return changed(platform, event.message)
      case "Deleted":
        return lanes.add(event.channel_id, settle("A deletion", intake.deleted(event.channel_id, event.ids)))
      case "ThreadOpened":
        return lanes.add(event.place.channel_id, settle("A thread", intake.opened(event.place)))
      case "Renamed":
        return lanes.add(event.channel_id, settle("A name", intake.renamed(event.channel_id, event.name)))
      case "Gone":
        return lanes.add(event.channel_id, gone(event.channel_id))
      case "Command":
        return apart(handlers.onCommand(platform, event))
      case "Completing":
        return apart(handlers.onCompleting(platform, event))
      case "Click":
        return apart(handlers.onClick(platform, event))
    }
  }

  const read = (platform: ChatPlatform) =>
    platform.events.pipe(
      Stream.runForEach((event) => dispatch(platform, event)),
      // Given up by the platform itself: its health says why, and the others go on.
      Effect.andThen(Effect.logWarning(`${platform.name} has been given up until the next start`)),
      Effect.andThen(Effect.never)
    )

  for (const platform of (yield* ChatPlatforms).values()) yield* supervise(`chat:${platform.name}`, read(platform))
})

export const layer = Layer.effectDiscard(make)
