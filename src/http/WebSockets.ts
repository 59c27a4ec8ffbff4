/**
 * `/api/ws`: the events of `/api/events`, a text frame each. The next event is taken when the frame before has left this
 * process: what a slow client has not read yet waits in the journal, which keeps nothing per reader.
 */
import { Effect, Schedule, Schema, Stream } from "effect"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import { eventView } from "../domain/Views.ts"
import { unauthorized } from "./Auth.ts"
import * as Feed from "./Feed.ts"
import { Problem } from "./Problem.ts"
import { route } from "./Route.ts"

export const path = "/api/ws"

/** RFC 6455. */
const goingAway = 1001
const tryAgainLater = 1013

const upgradeNeeded = new Problem({
  status: 426,
  code: "upgrade-required",
  title: "Upgrade required",
  detail: "This is a WebSocket: connect with the protocol ws, or read /api/events.",
  headers: { upgrade: "websocket", connection: "upgrade" }
})

const events = route(
  "GET",
  path,
  {
    summary:
      "The events of `/api/events` over WebSocket: a text frame each with an Event as JSON. `last_event_id` replays what was missed since. What the client sends is passed over; one that leaves two pings unanswered is let go",
    query: Schema.Struct({
      ...Feed.FeedQuery.fields,
      last_event_id: Schema.optionalKey(
        Schema.String.annotate({ description: "The last `id` that was seen; as `Last-Event-ID`" })
      )
    }),
    answer: { status: 101, description: "Frames, each with an Event" },
    problems: [404, 426]
  },
  function* (call) {
    const { accept, query, request } = call
    if (accept === undefined) return yield* upgradeNeeded
    // Browsers name the page's origin with each WebSocket; App has checked it. Without one, a cookie proves nothing.
    if (!request.headers.has("authorization") && !request.headers.has("origin")) {
      return yield* unauthorized("Send `Authorization: Bearer <token>`.")
    }
    const after = yield* Feed.eventId("last_event_id", query.last_event_id ?? null)
    accept(yield* Feed.open(call, query.channel_id, after))
    return undefined
  }
)

export const webSocketRoutes = [events]

/** Done when the frame has left this process; also when it could not, which ends the socket. */
const send = (socket: WebSocket, text: string) =>
  Effect.callback<void>((resume) => socket.send(text, () => resume(Effect.void)))

/** A client that has answered neither of two pings is gone, or so slow that it had better come back. */
const watch = (socket: WebSocket) => {
  let unanswered = 0
  socket.on("pong", () => void (unanswered = 0))
  const beat = Effect.sync(() => {
    if (unanswered >= 2) return socket.terminate()
    unanswered += 1
    socket.ping()
  })
  return Effect.repeat(Effect.delay(beat, Feed.heartbeat), Schedule.forever)
}

const tell = (socket: WebSocket, feed: Feed.Feed, stopping: AbortSignal) =>
  Stream.runForEach(feed.events, (event) => send(socket, JSON.stringify(eventView(event)))).pipe(
    Effect.raceFirst(watch(socket)),
    Effect.ensuring(Effect.sync(() => socket.close(stopping.aborted ? goingAway : tryAgainLater)))
  )

/** Makes sockets of connections that the route has accepted. */
export const makeSockets = (fork: (effect: Effect.Effect<void>) => unknown, stopping: AbortSignal) => {
  const server = new WebSocketServer({ noServer: true, maxPayload: 4096, perMessageDeflate: false })
  return {
    take: (request: IncomingMessage, socket: Duplex, head: Buffer, feed: Feed.Feed) => {
      let taken = false
      server.handleUpgrade(request, socket, head, (opened) => {
        taken = true
        opened.on("error", () => opened.terminate())
        fork(tell(opened, feed, stopping))
      })
      // It was no proper handshake, which ws has said.
      if (!taken) fork(feed.close)
    },
    /** Those who have not taken their leave. */
    terminate: () => {
      for (const client of server.clients) client.terminate()
    }
  }
}
