/** One thing after the other within a channel, different channels side by side. */
import { Effect, type Scope } from "effect"
import type { ChannelId } from "../domain/Ids.ts"

export interface Lanes {
  /** Adds to the channel's lane; how many were before it. */
  readonly add: (channel: ChannelId, job: Effect.Effect<void>) => Effect.Effect<void>
  /** How many wait or are at work in the channel's lane. */
  readonly length: (channel: ChannelId) => number
}

/** Lanes in the caller's scope. A job that fails by a defect is logged, and the next one goes on. */
export const make = Effect.gen(function* () {
  const scope = yield* Effect.scope
  const lanes = new Map<ChannelId, Array<Effect.Effect<void>>>()

  const work = Effect.fnUntraced(function* (channel: ChannelId, jobs: Array<Effect.Effect<void>>) {
    for (let job = jobs[0]; job !== undefined; job = jobs[0]) {
      yield* Effect.catchCause(job, (cause) => Effect.logError("A chat event was lost by a defect", cause))
      jobs.shift()
    }
    lanes.delete(channel)
  })

  const add = (channel: ChannelId, job: Effect.Effect<void>) =>
    Effect.suspend(() => {
      const jobs = lanes.get(channel)
      if (jobs !== undefined) {
        jobs.push(job)
        return Effect.void
      }
      const begun = [job]
      lanes.set(channel, begun)
      return work(channel, begun).pipe(Effect.annotateLogs({ channel }), Effect.forkIn(scope), Effect.asVoid)
    })

  const lane: Lanes = { add, length: (channel) => lanes.get(channel)?.length ?? 0 }
  return lane
}) satisfies Effect.Effect<Lanes, never, Scope.Scope>
