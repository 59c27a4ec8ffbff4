/** Channels whose next process is being started before anybody needs it. */
import { Deferred, Effect, Exit } from "effect"
import type { ChannelId } from "../../domain/Ids.ts"

export const make = () => {
  const starting = new Map<ChannelId, Deferred.Deferred<void>>()
  return {
    has: (channel: ChannelId): boolean => starting.has(channel),
    /** Returns when the channel's start is over, however it ended. */
    over: (channel: ChannelId): Effect.Effect<void> =>
      Effect.suspend(() => {
        const started = starting.get(channel)
        return started === undefined ? Effect.void : Deferred.await(started)
      }),
    during: <A, E, R>(channel: ChannelId, start: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
      Effect.suspend(() => {
        const started = Deferred.makeUnsafe<void>()
        starting.set(channel, started)
        return Effect.ensuring(
          start,
          Effect.sync(() => {
            starting.delete(channel)
            Deferred.doneUnsafe(started, Exit.void)
          })
        )
      })
  }
}
