/** Run slots in memory: a sorted waiting line, granted as slots come free or the limit grows. */
import { Cause, Deferred, Effect, Exit, Layer, Stream } from "effect"
import { Settings } from "../services/Settings.ts"
import { Slots } from "../services/Slots.ts"
import { supervise } from "./Supervisor.ts"

interface Waiter {
  readonly order: number
  readonly granted: Deferred.Deferred<void>
}

export const layer = Layer.effect(
  Slots,
  Effect.gen(function* () {
    const settings = yield* Settings
    let limit = (yield* settings.current).max_concurrent_runs
    let used = 0
    let line: ReadonlyArray<Waiter> = []

    const grant = Effect.sync(() => {
      while (used < limit && line.length > 0) {
        const [next, ...rest] = line
        line = rest
        used++
        if (next !== undefined) Deferred.doneUnsafe(next.granted, Effect.void)
      }
    })

    const giveBack = (exit: Exit.Exit<unknown, unknown>) =>
      Effect.suspend(() => {
        used--
        // Interrupted: the supervisor ends, and nothing new begins.
        return Exit.isFailure(exit) && Cause.hasInterrupts(exit.cause) ? Effect.void : grant
      })

    const leave = (waiter: Waiter, exit: Exit.Exit<unknown, unknown>) =>
      Effect.suspend(() => {
        if (!line.includes(waiter)) return giveBack(exit)
        line = line.filter((other) => other !== waiter)
        return Effect.void
      })

    yield* supervise(
      "slots",
      settings.changes.pipe(
        Stream.runForEach((change) => {
          if (change._tag === "Applied") limit = change.config.max_concurrent_runs
          return grant
        })
      )
    )

    return Slots.of({
      take: (order) =>
        Effect.gen(function* () {
          const waiter: Waiter = { order, granted: Deferred.makeUnsafe() }
          // Registered together with its release: an interruption in between would lose a slot.
          yield* Effect.acquireRelease(
            Effect.sync(() => {
              const place = line.findIndex((other) => other.order > order)
              line = place === -1 ? [...line, waiter] : line.toSpliced(place, 0, waiter)
            }),
            (_, exit) => leave(waiter, exit)
          )
          yield* grant
          yield* Deferred.await(waiter.granted)
        }),
      takeFree: Effect.acquireRelease(
        Effect.sync(() => {
          const free = used < limit && line.length === 0
          if (free) used++
          return free
        }),
        (taken, exit) => (taken ? giveBack(exit) : Effect.void)
      ),
      usage: Effect.sync(() => ({ used, waiting: line.length, limit }))
    })
  })
)
