import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Channels } from "../../../src/services/Channels.ts"
import { ReadMarks } from "../../../src/services/ReadMarks.ts"
import { fresh, messageId, openRoom, other, room } from "./support.ts"

describe("A read mark", () => {
  it.effect("moves on and never back, by ids that grow longer", () =>
    Effect.gen(function* () {
      const marks = yield* ReadMarks
      yield* openRoom()
      assert.isUndefined(yield* marks.get(room))
      for (const [id, expected] of [
        ["99", "99"],
        ["100", "100"],
        ["99", "100"],
        ["101", "101"],
        ["100", "101"]
      ] as const) {
        yield* marks.advance(room, messageId(id))
        assert.strictEqual(yield* marks.get(room), messageId(expected))
      }
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is of channels that are known alone, and goes with them", () =>
    Effect.gen(function* () {
      const marks = yield* ReadMarks
      yield* openRoom()
      yield* marks.advance(other, messageId("1"))
      assert.isUndefined(yield* marks.get(other))
      yield* marks.advance(room, messageId("1"))
      yield* Channels.use((channels) => channels.remove(room))
      yield* openRoom()
      assert.isUndefined(yield* marks.get(room))
    }).pipe(Effect.provide(fresh))
  )
})
