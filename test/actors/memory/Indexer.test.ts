import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as Indexer from "../../../src/actors/memory/Indexer.ts"
import { Memory } from "../../../src/services/Memory.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { StoreError } from "../../../src/services/Store.ts"
import { settle } from "../../support/House.ts"
import * as SettableSettings from "../../support/SettableSettings.ts"

describe("Notes", () => {
  it.effect(
    "are looked through at the start, after an edit of the configuration and from time to time, whatever fails",
    () =>
      Effect.gen(function* () {
        const { configure, settings } = yield* SettableSettings.make({ memory: { reindex_interval_sec: 60 } })
        let looks = 0
        const memory = Layer.mock(Memory, {
          indexAll: Effect.suspend(() =>
            ++looks === 3 ? Effect.fail(new StoreError({ operation: "x", reason: "busy", cause: "x" })) : Effect.void
          )
        })
        const after = (seconds: number) =>
          TestClock.adjust(`${seconds} seconds`).pipe(
            Effect.andThen(settle),
            Effect.map(() => looks)
          )
        yield* Effect.gen(function* () {
          yield* settle
          assert.strictEqual(looks, 1)
          assert.strictEqual(yield* after(59), 1)
          assert.strictEqual(yield* after(1), 2)
          yield* configure({ memory: { reindex_interval_sec: 600 } })
          yield* settle
          assert.strictEqual(looks, 3)
          assert.strictEqual(yield* after(1), 4)
          assert.strictEqual(yield* after(598), 4)
          assert.strictEqual(yield* after(2), 5)
        }).pipe(Effect.provide(Indexer.layer.pipe(Layer.provide([memory, Layer.succeed(Settings, settings)]))))
      })
  )
})
