/** What becomes of a run whose session is gone, or has grown too long. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { TurnFailure } from "../../src/domain/AgentEvent.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Processes } from "../../src/services/Processes.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"

const { ended, house, post, room, said } = House

const failing = (kind: TurnFailure["kind"], status: number | null = null): TurnFailure => ({
  kind,
  status,
  detail: "so it was"
})

describe("A session", () => {
  it.effect("that is gone begins anew once, with what was said before, and says so", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        yield* post(here, "first")
        yield* ended(here)
        const [process] = outside.processes()
        yield* outside.loseSessions
        yield* process?.die ?? Effect.void
        yield* post(here, "second")
        const run = yield* ended(here, 2)
        assert.deepStrictEqual(yield* said(here), ["Answer to: first", Sentence.freshSession, "Answer to: second"])
        assert.deepInclude(run, { fresh_tried: true, status: "completed", stalls: 0 })
        const told = outside.processes().at(-1)?.written[0]?.text
        assert.include(told, "Ada: first\nassistant: Answer to: first")
        const channel = yield* Channels.use((channels) => channels.get(here.channel_id))
        assert.strictEqual(channel.session_id, run.session_id)
      })
    )
  )

  it.effect("that cannot be had at all is not begun anew again and again", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", (_, stage) => stage.end({ outcome: "failed", failure: failing("session_missing") }))
        const here = yield* room("room")
        yield* post(here, "work")
        assert.strictEqual((yield* ended(here)).status, "failed")
        assert.deepStrictEqual(yield* said(here), [
          Sentence.freshSession,
          Sentence.failure(failing("session_missing"), false)
        ])
      })
    )
  )

  it.effect("that has grown too long is compacted once, and the prompt sent again", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        let long = true
        outside.when("/compact", (_, stage) =>
          Effect.suspend(() => {
            long = false
            return Effect.andThen(stage.tell({ _tag: "Compacted" }), stage.end({ text: "", costUsd: 0.5 }))
          })
        )
        outside.when("work", (_, stage) =>
          Effect.suspend(() =>
            long
              ? stage.end({ outcome: "failed", failure: failing("prompt_too_long", 400), costUsd: 0.25 })
              : Effect.andThen(stage.say("Done."), stage.end({ costUsd: 1 }))
          )
        )
        const here = yield* room("room")
        yield* post(here, "work")
        const run = yield* ended(here)
        assert.deepStrictEqual(outside.prompts(), ["work", "/compact", "work"])
        assert.deepStrictEqual(yield* said(here), [Sentence.compacting, "Done."])
        assert.deepInclude(run, { compact_tried: true, cost_usd: 1.75, attempt: 1, status: "completed" })
        const [process] = yield* Processes.use(({ list }) => list)
        assert.strictEqual(process?.cost_total, 1.75)
      })
    )
  )

  it.effect("that stays too long fails with the next step", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const long = failing("prompt_too_long", 400)
        outside.when("/compact", (_, stage) => stage.end())
        outside.when("work", (_, stage) => stage.end({ outcome: "failed", failure: long }))
        const here = yield* room("room")
        yield* post(here, "work")
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), [Sentence.compacting, Sentence.failure(long, false)])
      })
    )
  )
})
