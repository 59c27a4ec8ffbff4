/** A supervisor killed before each of its calls around the instants of a task: none runs twice, none is unaccounted for. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { Script } from "../../../src/services/AgentScriptedProcess.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { add, edit, get, history, threads } from "../../support/Chores.ts"
import * as Crash from "../../support/Crash.ts"
import * as House from "../../support/House.ts"
import { layer as outside, Outside } from "../../support/Outside.ts"

const { pass, room, runs, said, serving, settle, until } = House

/** There are many lives in each of these tests. */
const patience = 300_000

/** One task, due every ten minutes: it is fired in a life that ends, and again in the next one. */
const life = Effect.fnUntraced(function* (crash: Crash.Crash, name: string, gate: string | null) {
  const world = yield* Outside
  let turns = 0
  const work: Script = (_, stage) =>
    Effect.suspend(() => {
      turns++
      return stage.say("Looked.")
    })
  world.when("look", work)
  world.when("go", work)
  world.knobs.command = () => Effect.succeed({ code: 0, stdout: "go" })
  const { due, here, id } = yield* serving(
    Effect.gen(function* () {
      const here = yield* room("room")
      const id = yield* add(here, { pre_run: gate })
      return { here, id, due: (yield* get(id)).task.next_run_at! }
    })
  )
  yield* TestClock.setTime(due - 1001)
  yield* serving(Effect.andThen(pass(4), settle), crash)
  yield* serving(
    Effect.gen(function* () {
      yield* pass(60, 10)
      const first = yield* until(
        `the first instant has ended, ${name}`,
        Effect.map(history(id), (all) => all[0]?.status === "ran" && all[0])
      )
      yield* pass(600, 60)
      yield* until(
        `the second instant has ended, ${name}`,
        Effect.map(history(id), (all) => all[1]?.status === "ran")
      )
      yield* edit(id, { enabled: false })
      yield* settle
      const all = yield* history(id)
      assert.deepStrictEqual(
        all.map(({ occurrence_at, status }) => [occurrence_at, status]),
        [
          [due, "ran"],
          [due + 600_000, "ran"]
        ],
        name
      )
      assert.strictEqual(turns, 2, name)
      const ended = (yield* runs(here)).map(({ status, task_id, trigger }) => [trigger, task_id, status])
      assert.deepStrictEqual(
        ended,
        [
          ["task", id, "completed"],
          ["task", id, "completed"]
        ],
        name
      )
      assert.deepStrictEqual(yield* Messages.use((messages) => messages.queued(here.channel_id)), [], name)
      const thread = (yield* threads(here)).find(({ channel_id }) => channel_id === first.thread_id)
      const texts = yield* said(thread!)
      assert.strictEqual(texts.filter((text) => text.endsWith("Looked.")).length, 1, `${name}: ${texts.join(" | ")}`)
    })
  )
})

const everyLife = (gate: string | null, step: number) =>
  Effect.gen(function* () {
    let lives = 0
    for (let last = 1; ; last += step) {
      const crash = Crash.at(last)
      yield* life(crash, `killed at call ${last}`, gate).pipe(Effect.provide(outside()))
      if (!crash.dead()) return lives
      lives++
    }
  })

it.effect(
  "Each instant of a task runs once, wherever its supervisor is killed",
  () => Effect.map(everyLife(null, 2), (lives) => assert.isAbove(lives, 20)),
  patience
)

it.effect(
  "Also where a gate command comes first, which may be run again",
  () => Effect.map(everyLife("tk ready", 8), (lives) => assert.isAbove(lives, 5)),
  patience
)
