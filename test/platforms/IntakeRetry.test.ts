import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { persist } from "../../src/platforms/IntakeRetry.ts"
import { InboxError } from "../../src/services/Inbox.ts"
import { StoreError } from "../../src/services/Store.ts"

/** Fails until `healthy`; counts its tries. */
const storage = (failure: InboxError | StoreError) => {
  const state = { healthy: false, tries: 0 }
  const work = Effect.suspend(() => {
    state.tries++
    return state.healthy ? Effect.succeed("stored") : Effect.fail(failure)
  })
  return { state, work }
}

const store = (reason: StoreError["reason"]) => new StoreError({ operation: "test", reason, cause: null })
const fullInbox = new InboxError({ directory: "/w", reason: "disk_full", cause: null })

describe("What is to be stored", () => {
  for (const failure of [store("disk_full"), store("busy"), fullInbox]) {
    it.effect(`is tried for as long as it takes: ${failure._tag}, ${failure.reason}`, () =>
      Effect.gen(function* () {
        const { state, work } = storage(failure)
        const waiting = yield* Effect.forkChild(persist(work), { startImmediately: true })
        yield* TestClock.adjust("2 hours")
        const tries = state.tries
        assert.isBelow(tries, 260)
        state.healthy = true
        yield* TestClock.adjust("30 seconds")
        assert.strictEqual(yield* Fiber.join(waiting), "stored")
        assert.strictEqual(state.tries, tries + 1)
      })
    )
  }

  it.effect("is given up after a while where that does not pass", () =>
    Effect.gen(function* () {
      const { state, work } = storage(store("other"))
      const waiting = yield* Effect.forkChild(Effect.flip(persist(work)), { startImmediately: true })
      yield* TestClock.adjust("10 minutes")
      assert.deepInclude(yield* Fiber.join(waiting), { reason: "other" })
      assert.strictEqual(state.tries, 11)
    })
  )
})
