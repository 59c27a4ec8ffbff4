/** How long a run may take. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import * as Sentence from "../../src/domain/Sentence.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { working, writing } from "../support/Scripts.ts"

const { ended, heard, house, pass, post, prompted, room, runs, said, states } = House

describe("The time limit", () => {
  it.effect("stops a run, says so, and keeps what was done", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("write", writing("Once").script)
        const here = yield* room("room", { container_timeout_sec: 600 })
        yield* post(here, "write")
        yield* heard("Once")
        yield* pass(599, 20)
        assert.strictEqual((yield* runs(here))[0]?.status, "running")
        yield* pass(3)
        assert.strictEqual((yield* ended(here)).status, "timed_out")
        assert.deepStrictEqual(yield* said(here), ["Once", Sentence.stopped("timed_out", 600)])
        assert.deepStrictEqual(yield* states(here), { write: "failed" })
      })
    )
  )

  it.effect("ends the box with what a tool left running, before another run has its slot", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const left = { pid: 9, ppid: 1, elapsedSec: 0, command: "tail -f /dev/null" }
        outside.knobs.agent = (agent) => ({ ...agent, processes: Effect.succeed([left]) })
        outside.when("serve", working().script)
        const alive: Array<boolean | undefined> = []
        outside.when("next", (_, stage) => {
          alive.push(outside.processes()[0]?.alive())
          return stage.say("Next.")
        })
        const here = yield* room("room", { container_timeout_sec: 60 })
        const there = yield* room("there")
        yield* post(here, "serve")
        yield* prompted("serve")
        yield* post(there, "next")
        yield* pass(65)
        yield* ended(there)
        assert.strictEqual((yield* ended(here)).status, "timed_out")
        assert.deepStrictEqual(alive, [false])
      }),
      { max_concurrent_runs: 1, max_kept_processes: 2 }
    )
  )

  it.effect("counts from the run's turn, not from its place in the line for a slot", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const first = working()
        outside.when("one", first.script)
        outside.when("two", (_, stage) => Effect.andThen(Effect.sleep("9 minutes"), stage.say("Done.")))
        const here = yield* room("here", { container_timeout_sec: 600 })
        const there = yield* room("there")
        yield* post(there, "one")
        yield* prompted("one")
        yield* post(here, "two")
        yield* pass(20 * 60, 30)
        yield* first.release
        yield* prompted("two")
        yield* pass(9 * 60, 30)
        assert.strictEqual((yield* ended(here)).status, "completed")
      }),
      { max_concurrent_runs: 1, max_kept_processes: 2 }
    )
  )

  it.effect("also ends a run whose process never took its prompt", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const never = yield* Deferred.make<void>()
        outside.knobs.agent = (agent) => ({ ...agent, send: () => Deferred.await(never), interrupt: Effect.never })
        const here = yield* room("room", { container_timeout_sec: 60 })
        yield* post(here, "hello")
        yield* pass(65)
        assert.strictEqual((yield* ended(here)).status, "timed_out")
      })
    )
  )
})
