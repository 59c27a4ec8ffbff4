/** A run's slot and its clock: both are given up while a person is waited for. */
import { Clock, Effect, Exit, Fiber, Scope } from "effect"
import { waitedMs } from "../../domain/Approval.ts"
import type { StoreError } from "../../services/Store.ts"
import { tell, type Job } from "./Job.ts"
import type { World } from "./World.ts"

/** A run that was taken over late still has this long to finish. */
const leastMs = 60_000

/** A held slot; closing it gives it back. */
export type Slot = Scope.Closeable

export interface Pause {
  /** Waits for a slot (visibly) and holds it; nothing to do where it is held already. */
  readonly takeSlot: Effect.Effect<void>
  readonly releaseSlot: Effect.Effect<void>
  readonly startClock: Effect.Effect<void>
  readonly stopClock: Effect.Effect<void>
  /** The held slot, from now on somebody else's. */
  readonly handOver: () => Slot | undefined
}

export const make = Effect.fnUntraced(function* (
  world: World,
  job: Job,
  workScope: Scope.Scope,
  given: Slot | undefined
): Effect.fn.Return<Pause, StoreError> {
  const timeoutMs = job.effective.timeoutSec * 1000
  const now = yield* Clock.currentTimeMillis
  const waited = waitedMs(yield* world.requests.approvals(job.run.run_id), now)
  let left = Math.max(leastMs, timeoutMs - (now - job.run.started_at - waited))
  if (left > timeoutMs) left = timeoutMs
  let slot = given
  let clock: { readonly since: number; readonly fiber: Fiber.Fiber<void> } | undefined

  const releaseSlot = Effect.suspend(() => {
    const held = slot
    slot = undefined
    return held === undefined ? Effect.void : Scope.close(held, Exit.void)
  })

  return {
    handOver: () => {
      const held = slot
      slot = undefined
      return held
    },
    takeSlot: Effect.gen(function* () {
      if (slot !== undefined) return
      const scope = yield* Scope.fork(workScope)
      slot = scope
      job.waitingForSlot = true
      yield* world.slots.take(job.order).pipe(
        Scope.provide(scope),
        Effect.ensuring(
          Effect.sync(() => {
            job.waitingForSlot = false
          })
        )
      )
    }),
    releaseSlot,
    startClock: Effect.gen(function* () {
      if (clock !== undefined) return
      const since = yield* Clock.currentTimeMillis
      const timeUp = tell(job, { _tag: "StopAsked", kind: "timed_out" })
      const fiber = yield* Effect.forkIn(Effect.delay(timeUp, left), workScope)
      clock = { since, fiber }
    }),
    stopClock: Effect.gen(function* () {
      if (clock === undefined) return
      const { since, fiber } = clock
      clock = undefined
      left -= (yield* Clock.currentTimeMillis) - since
      yield* Fiber.interrupt(fiber)
    })
  }
})
