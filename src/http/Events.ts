/** `/api/events`: what happens, as server-sent events; a client that comes back names the last id it has seen. */
import { Stream } from "effect"
import type { LiveEvent } from "../domain/ChannelEvent.ts"
import { eventView } from "../domain/Views.ts"
import * as Feed from "./Feed.ts"
import { route } from "./Route.ts"

const frame = (event: LiveEvent): string => {
  const id = "id" in event ? `id: ${event.id}\n` : ""
  return `${id}data: ${JSON.stringify(eventView(event))}\n\n`
}

const opening = "retry: 1000\n: connected\n\n"

const events = route(
  "GET",
  "/api/events",
  {
    summary: "What happens, live; after `Last-Event-ID` what was missed comes first, then each live run's partial text",
    query: Feed.FeedQuery,
    headers: { "Last-Event-ID": "The last `id` that was seen" },
    answer: {
      status: 200,
      description: "Server-sent events, each with an Event as data",
      mediaType: "text/event-stream"
    },
    problems: [404]
  },
  function* (call) {
    const { query, request, subject } = call
    const after = yield* Feed.eventId("Last-Event-ID", request.headers.get("last-event-id"))
    const headers = {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no"
    }
    if (request.method === "HEAD") {
      yield* Feed.readable(subject, query.channel_id)
      return new Response(null, { headers })
    }
    const feed = yield* Feed.open(call, query.channel_id, after)
    const body = feed.events.pipe(
      Stream.map(frame),
      Stream.merge(
        Stream.map(Stream.drop(Stream.tick(Feed.heartbeat), 1), () => ": \n\n"),
        { haltStrategy: "left" }
      ),
      Stream.prepend([opening]),
      // Also where nobody has read as far as the events.
      Stream.ensuring(feed.close),
      Stream.encodeText
    )
    return new Response(yield* Stream.toReadableStreamEffect(body), { headers })
  }
)

export const eventRoutes = [events]
