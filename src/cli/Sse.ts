/** Server-sent events: the body of an answer as events of the server. */
import { Option, Schema, Stream } from "effect"
import { Sse } from "effect/encoding"

/** An event as `/api/events` sends it; `data` depends on the type. */
export const ApiEvent = Schema.Struct({
  id: Schema.optionalKey(Schema.Int),
  type: Schema.String,
  run_id: Schema.optionalKey(Schema.String),
  data: Schema.Unknown
})
export type ApiEvent = typeof ApiEvent.Type

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(ApiEvent))

/** What is no event of ours is passed over. The stream ends when the body ends or breaks. */
export const events = (body: ReadableStream<Uint8Array>): Stream.Stream<ApiEvent> =>
  Stream.suspend(() => {
    let parsed: Array<string> = []
    const parser = Sse.makeParser((event) => {
      if (event._tag === "Event") parsed.push(event.data)
    })
    return Stream.fromReadableStream({ evaluate: () => body, onError: (cause) => cause }).pipe(
      Stream.decodeText,
      Stream.flatMap((text) => {
        parsed = []
        parser.feed(text)
        return Stream.fromIterable(parsed.flatMap((data) => Option.toArray(decode(data))))
      }),
      Stream.catchCause(() => Stream.empty)
    )
  })
