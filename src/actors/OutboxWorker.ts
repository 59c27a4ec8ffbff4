/** Delivers what must be said: in order within a channel, side by side over channels, each part until it is confirmed or given up. */
import { Clock, Deferred, Effect, Layer, Queue, Schedule } from "effect"
import { type ChannelId, platformOf } from "../domain/Ids.ts"
import { Outbox, type OutboxRow } from "../services/Outbox.ts"
import { Outgoing } from "../services/Outgoing.ts"
import type { StoreError } from "../services/Store.ts"
import { deliver } from "./outbox/Deliver.ts"
import { supervise } from "./Supervisor.ts"

/** Deliveries at once on one platform: one that hangs is in nobody else's way. */
const atOnce = 16
const lookAgainMs = 1000

const worker = Effect.gen(function* () {
  const outbox = yield* Outbox
  /** Channels of which a part is on its way. */
  const busy = new Set<ChannelId>()
  const looks = new Map<number, number>()
  const ended = yield* Queue.sliding<void>(1)
  const broken = yield* Deferred.make<never, StoreError>()

  const start = (row: OutboxRow) =>
    Effect.suspend(() => {
      busy.add(row.channel_id)
      return deliver(row, looks).pipe(
        Effect.tapCause((cause) => Deferred.failCause(broken, cause)),
        Effect.ensuring(
          Effect.suspend(() => {
            busy.delete(row.channel_id)
            return Queue.offer(ended, undefined)
          })
        ),
        Effect.forkScoped
      )
    })

  /** As many of these as may begin now. */
  const begun = (due: ReadonlyArray<OutboxRow>) => {
    const counts = new Map<string, number>()
    for (const channel of busy) counts.set(platformOf(channel), (counts.get(platformOf(channel)) ?? 0) + 1)
    return due.filter(({ channel_id }) => {
      const count = counts.get(platformOf(channel_id)) ?? 0
      if (busy.has(channel_id) || count >= atOnce) return false
      counts.set(platformOf(channel_id), count + 1)
      return true
    })
  }

  yield* outbox.neededFiles.pipe(
    Effect.flatMap((needed) => Outgoing.use((outgoing) => outgoing.sweep(needed))),
    Effect.catch((error) => Effect.logWarning("It could not be told which files are needed", error)),
    Effect.repeat(Schedule.spaced("1 hour")),
    Effect.forkScoped
  )
  for (;;) {
    const now = yield* Clock.currentTimeMillis
    yield* Effect.forEach(begun(yield* outbox.due(now)), start, { discard: true })
    const next = yield* outbox.nextDue
    // What is on its way is due still and hides what is due later: then it is looked again every second.
    const pause = next === undefined ? Effect.never : Effect.sleep(next > now ? next - now : lookAgainMs)
    yield* Effect.raceAllFirst([outbox.wait, Queue.take(ended), Deferred.await(broken), pause])
  }
})

export const layer = Layer.effectDiscard(supervise("outbox", Effect.scoped(worker)))
