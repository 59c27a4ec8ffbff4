/**
 * The live status message of one run: posted when the run begins, changed as it goes on, removed at its end. Its row
 * outlives the server, so that it is found again and never left behind. What fails here never hinders the run.
 */
import { Clock, Deferred, Effect, Queue } from "effect"
import * as ButtonIds from "../domain/chat/ButtonIds.ts"
import * as StatusText from "../domain/chat/StatusText.ts"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { ChatPlatform, ChatPost } from "../services/ChatPlatform.ts"
import type { DeliveryFailed } from "../services/Platforms.ts"
import { type StatusMessage, StatusMessages } from "../services/StatusMessages.ts"

/** A platform forgets a nonce after a few minutes. */
const nonceHoldsMs = 120_000
/** Tries of one post or change; the next server begins anew. */
const maxTries = 10
const patience = "30 seconds"

/** A run as the presenter follows it. `changed` has at most one letter in it. */
export interface Followed {
  readonly run_id: RunId
  readonly channel_id: ChannelId
  status: StatusText.Status
  readonly changed: Queue.Queue<void>
  readonly ended: Deferred.Deferred<void>
  /** How many runs are followed on the platform now. */
  readonly crowd: () => number
}

/** At most 25 characters: a UUID in base 36. */
const nonceOf = (run: RunId): string => {
  const hex = run.replaceAll("-", "")
  return /^[0-9a-f]{1,32}$/i.test(hex) ? BigInt(`0x${hex}`).toString(36) : `s${hex.slice(-24)}`
}

const delayMs = (tries: number): number => Math.min(60_000, 2000 * 2 ** tries)

/** Undefined when it cannot be, now or ever. `until`: what makes it pointless. */
const persistently = Effect.fnUntraced(function* <A>(
  what: string,
  attempt: Effect.Effect<A, DeliveryFailed>,
  until: Effect.Effect<void>
) {
  for (let tries = 0; tries < maxTries; tries++) {
    const result = yield* attempt.pipe(
      Effect.map((value) => ({ value, afterMs: 0 })),
      Effect.timeoutOption(patience),
      Effect.map((option) => (option._tag === "Some" ? option.value : { value: undefined, afterMs: delayMs(tries) })),
      Effect.catchTag("DeliveryFailed", ({ afterMs, detail, outcome }) =>
        Effect.as(Effect.logDebug(`A status message could not be ${what}: ${detail}`), {
          value: undefined,
          afterMs: outcome === "gone" ? null : (afterMs ?? delayMs(tries))
        })
      )
    )
    if (result.value !== undefined) return result.value
    if (result.afterMs === null) return undefined
    const over = yield* Effect.raceFirst(Effect.as(Effect.sleep(result.afterMs), false), Effect.as(until, true))
    if (over) return undefined
  }
  yield* Effect.logWarning(`A status message could not be ${what}`)
  return undefined
})

const never: Effect.Effect<void> = Effect.never

/**
 * The platform's id of the message. `arrived`: whether an earlier try may have got there, before and after this; with
 * `only`, one that is not found is not wanted any more.
 */
const post = Effect.fnUntraced(function* (
  platform: ChatPlatform,
  row: StatusMessage,
  content: ChatPost,
  arrived: { maybe: boolean; readonly only?: boolean },
  until: Effect.Effect<void>
) {
  if (row.platform_id !== null) return row.platform_id
  const attempt = Effect.gen(function* () {
    const since = row.created_at
    const look = (yield* Clock.currentTimeMillis) - since > nonceHoldsMs
    const options = arrived.maybe ? { since, look, ...(arrived.only === true && { only: true }) } : undefined
    const before = arrived.maybe
    arrived.maybe = true
    return yield* platform.deliver(row.channel_id, content, nonceOf(row.run_id), options).pipe(
      Effect.tapError(({ outcome }) =>
        Effect.sync(() => {
          if (outcome !== "unclear") arrived.maybe = before
        })
      )
    )
  })
  const id = yield* persistently("posted", attempt, until)
  if (id !== undefined) yield* StatusMessages.use((rows) => rows.posted(row.run_id, id))
  return id
})

/** It goes when its run has ended: what came of that stands below it. */
const finish = Effect.fnUntraced(function* (platform: ChatPlatform, row: StatusMessage, id: string) {
  // A message that is gone needs nothing more; another trouble may pass.
  const done = yield* persistently(
    "taken away",
    Effect.as(platform.remove(row.channel_id, id), true).pipe(
      Effect.catchTag("DeliveryFailed", (failed) =>
        failed.outcome === "gone" ? Effect.succeed(true) : Effect.fail(failed)
      )
    ),
    never
  )
  if (done === true) yield* StatusMessages.use((rows) => rows.close(row.run_id))
})

const buttonsOf = (run: RunId) => [[{ id: ButtonIds.stop(run), label: "Stop", style: "danger" as const }]]

/** One that an earlier server left behind, of a run that has ended meanwhile. */
export const close = Effect.fn("Status.close")(function* (platform: ChatPlatform, row: StatusMessage) {
  // Whether it ever arrived is found out by saying it again, or by its button.
  const content = { content: "…", buttons: buttonsOf(row.run_id), silent: true }
  const id = yield* post(platform, row, content, { maybe: true, only: true }, never)
  if (id === undefined) return yield* StatusMessages.use((rows) => rows.close(row.run_id))
  yield* finish(platform, row, id)
})

/** From the beginning of a run (or of this server) to its end. `forSlot`: whether the run waits for a slot. */
export const follow = Effect.fn("Status.follow")(
  function* (platform: ChatPlatform, run: Followed, forSlot: Effect.Effect<boolean>, again: boolean) {
    const row = yield* StatusMessages.use((rows) => rows.open(run.run_id, run.channel_id))
    if (row === undefined) return
    const buttons = buttonsOf(run.run_id)
    const text = Effect.gen(function* () {
      const waits = run.status.doing === "starting" && run.status.waiting.size === 0 && (yield* forSlot)
      return StatusText.show(run.status, yield* Clock.currentTimeMillis, waits)
    })
    const ended = Deferred.await(run.ended)
    let shown = yield* text
    const arrived = { maybe: again }
    const id = yield* post(platform, row, { content: shown, buttons, silent: true }, arrived, ended)
    if (id === undefined) {
      yield* ended
      // It may be there all the same: then it is found and taken away.
      return yield* arrived.maybe ? close(platform, row) : StatusMessages.use((rows) => rows.close(row.run_id))
    }
    let editedAt = yield* Clock.currentTimeMillis
    if (row.platform_id !== null) shown = ""
    for (;;) {
      const now = yield* Clock.currentTimeMillis
      const next = StatusText.nextChange(run.status, now)
      const something = shown === "" ? Effect.void : Queue.take(run.changed)
      const time = next === undefined ? never : Effect.sleep(next - now)
      const over = yield* Effect.raceAllFirst([
        Effect.as(ended, true),
        Effect.raceFirst(something, time).pipe(
          Effect.andThen(
            Effect.suspend(() => {
              const least = StatusText.pauseMs(now - run.status.startedAt, run.crowd())
              return Effect.flatMap(Clock.currentTimeMillis, (at) => Effect.sleep(Math.max(0, editedAt + least - at)))
            })
          ),
          Effect.as(false)
        )
      ])
      if (over) break
      const wanted = yield* text
      if (wanted === shown) continue
      editedAt = yield* Clock.currentTimeMillis
      shown = wanted
      yield* platform.edit(run.channel_id, id, { content: wanted, buttons }).pipe(
        Effect.timeoutOption(patience),
        Effect.catch((failed) => Effect.logDebug("A status message could not be changed", failed))
      )
    }
    yield* finish(platform, row, id)
  },
  (effect, _, { channel_id, run_id }) => Effect.annotateLogs(effect, { channel: channel_id, run: run_id })
)
