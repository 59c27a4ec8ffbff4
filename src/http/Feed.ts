/** What happens, for one listener: the same for every way of telling it. */
import { Deferred, Effect, Exit, Schema, Scope, Stream } from "effect"
import type { LiveEvent } from "../domain/ChannelEvent.ts"
import { readerOf, type Subject } from "../domain/Subject.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Journal } from "../services/Journal.ts"
import { ScopedTokens } from "../services/ScopedTokens.ts"
import { Tokens } from "../services/Tokens.ts"
import { authenticate } from "./Auth.ts"
import { findChannel } from "./Channels.ts"
import { invalidField } from "./Problem.ts"
import type { Incoming } from "./Route.ts"

/** Often enough for proxies that cut quiet connections. */
export const heartbeat = "15 seconds"

export const FeedQuery = Schema.Struct({
  channel_id: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "Of this channel alone" }))
})

export interface Feed {
  /** Ends when the listener has gone or its token is not good any more, the server stops or storage fails; `close` has been called then. */
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

/** Where an event happened: of one about a channel that is gone by now, the channel and what it hung in; else everywhere. */
const placesOf = ({ channel_id, data }: LiveEvent): ReadonlyArray<string> => {
  if (channel_id !== null) return [channel_id]
  if (typeof data !== "object" || data === null) return ["*"]
  const named = ["channel_id", "parent_id"].flatMap((key) => {
    const id: unknown = Reflect.get(data, key)
    return typeof id === "string" ? [id] : []
  })
  return named.length === 0 ? ["*"] : named
}

/** What somebody has read is nobody else's business. */
const isOf = (reader: string, { data }: LiveEvent) =>
  typeof data === "object" && data !== null && Reflect.get(data, "reader") === reader

/** Asked of each event anew: a scope reaches threads that are opened later. */
const isVisible = Effect.fnUntraced(function* (authorizer: Authorizer["Service"], subject: Subject, event: LiveEvent) {
  if (event.type === "reset") return true
  if (event.type === "channel.seen") {
    if (!isOf(readerOf(subject), event)) return false
    if (event.channel_id === null) return true
  }
  for (const place of placesOf(event)) {
    const may = authorizer.authorize(subject, "read", place).pipe(
      Effect.as(true),
      Effect.catchTag("Denied", () => Effect.succeed(false))
    )
    if (yield* may) return true
  }
  return false
})

export type Listener = Incoming & { readonly subject: Subject }

/** Returns when the listener's token is not good any more: at once where it is revoked or replaced, else as soon as it is noticed. */
const outdated = Effect.fnUntraced(function* ({ port, request, subject }: Listener) {
  const again = authenticate(request, port)
  const noticed = Effect.forever(Effect.delay(again, heartbeat))
  // A page's session, whosever, is signed with the owner's token.
  const replaced = Tokens.use((tokens) => Stream.runForEach(tokens.changes, () => again))
  const revoked = ScopedTokens.use((tokens) =>
    subject.kind === "token" ? tokens.ended(subject.token_id) : Effect.never
  )
  yield* Effect.ignore(Effect.raceFirst(noticed, Effect.raceFirst(replaced, revoked)), { log: "Debug" })
})

/** The channel that is meant, where the subject may read what is asked for. */
export const readable = Effect.fnUntraced(function* (subject: Subject, id: string | undefined) {
  const channel = id === undefined ? undefined : yield* findChannel(subject, id)
  if (channel !== undefined) {
    yield* Authorizer.use((authorizer) => authorizer.authorize(subject, "read", channel.channel_id))
  }
  return channel?.channel_id
})

/** Subscribed when this returns: what happens from now on is told, after what was missed since the event `after`. */
export const open = Effect.fnUntraced(function* (
  listener: Listener,
  channel: string | undefined,
  after: number | undefined
) {
  const { port, request, signal, subject } = listener
  const id = yield* readable(subject, channel)
  const authorizer = yield* Authorizer
  const services = yield* Effect.context<Tokens | ScopedTokens>()
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
  const gone = signal()
  gone.addEventListener("abort", end, { once: true })
  if (gone.aborted) end()
  const close = Scope.close(scope, Exit.void)
  // Nothing is told on a token that has been replaced or revoked meanwhile.
  const good = Effect.provide(authenticate(request, port), services)
  const events = live.pipe(
    Stream.filterEffect((event) => isVisible(authorizer, subject, event)),
    Stream.tap(() => good),
    Stream.catchTag("Problem", () => Stream.empty),
    Stream.catchCause((cause) => Stream.fromEffectDrain(Effect.logWarning("An event stream ended early", cause))),
    Stream.interruptWhen(Effect.raceFirst(Deferred.await(ended), Effect.provide(outdated(listener), services))),
    Stream.ensuring(close)
  )
  return { events, close } satisfies Feed
})
