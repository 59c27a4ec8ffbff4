/** `/api/events`: what happens, as server-sent events; a client that comes back names the last id it has seen. */
import { Deferred, Effect, Exit, Schema, Scope, Stream } from "effect"
import type { LiveEvent } from "../domain/ChannelEvent.ts"
import { eventView } from "../domain/Views.ts"
import { Authorizer } from "../services/Authorizer.ts"
import { Journal } from "../services/Journal.ts"
import { findChannel } from "./Channels.ts"
import { invalidField } from "./Problem.ts"
import { route } from "./Route.ts"

/** Often enough for proxies that cut quiet connections. */
const heartbeat = "15 seconds"

const frame = (event: LiveEvent): string => {
  const id = "id" in event ? `id: ${event.id}\n` : ""
  return `${id}data: ${JSON.stringify(eventView(event))}\n\n`
}

const opening = "retry: 1000\n: connected\n\n"

const lastEventId = (request: Request) => {
  const header = request.headers.get("last-event-id")
  if (header === null || header === "") return Effect.succeed(undefined)
  return /^\d{1,15}$/.test(header)
    ? Effect.succeed(Number(header))
    : Effect.fail(invalidField("Last-Event-ID", "is no id of an event"))
}

const events = route(
  "GET",
  "/api/events",
  {
    summary: "What happens, live; after `Last-Event-ID` what was missed comes first, then each live run's partial text",
    query: Schema.Struct({ channel_id: Schema.optionalKey(Schema.NonEmptyString) }),
    answer: {
      status: 200,
      description: "Server-sent events, each with an Event as data",
      mediaType: "text/event-stream"
    },
    problems: [404]
  },
  function* ({ subject, query, request, signal }) {
    const after = yield* lastEventId(request)
    const channel = query.channel_id === undefined ? undefined : yield* findChannel(subject, query.channel_id)
    yield* Authorizer.use((authorizer) => authorizer.authorize(subject, "read", channel?.channel_id ?? "*"))
    const headers = {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no"
    }
    if (request.method === "HEAD") return new Response(null, { headers })

    const scope = yield* Scope.make()
    const journal = yield* Journal
    const live = yield* journal
      .subscribe({ ...(channel ? { channel: channel.channel_id } : {}), ...(after === undefined ? {} : { after }) })
      .pipe(
        Scope.provide(scope),
        Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
      )
    const gone = yield* Deferred.make<void>()
    const body = live.pipe(
      Stream.map(frame),
      Stream.catchCause((cause) => Stream.fromEffectDrain(Effect.logWarning("An event stream ended early", cause))),
      Stream.merge(
        Stream.map(Stream.drop(Stream.tick(heartbeat), 1), () => ": \n\n"),
        { haltStrategy: "left" }
      ),
      Stream.prepend([opening]),
      Stream.interruptWhen(Deferred.await(gone)),
      Stream.ensuring(Scope.close(scope, Exit.void)),
      Stream.encodeText
    )
    const end = () => Deferred.doneUnsafe(gone, Exit.void)
    const leaving = signal()
    leaving.addEventListener("abort", end, { once: true })
    if (leaving.aborted) end()
    return new Response(yield* Stream.toReadableStreamEffect(body), { headers })
  }
)

export const eventRoutes = [events]
