/** What happens, for one listener: the same for every way of telling it. */
import { Deferred, Effect, Exit, Schema, Scope, Stream } from "effect"
import type { LiveEvent } from "../domain/ChannelEvent.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Journal } from "../services/Journal.ts"
import type { Subject } from "../services/Tokens.ts"
import { findChannel } from "./Channels.ts"
import { invalidField } from "./Problem.ts"

/** Often enough for proxies that cut quiet connections. */
export const heartbeat = "15 seconds"

export const FeedQuery = Schema.Struct({
  channel_id: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "Of this channel alone" }))
})

export interface Feed {
  /** Ends when the listener has gone, the server stops or storage fails; `close` has been called then. */
  readonly events: Stream.Stream<LiveEvent>
  /** For events that nobody will take. */
  readonly close: Effect.Effect<void>
}

/** The id of an event as a header or a parameter names it; undefined where it is not there. */
export const eventId = (name: string, text: string | null) => {
  if (text === null || text === "") return Effect.succeed(undefined)
  return /^\d{1,15}$/.test(text)
    ? Effect.succeed(Number(text))
    : Effect.fail(invalidField(name, "is no id of an event"))
}

/** The channel that is meant, where the subject may read what is asked for. */
export const readable = Effect.fnUntraced(function* (subject: Subject, id: string | undefined) {
  const channel = id === undefined ? undefined : yield* findChannel(subject, id)
  yield* Authorizer.use((authorizer) => authorizer.authorize(subject, "read", channel?.channel_id ?? "*"))
  return channel?.channel_id
})

/** Subscribed when this returns: what happens from now on is told, after what was missed since the event `after`. */
export const open = Effect.fnUntraced(function* (
  channel: string | undefined,
  subject: Subject,
  after: number | undefined,
  gone: AbortSignal
) {
  const id = yield* readable(subject, channel)
  const scope = yield* Scope.make()
  const journal = yield* Journal
  const live = yield* journal
    .subscribe({ ...(id === undefined ? {} : { channel: id }), ...(after === undefined ? {} : { after }) })
    .pipe(
      Scope.provide(scope),
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
    )
  const ended = yield* Deferred.make<void>()
  const end = () => Deferred.doneUnsafe(ended, Exit.void)
  gone.addEventListener("abort", end, { once: true })
  if (gone.aborted) end()
  const close = Scope.close(scope, Exit.void)
  const events = live.pipe(
    Stream.catchCause((cause) => Stream.fromEffectDrain(Effect.logWarning("An event stream ended early", cause))),
    Stream.interruptWhen(Deferred.await(ended)),
    Stream.ensuring(close)
  )
  return { events, close } satisfies Feed
})
