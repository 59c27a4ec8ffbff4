/** How much of agents' requests the server holds in its memory, over all processes and of each. */
import { Effect, Option, Semaphore } from "effect"

export interface Bounds {
  /** Megabytes over all processes. A request for which there is no room is refused unread, and tried again by its agent. */
  readonly all: number
  /** Megabytes of one process: what is more waits in its box. */
  readonly each: number
  /** Milliseconds for a request to be read, from its first byte on. */
  readonly reading: number
  /** Open connections of one process. */
  readonly connections: number
}

/** Each process may hold two of the largest requests; four such processes fill the room. */
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

  /** A process's own. `hold` does the work while so many megabytes are taken; false: there was no room for it. */
  const ofProcess = () => {
    const own = Semaphore.makeUnsafe(bounds.each)
    return {
      hold: <E, R>(megabytes: number, work: Effect.Effect<void, E, R>): Effect.Effect<boolean, E, R> =>
        all
          .withPermitsIfAvailable(megabytes)(Effect.andThen(note(true), work))
          .pipe(
            Effect.map(Option.isSome),
            Effect.tap((fits) => (fits ? Effect.void : note(false))),
            own.withPermits(megabytes)
          )
    }
  }
  return { ...bounds, ofProcess }
}
export type Room = ReturnType<typeof make>
