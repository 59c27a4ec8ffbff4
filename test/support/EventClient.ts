/** A client of `/api/events` that reads one event after the other. */
import { Effect } from "effect"
import { Api } from "./Api.ts"

export interface SeenEvent {
  readonly id?: number
  readonly type: string
  readonly at: string
  readonly channel_id: string | null
  readonly run_id?: string
  readonly data: unknown
}

/** Connected when this returns; closed with the scope. */
export const listen = Effect.fnUntraced(function* (query = "", headers: Record<string, string> = {}) {
  const api = yield* Api
  const aborted = new AbortController()
  const response = yield* Effect.acquireRelease(
    Effect.promise(() =>
      fetch(`${api.url}/api/events${query}`, {
        headers: { authorization: `Bearer ${api.token}`, ...headers },
        signal: aborted.signal
      })
    ),
    () => Effect.sync(() => aborted.abort())
  )
  const reader = response.body?.getReader()
  if (reader === undefined) return yield* Effect.die(new Error("the answer has no body"))
  const decoder = new TextDecoder()
  let buffer = ""
  let lastId = ""

  /** The next block of lines; undefined at the end of the stream. */
  const block = async (): Promise<string | undefined> => {
    for (;;) {
      const end = buffer.indexOf("\n\n")
      if (end >= 0) {
        const found = buffer.slice(0, end)
        buffer = buffer.slice(end + 2)
        return found
      }
      const chunk = await reader.read()
      if (chunk.done) return undefined
      buffer += decoder.decode(chunk.value, { stream: true })
    }
  }

  const read = async (): Promise<SeenEvent | undefined> => {
    for (;;) {
      const lines = (await block())?.split("\n")
      if (lines === undefined) return undefined
      const id = lines.find((line) => line.startsWith("id: "))
      if (id !== undefined) lastId = id.slice(4)
      const data = lines.find((line) => line.startsWith("data: "))
      if (data !== undefined) return JSON.parse(data.slice(6)) as SeenEvent
    }
  }

  const next = Effect.flatMap(Effect.promise(read), (event) =>
    event === undefined ? Effect.die(new Error("the stream has ended")) : Effect.succeed(event)
  )
  const until = (type: string): Effect.Effect<SeenEvent> =>
    Effect.flatMap(next, (event) => (event.type === type ? Effect.succeed(event) : until(type)))

  // The opening comment: from here on nothing is missed.
  yield* Effect.promise(block)
  return {
    response,
    next,
    until,
    /** The next lines as they are. */
    block: Effect.map(Effect.promise(block), (lines) => lines ?? "the stream has ended"),
    lastId: () => lastId,
    /** The rest, until the server ends the stream. */
    ended: Effect.promise(async () => {
      while ((await read()) !== undefined);
    }),
    close: Effect.sync(() => aborted.abort())
  }
})
