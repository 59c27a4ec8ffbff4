/** Delivers what must be said: in order within a channel, side by side over channels, each part until it is confirmed or given up. */
import { Clock, Effect, Layer } from "effect"
import { Outbox, type OutboxRow } from "../services/Outbox.ts"
import { Platforms } from "../services/Platforms.ts"
import { supervise } from "./Supervisor.ts"

/** An unclear delivery is repeated under its nonce for this long; then it is said to be unknown. */
const nonceHoldsMs = 120_000
/** A part that a platform does not take is given up after this many tries. */
const maxAttempts = 12

/** Delays between tries: 1 s, doubled up to 5 minutes. */
const delayMs = (attempts: number): number => Math.min(300_000, 1000 * 2 ** Math.min(attempts, 10))

/** At most 25 characters, the same at every try. */
const nonceOf = (row: OutboxRow): string => row.id.toString(36)

const deliver = Effect.fn("OutboxWorker.deliver")(
  function* (row: OutboxRow) {
    const outbox = yield* Outbox
    const platforms = yield* Platforms
    const now = yield* Clock.currentTimeMillis
    yield* outbox.trying(row.id, now)
    yield* platforms.deliver(row.channel_id, { nonce: nonceOf(row), content: row.content }).pipe(
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

const round = Effect.gen(function* () {
  const outbox = yield* Outbox
  for (;;) {
    const due = yield* outbox.due(yield* Clock.currentTimeMillis)
    if (due.length === 0) break
    yield* Effect.forEach(due, deliver, { concurrency: 16, discard: true })
  }
  const next = yield* outbox.nextDue
  const now = yield* Clock.currentTimeMillis
  const added = outbox.wait
  yield* next === undefined ? added : Effect.raceFirst(added, Effect.sleep(Math.max(0, next - now)))
})

export const layer = Layer.effectDiscard(supervise("outbox", Effect.forever(round)))
