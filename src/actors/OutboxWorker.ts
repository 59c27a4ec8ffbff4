/** Delivers what must be said: in order within a channel, side by side over channels, each part until it is confirmed or given up. */
import { Clock, Deferred, Effect, Layer, Queue } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import { Outbox, type OutboxRow } from "../services/Outbox.ts"
import { DeliveryFailed, Platforms } from "../services/Platforms.ts"
import type { StoreError } from "../services/Store.ts"
import { supervise } from "./Supervisor.ts"

/** An unclear delivery is repeated under its nonce for this long; then it is said to be unknown. */
const nonceHoldsMs = 120_000
/** A part that a platform does not take is given up after this many tries. */
const maxAttempts = 12

/** Deliveries at once, over all channels. */
const atOnce = 16
/** A platform that has not answered by then may have the part or not. */
const patience = "60 seconds"
const lookAgainMs = 1000

/** Delays between tries: 1 s, doubled up to 5 minutes. */
const delayMs = (attempts: number): number => Math.min(300_000, 1000 * 2 ** Math.min(attempts, 10))

/** At most 25 characters, the same at every try. */
const nonceOf = (row: OutboxRow): string => row.id.toString(36)

const silent = Effect.fail(
  new DeliveryFailed({ outcome: "unclear", afterMs: null, detail: "The platform did not answer." })
)

const deliver = Effect.fn("OutboxWorker.deliver")(
  function* (row: OutboxRow) {
    const outbox = yield* Outbox
    const platforms = yield* Platforms
    const now = yield* Clock.currentTimeMillis
    yield* outbox.trying(row.id, now)
    yield* platforms.deliver(row.channel_id, { nonce: nonceOf(row), post: { content: row.content } }).pipe(
      Effect.timeoutOrElse({ duration: patience, orElse: () => silent }),
      Effect.flatMap((platformId) => outbox.sent(row.id, platformId)),
      Effect.catchTag("DeliveryFailed", (failed) => {
        const age = now - (row.first_tried_at ?? now)
        if (failed.outcome === "gone" || (failed.outcome === "retry" && row.attempts + 1 >= maxAttempts)) {
          return outbox.failed(row.id, "undelivered", failed.detail)
        }
        if (failed.outcome === "unclear" && age > nonceHoldsMs) return outbox.failed(row.id, "unknown", failed.detail)
        return outbox.retryAt(row.id, now + (failed.afterMs ?? delayMs(row.attempts)), failed.detail)
      })
    )
  },
  (effect, row) => Effect.annotateLogs(effect, { channel: row.channel_id, outbox: row.id })
)

const worker = Effect.gen(function* () {
  const outbox = yield* Outbox
  /** Channels of which a part is on its way. */
  const busy = new Set<ChannelId>()
  const ended = yield* Queue.sliding<void>(1)
  const broken = yield* Deferred.make<never, StoreError>()

  const start = (row: OutboxRow) =>
    Effect.suspend(() => {
      busy.add(row.channel_id)
      return deliver(row).pipe(
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

  for (;;) {
    const now = yield* Clock.currentTimeMillis
    const due = (yield* outbox.due(now)).filter(({ channel_id }) => !busy.has(channel_id))
    yield* Effect.forEach(due.slice(0, Math.max(0, atOnce - busy.size)), start, { discard: true })
    const next = yield* outbox.nextDue
    // What is on its way is due still and hides what is due later: then it is looked again every second.
    const pause = next === undefined ? Effect.never : Effect.sleep(next > now ? next - now : lookAgainMs)
    yield* Effect.raceAllFirst([outbox.wait, Queue.take(ended), Deferred.await(broken), pause])
  }
})

export const layer = Layer.effectDiscard(supervise("outbox", Effect.scoped(worker)))
