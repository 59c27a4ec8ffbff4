/** A usage limit of the model API makes its channel wait, or go on with another model; an agent that repeats itself is stopped. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Conversations } from "../../src/services/Conversations.ts"
import type { Script } from "../../src/services/AgentScriptedProcess.ts"
import * as House from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import * as Spender from "../support/Spender.ts"

const { ended, house, owner, pass, post, room, runs, said, serving, states } = House

const hour = 3_600_000

/** The API says so to the first call; later ones are answered. */
const limited = (outside: Outside["Service"]): { readonly script: Script; readonly instead: () => unknown } => {
  let instead: unknown
  let first = true
  return {
    instead: () => instead,
    script: (_, stage) =>
      Effect.gen(function* () {
        const { processId } = stage.spec.box
        const run = outside.sockets.get(processId)
        const watch = outside.models.get(processId)
        if (run === undefined || run === null || watch === undefined) return assert.fail("no line to the model")
        if (first) {
          first = false
          instead = yield* watch.limited(run, Spender.model, hour)
          if (instead === null) return yield* Effect.never
        }
        const admission = yield* watch.admit(run, { model: Spender.model, bytes: 10, maxTokens: 10 })
        yield* stage.say(admission._tag === "Go" ? `Asked ${admission.model ?? Spender.model}.` : "Refused.")
      })
  }
}

describe("A usage limit", () => {
  it.effect("is waited for, also by the next supervisor, and then the work goes on by itself", () =>
    Effect.gen(function* () {
      const outside = yield* Outside
      outside.when("work", limited(outside).script)
      const here = yield* serving(
        Effect.gen(function* () {
          const place = yield* room("room")
          yield* post(place, "work")
          const run = yield* House.during(ended(place))
          assert.strictEqual(run.status, "stopped")
          assert.match(
            run.reason ?? "",
            /usage limit is reached until 01:00 on 1970-01-01 \(UTC\)\. This channel waits/
          )
          assert.deepStrictEqual(yield* states(place), { work: "queued" })
          yield* post(place, "and this")
          return place
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* pass(1800, 60)
          assert.strictEqual((yield* runs(here)).length, 1)
          yield* pass(2000, 60)
          yield* House.during(ended(here, 3))
          assert.deepStrictEqual(yield* states(here), { work: "replied", "and this": "replied" })
        })
      )
    }).pipe(Effect.provide(outsideLayer({ timezone: "UTC" })))
  )

  it.effect("is passed over at once by a command", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", limited(outside).script)
        const here = yield* room("room")
        yield* post(here, "work")
        yield* House.during(ended(here))
        const resume = Conversations.use((all) => all.command(owner, here.channel_id, "queue", { when: "now" }))
        assert.strictEqual((yield* resume).text, "It goes on now.")
        yield* House.during(ended(here, 2))
        assert.deepStrictEqual(yield* states(here), { work: "replied" })
        assert.strictEqual((yield* resume).text, "It waits for no usage limit.")
      }),
      { timezone: "UTC" }
    )
  )

  it.effect("is passed over with the model that stands in, and said once", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const { instead, script } = limited(outside)
        outside.when("work", script)
        const here = yield* room("room")
        yield* post(here, "work")
        assert.strictEqual((yield* House.during(ended(here))).status, "completed")
        assert.strictEqual(instead(), "claude-haiku-4-5")
        const all = yield* said(here)
        assert.deepStrictEqual(
          all.filter((text) => text.startsWith("Asked")),
          ["Asked claude-haiku-4-5."]
        )
        assert.strictEqual(all.filter((text) => text.includes("goes on with claude-haiku-4-5")).length, 1)
      }),
      { timezone: "UTC", fallback_model: "claude-haiku-4-5" }
    )
  )
})

describe("An agent that calls the same tool again and again", () => {
  const calling =
    (outputs: ReadonlyArray<string>): Script =>
    (_, stage) =>
      Effect.gen(function* () {
        for (const [index, output] of outputs.entries()) {
          const toolUseId = `use-${index}`
          const input = { command: "make" }
          yield* stage.tell({ _tag: "ToolStarted", uuid: `s-${index}`, toolUseId, name: "Bash", input })
          yield* stage.tell({ _tag: "ToolEnded", uuid: `e-${index}`, toolUseId, isError: true, output })
          for (let steps = 0; steps < 50; steps++) yield* Effect.yieldNow
        }
        yield* stage.say("Done.")
      })

  it.effect("with the same result is stopped with a reason; other results are progress", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("stuck", calling(["no", "no", "no", "no", "no"]))
        outside.when("trying", calling(["no", "no", "yes", "no", "no", "maybe"]))
        const here = yield* room("room")
        yield* post(here, "trying")
        assert.strictEqual((yield* House.during(ended(here))).status, "completed")
        yield* post(here, "stuck")
        const run = yield* House.during(ended(here, 2))
        assert.strictEqual(run.status, "stopped")
        assert.include(run.reason, "the agent called Bash 3 times in a row with the same input and the same result")
        assert.strictEqual((yield* said(here)).at(-1), run.reason)
      }),
      { repeated_call_limit: 3 }
    )
  )
})
