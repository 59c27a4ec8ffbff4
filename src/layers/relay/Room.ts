/** How much of agents' requests the server holds in its memory, over all processes and of each. */
import { Deferred, Effect, Exit, Scope, Semaphore } from "effect"

export interface Bounds {
  /** Megabytes over all processes. A request for which there is no room is refused unread, and tried again by its agent. */
  readonly all: number
  /** Megabytes of one process: what is more waits in its box. */
  readonly each: number
  /** Milliseconds for a request to be read, from its first byte on. */
  readonly reading: number
  /** Open connections of one process, with one request at a time each. */
  readonly connections: number
}

/** Each process may hold two of the largest requests; four such processes fill the room, until they are answered. */
export const usual: Bounds = { all: 280, each: 70, reading: 60_000, connections: 128 }

export const make = (bounds: Bounds) => {
  const all = Semaphore.makeUnsafe(bounds.all)
  let full = false

  /** Said once, until there is room again. */
  const note = (fits: boolean) =>
    Effect.suspend(() => {
      const news = !fits && !full
      full = !fits
      return news
        ? Effect.logWarning(
            "Requests to the model are refused: agents hold as much of the server's memory as they get"
          ).pipe(Effect.annotateLogs({ megabytes: bounds.all }))
        : Effect.void
    })

  /** True: it was taken, until the scope is closed. */
  const take = (megabytes: number, scope: Scope.Scope) =>
    Effect.uninterruptible(
      Effect.flatMap(all.takeIfAvailable(megabytes), (fits) =>
        (fits ? Scope.addFinalizer(scope, all.release(megabytes)) : Effect.void).pipe(
          Effect.andThen(note(fits)),
          Effect.as(fits)
        )
      )
    )

  /** A process's own. */
  const ofProcess = () => {
    const own = Semaphore.makeUnsafe(bounds.each)
    return {
      /**
       * Does the work while so many megabytes are taken, or until it gives them back; false: there was no room for it. What
       * waits for others of its process gives up when its client is gone.
       */
      hold: <E, R>(
        megabytes: number,
        gone: Effect.Effect<void>,
        work: (giveBack: Effect.Effect<void>) => Effect.Effect<void, E, R>
      ): Effect.Effect<boolean, E, R> =>
        Effect.suspend(() => {
          const begun = Deferred.makeUnsafe<void>()
          const held = Effect.acquireUseRelease(
            Scope.make(),
            Effect.fnUntraced(function* (scope) {
              yield* own.takeScoped(megabytes).pipe(Scope.provide(scope))
              yield* Deferred.succeed(begun, undefined)
              const fits = yield* take(megabytes, scope)
              if (fits) yield* work(Scope.close(scope, Exit.void))
              return fits
            }),
            (scope) => Scope.close(scope, Exit.void)
          )
          const left = Effect.raceFirst(Effect.as(Deferred.await(begun), false), Effect.as(gone, true)).pipe(
            Effect.flatMap((waited) => (waited ? Effect.succeed(true) : Effect.never))
          )
          return Effect.raceFirst(held, left)
        })
    }
  }
  return { ...bounds, ofProcess }
}
export type Room = ReturnType<typeof make>
