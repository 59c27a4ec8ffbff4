/** A supervisor killed before each of its calls in turn: every message has its one answer all the same. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { continuation } from "../../src/domain/Prompt.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import type { Script } from "../../src/services/AgentScriptedProcess.ts"
import { Requests } from "../../src/services/Requests.ts"
import * as Crash from "../support/Crash.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"
import { permission, writing } from "../support/Scripts.ts"

const { accept, decide, ended, post, room, runs, said, serving, settle, states } = House

/** There are some hundred lives in each of these tests. */
const patience = 300_000

const call = { _tag: "Tool", message: { jsonrpc: "2.0", id: 1, method: "tools/call" } } as const

/** How often a script was begun with. */
const counting = (script: Script) => {
  const counted = { turns: 0, script }
  counted.script = (prompt, stage) => {
    counted.turns++
    return script(prompt, stage)
  }
  return counted
}

/** Every third call is enough from day to day; LOOP_TEST_EVERY_CALL=1 tries each, which takes minutes. */
const step = process.env["LOOP_TEST_EVERY_CALL"] === undefined ? 3 : 1

/** Tries one life after the other, each with a supervisor that dies a step later, until one outlives it all; how late that was. */
const everyLife = <E>(live: (crash: Crash.Crash, name: string) => Effect.Effect<void, E>) =>
  Effect.gen(function* () {
    for (let last = 1; ; last += step) {
      const crash = Crash.at(last)
      yield* live(crash, `killed at call ${last}`)
      if (!crash.dead()) return last
    }
  })

describe("A supervisor that is killed at any of its calls", () => {
  it.effect(
    "leaves turns that the next one finishes: each message is answered once, in order",
    () =>
      Effect.gen(function* () {
        const calls = yield* everyLife((crash, name) =>
          Effect.gen(function* () {
            const world = yield* Outside
            const work = counting((_, stage) =>
              stage.say("Half.").pipe(Effect.andThen(stage.ask(call)), Effect.andThen(stage.say("Whole.")))
            )
            world.when("work", work.script)
            const here = yield* serving(
              Effect.tap(room("room"), (here) => Effect.andThen(accept(here, "work"), accept(here, "next")))
            )
            yield* serving(settle, crash)
            yield* serving(
              Effect.gen(function* () {
                yield* ended(here, 2)
                yield* settle
                assert.deepStrictEqual(yield* said(here), ["Half.", "Whole.", "Answer to: next"], name)
                assert.deepStrictEqual(yield* states(here), { work: "replied", next: "replied" })
                assert.deepStrictEqual([...world.delivered], yield* said(here), name)
                assert.strictEqual(work.turns, 1, name)
                assert.notInclude(world.prompts(), continuation, name)
              })
            )
          }).pipe(Effect.provide(outside()))
        )
        assert.isAbove(calls, 60)
      }),
    patience
  )

  it.effect(
    "leaves what a person was asked, and what was written into a turn, to the next one",
    () =>
      Effect.gen(function* () {
        const calls = yield* everyLife((crash, name) =>
          Effect.gen(function* () {
            const world = yield* Outside
            const story = writing("First.")
            const one = counting((prompt, stage) =>
              Effect.andThen(stage.ask(permission()), story.script(prompt, stage))
            )
            const two = counting((_, stage) => stage.say("Second."))
            world.when("one", one.script)
            world.when("two", two.script)
            const here = yield* serving(Effect.tap(room("room", { busy: "steer" }), (here) => accept(here, "one")))
            const begun = () => world.processes().some(({ log }) => log.some(({ event }) => event._tag === "TextDelta"))

            /** A person who answers what is asked, and says something more while the agent writes. */
            const person = Effect.gen(function* () {
              for (let looks = 0; looks < 400; looks++) {
                for (const { run_id } of yield* runs(here)) {
                  const approvals = yield* Requests.use((requests) => requests.approvals(run_id))
                  for (const approval of approvals) {
                    if (approval.status === "pending") yield* Effect.ignore(decide(approval, "allow"))
                  }
                }
                if (begun()) yield* post(here, "two")
                if (world.prompts().includes("two")) yield* story.release
                if ((yield* runs(here)).filter(({ ended_at }) => ended_at !== null).length === 2) return
                yield* Effect.repeat(Effect.yieldNow, { times: 5 })
              }
            })
            yield* serving(Effect.exit(person), crash)
            yield* serving(
              Effect.gen(function* () {
                yield* person
                yield* ended(here, 2)
                assert.deepStrictEqual(yield* said(here), ["First.", "Second."], name)
                assert.deepStrictEqual(yield* states(here), { one: "replied", two: "replied" })
                assert.deepStrictEqual([one.turns, two.turns], [1, 1], name)
              })
            )
          }).pipe(Effect.provide(outside()))
        )
        assert.isAbove(calls, 60)
      }),
    patience
  )

  it.effect(
    "and takes the boxes with it loses no message either: what had begun is finished in another box",
    () =>
      Effect.gen(function* () {
        const calls = yield* everyLife((crash, name) =>
          Effect.gen(function* () {
            const world = yield* Outside
            const work = counting((_, stage) => Effect.andThen(stage.say("Half."), stage.say("Whole.")))
            world.when("work", work.script)
            world.when(continuation, (_, stage) => stage.say("The rest."))
            const here = yield* serving(Effect.tap(room("room"), (here) => accept(here, "work")))
            yield* serving(settle, crash)
            yield* world.loseBoxes
            yield* serving(
              Effect.gen(function* () {
                assert.strictEqual((yield* ended(here)).status, "completed", name)
                const answers = (yield* said(here)).filter((text) => text !== Sentence.boxLost)
                assert.include(["Whole.", "The rest."], answers.at(-1), name)
                assert.deepStrictEqual(answers, [...new Set(answers)], name)
                assert.strictEqual(work.turns, 1, name)
              })
            )
          }).pipe(Effect.provide(outside()))
        )
        assert.isAbove(calls, 30)
      }),
    patience
  )
})
