/**
 * A scripted Messages API for tests and measurements: what it answers is written in the prompt (`src/layers/demo`),
 * what it was asked is recorded, and an answer can be held at a point and released.
 */
import { Deferred, Effect, Option } from "effect"
import { type Reply } from "../../src/layers/demo/ScriptedModel.ts"
import { listen, type Point, type Received } from "../../src/layers/demo/ScriptedServer.ts"

/** An answer that waits. */
export interface Gate {
  /** Waits until an answer has come to the gate; gives its request. */
  readonly reached: Effect.Effect<Received>
  /** Lets it pass, and all that come later. */
  readonly release: Effect.Effect<void>
}

export interface MessagesApi {
  readonly url: string
  /** Every request so far, in order. */
  readonly requests: ReadonlyArray<Received>
  /** Those that are being answered now. */
  readonly open: () => ReadonlyArray<Received>
  /** Waits until a request matches, also one that is already there. */
  readonly awaitRequest: (matches: (request: Received) => boolean) => Effect.Effect<Received>
  /** Holds answers whose prompt contains the text. */
  readonly hold: (point: Point, promptContains?: string) => Effect.Effect<Gate>
  /** Answers matching requests in the script's place, for ever. */
  readonly respond: (with_: (request: Received) => Reply | undefined) => void
}

interface Held {
  readonly point: Point
  readonly promptContains: string
  readonly reached: Deferred.Deferred<Received>
  readonly released: Deferred.Deferred<void>
}

interface Waiter {
  readonly matches: (request: Received) => boolean
  readonly found: Deferred.Deferred<Received>
}

/** Starts one on a free loopback port, or on a Unix socket; it ends with the scope. */
export const make = Effect.fn("MessagesApi.make")(function* (
  options: { readonly socketPath?: string; readonly port?: number; readonly pace?: number } = {}
) {
  const requests: Array<Received> = []
  const open = new Set<Received>()
  const gates: Array<Held> = []
  const waiters: Array<Waiter> = []
  const answers: Array<(request: Received) => Reply | undefined> = []

  const url = yield* listen(
    options.socketPath === undefined ? { port: options.port ?? 0 } : { socketPath: options.socketPath },
    {
      pace: options.pace ?? 0,
      received: (request) =>
        Effect.withFiber((answering) => {
          requests.push(request)
          open.add(request)
          answering.addObserver(() => void open.delete(request))
          for (const waiter of waiters) {
            if (waiter.matches(request)) Deferred.doneUnsafe(waiter.found, Effect.succeed(request))
          }
          const instead = answers.map((answer) => answer(request)).find((reply) => reply !== undefined)
          return Effect.succeed(Option.fromNullishOr(instead))
        }),
      reached: (point, request) =>
        Effect.forEach(
          gates.filter((gate) => gate.point === point && request.prompt.includes(gate.promptContains)),
          (gate) => Deferred.succeed(gate.reached, request).pipe(Effect.andThen(Deferred.await(gate.released))),
          { discard: true }
        )
    }
  )

  const api: MessagesApi = {
    url,
    requests,
    open: () => [...open],
    awaitRequest: (matches) =>
      Effect.suspend(() => {
        const present = requests.find(matches)
        if (present !== undefined) return Effect.succeed(present)
        const found = Deferred.makeUnsafe<Received>()
        waiters.push({ matches, found })
        return Deferred.await(found)
      }),
    hold: (point, promptContains = "") =>
      Effect.sync(() => {
        const reached = Deferred.makeUnsafe<Received>()
        const released = Deferred.makeUnsafe<void>()
        gates.push({ point, promptContains, reached, released })
        return {
          reached: Deferred.await(reached),
          release: Effect.asVoid(Deferred.succeed(released, undefined))
        }
      }),
    respond: (with_) => void answers.push(with_)
  }
  return api
})
