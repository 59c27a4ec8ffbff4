/** `/api/seen`: what whoever asks has read, for unread marks that are the same in all of their windows. */
import { Clock, Effect, Schema } from "effect"
import { readerOf } from "../domain/Subject.ts"
import { instant } from "../domain/Views.ts"
import { Seen } from "../services/Seen.ts"
import { findChannel } from "./Channels.ts"
import { invalidField } from "./Problem.ts"
import { route } from "./Route.ts"
import { Instant } from "./Shapes.ts"

const get = route(
  "GET",
  "/api/seen",
  {
    summary:
      "Until when the holder of the token has read; `channel.seen` tells the same holder that it has moved on, and until when",
    answer: {
      status: 200,
      description: "Instants",
      schema: Schema.Struct({
        everywhere: Schema.NullOr(Instant.annotate({ description: "What is older is read in every channel." })),
        channels: Schema.Record(Schema.String, Instant).annotate({ description: "By the channel's id." })
      })
    }
  },
  function* ({ subject }) {
    const marks = yield* Seen.use((seen) => seen.marks(readerOf(subject)))
    const everywhere = marks.find(({ channel_id }) => channel_id === null)
    return {
      everywhere: everywhere === undefined ? null : instant(everywhere.seen_at),
      channels: Object.fromEntries(
        marks.flatMap(({ channel_id, seen_at }) => (channel_id === null ? [] : [[channel_id, instant(seen_at)]]))
      )
    }
  }
)

const mark = route(
  "POST",
  "/api/seen",
  {
    summary: "Notes that the holder of the token has read a channel (or everything, without one) until an instant",
    body: Schema.Struct({
      channel_id: Schema.optionalKey(Schema.NonEmptyString),
      until: Schema.optionalKey(Instant.annotate({ description: "Now, unless told; never later than now." }))
    }),
    answer: { status: 204, description: "Noted; an earlier instant than the one that is known changes nothing" },
    problems: [404]
  },
  function* ({ subject, body }) {
    const channel = body.channel_id === undefined ? undefined : yield* findChannel(subject, body.channel_id)
    const now = yield* Clock.currentTimeMillis
    const until = body.until === undefined ? now : Date.parse(body.until)
    if (Number.isNaN(until)) return yield* invalidField("until", "is an RFC 3339 instant")
    const seen = { channel_id: channel?.channel_id ?? null, seen_at: Math.min(until, now) }
    yield* Effect.asVoid(Seen.use((all) => all.mark(readerOf(subject), seen)))
    return undefined
  }
)

export const seenRoutes = [get, mark]
