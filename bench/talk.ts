/** Talking in a channel of the real program as its page does: says something over HTTP, watches the events of the channel. */
import { Deferred, Effect, Stream } from "effect"
import { type ApiEvent, events } from "../src/cli/Sse.ts"
import type { Server } from "./server.ts"

interface Waiter {
  readonly is: (event: ApiEvent) => boolean
  readonly found: Deferred.Deferred<number>
}

/** A new channel. */
export const channel = Effect.fnUntraced(function* (server: Server) {
  const made = yield* server.call("POST", "/api/channels/create", { name: "bench" })
  const id = encodeURIComponent(String(made?.["channel_id"]))
  const waiters = new Set<Waiter>()

  const aborted = new AbortController()
  yield* Effect.addFinalizer(() => Effect.sync(() => aborted.abort()))
  const response = yield* Effect.promise(() =>
    fetch(`${server.url}/api/events?channel_id=${id}`, {
      headers: { authorization: `Bearer ${server.token}` },
      signal: aborted.signal
    })
  )
  if (response.body === null) return yield* Effect.die("an event stream has a body")
  yield* events(response.body).pipe(
    Stream.runForEach((event) =>
      Effect.sync(() => {
        for (const waiter of waiters) {
          if (!waiter.is(event)) continue
          waiters.delete(waiter)
          Deferred.doneUnsafe(waiter.found, Effect.succeed(performance.now()))
        }
      })
    ),
    Effect.forkScoped({ startImmediately: true })
  )

  /** The moment at which a fitting event arrives, from now on. */
  const next = (is: (event: ApiEvent) => boolean) =>
    Effect.sync(() => {
      const found = Deferred.makeUnsafe<number>()
      waiters.add({ is, found })
      return Deferred.await(found)
    })

  const say = (content: string) => server.call("POST", `/api/channels/${id}/messages`, { content })

  return {
    next,
    say,
    /** Says something; milliseconds until its run has ended. */
    turn: Effect.fnUntraced(function* (content: string) {
      const ended = yield* next(({ type }) => type === "run.ended")
      const at = performance.now()
      yield* say(content)
      return (yield* ended) - at
    }),
    stop: server.call("POST", `/api/channels/${id}/stop`),
    reset: server.call("POST", `/api/channels/${id}/reset`)
  }
})
