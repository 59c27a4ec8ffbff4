/**
 * Who watches what. A reader has one latch, which is opened when there may be something new for it; it then looks for
 * itself. Whoever watches one channel is not bothered by the others, of which there may be many.
 */
import { Effect, Latch } from "effect"
import type { ChannelId } from "../../domain/Ids.ts"

interface Place {
  /** The newest committed id that may be of it: a reader that is there already need not look. */
  newest: number
  readonly readers: Set<Latch.Latch>
}

export interface Reader {
  readonly newest: () => number
  /** Waits until there may be something new since the last time. */
  readonly signalled: Effect.Effect<void>
}

/** `newest`: the newest id there is. */
export const make = (newest: number) => {
  const everything: Place = { newest, readers: new Set() }
  const channels = new Map<ChannelId, Place>()

  const signal = ({ readers }: Place) => {
    for (const latch of readers) latch.openUnsafe()
  }

  /** Says that there is something new in these channels: a piece of text, or events up to an id. */
  const tell = (ids: ReadonlySet<ChannelId | null>, newest?: number) => {
    const places = [...ids].flatMap((id) => (id === null ? [] : (channels.get(id) ?? [])))
    for (const place of [everything, ...places]) {
      place.newest = Math.max(place.newest, newest ?? 0)
      signal(place)
    }
  }

  const enter = (channel: ChannelId | undefined, latch: Latch.Latch): Place => {
    const place =
      channel === undefined ? everything : (channels.get(channel) ?? { newest: everything.newest, readers: new Set() })
    if (channel !== undefined) channels.set(channel, place)
    place.readers.add(latch)
    return place
  }

  const leave = (channel: ChannelId | undefined, place: Place, latch: Latch.Latch) => {
    place.readers.delete(latch)
    if (channel !== undefined && place.readers.size === 0) channels.delete(channel)
  }

  /** A reader of one channel or of all, in the caller's scope. */
  const watch = Effect.fnUntraced(function* (channel: ChannelId | undefined) {
    const latch = Latch.makeUnsafe(false)
    const place = yield* Effect.acquireRelease(
      Effect.sync(() => enter(channel, latch)),
      (place) => Effect.sync(() => leave(channel, place, latch))
    )
    const reader: Reader = {
      newest: () => place.newest,
      // Not in the middle of what it is told of: the writer goes on first, and may have more to tell.
      signalled: latch.await.pipe(Effect.andThen(Effect.yieldNow), Effect.andThen(latch.close))
    }
    return reader
  })

  return { tell, watch }
}
