/** A task's gate command: what its end means, and what becomes of it when something else ends first. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelGate } from "../../../src/actors/ChannelGate.ts"
import { SandboxError } from "../../../src/services/Sandbox.ts"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import { add, ends, get, history, ran } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { layer as outside, Outside } from "../../support/Outside.ts"
import { working } from "../../support/Scripts.ts"

const { during, ended, house, pass, post, prompted, room, runs, said, serving, settle, states, stop, until } = House

describe("A gate command", () => {
  const gated = { pre_run: "tk ready" }

  it.effect("that prints something lets the run begin, which is told what it printed", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const asked: Array<ReadonlyArray<string>> = []
        outside.knobs.command = (argv) => {
          asked.push(argv)
          return Effect.succeed({ code: 0, stdout: "a-1 ready" })
        }
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* ran(id)
        assert.deepStrictEqual(asked, [["/bin/sh", "-c", "tk ready"]])
        assert.match(
          outside.processes()[0]?.written[0]?.text ?? "",
          /printed:\n<untrusted-([a-z2-7]{16}) kind="gate">a-1 ready<\/untrusted-\1>$/
        )
      })
    )
  )

  it.effect("that prints nothing but blanks ends the occurrence as skipped: no run, no agent, no word", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.succeed({ code: 0, stdout: " \n\t" })
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* until(
          "it is skipped",
          Effect.map(ends(id), (all) => all[0] === "skipped")
        )
        assert.strictEqual((yield* history(id))[0]?.reason, "The gate command found nothing to do.")
        assert.deepStrictEqual(yield* runs(here), [])
        assert.deepStrictEqual(outside.processes(), [])
        assert.deepStrictEqual(yield* said(here), [])
        assert.deepStrictEqual(yield* states(here), { look: "dropped" })
      })
    )
  )

  it.effect("whose program is missing pauses the task at once, and says so", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.succeed({ code: 127, stdout: "tk is not in the box" })
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* until(
          "it has paused itself",
          Effect.map(said(here), (all) => all.length > 0)
        )
        const reason = "The gate command ended with code 127: tk is not in the box."
        assert.strictEqual(
          (yield* said(here))[0],
          `Task #${id} failed and has paused itself: ${reason} Mend that, then turn it on again with \`/loop toggle ${id}\`.`
        )
        const { task } = yield* TaskControl.use((control) => control.get(House.owner, id))
        assert.include(task, { enabled: false, next_run_at: null, paused_reason: `It failed: ${reason}` })
        yield* pass(1800, 60)
        assert.deepStrictEqual(yield* ends(id), ["failed"])
      })
    )
  )

  it.effect("that fails, or takes too long, is a failure that is said", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.succeed({ code: 2, stdout: "no such repository" })
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* until(
          "it failed",
          Effect.map(ends(id), (all) => all[0] === "failed")
        )
        assert.match((yield* said(here)).join(), /^Task #\d+ failed: The gate command ended with code 2: no such repo/)
        assert.strictEqual((yield* get(id)).task.failures, 1)
        outside.knobs.command = () => Effect.never
        yield* pass(600, 60)
        assert.deepStrictEqual(yield* ends(id), ["failed", "waiting"])
        yield* pass(180, 30)
        yield* until(
          "it took too long",
          Effect.map(ends(id), (all) => all[1] === "failed")
        )
        assert.include((yield* said(here)).join(), "had not ended after 2 minutes")
        assert.strictEqual((yield* get(id)).task.failures, 2)
      })
    )
  )

  it.effect("that is under way can be stopped, and what waits behind it goes on", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.never
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(601, 60)
        yield* post(here, "hello")
        assert.deepInclude(yield* during(stop(here)), { stopped: true })
        assert.deepInclude((yield* history(id))[0], { status: "failed", reason: "Stopped during the gate command." })
        yield* ended(here)
        assert.deepInclude(yield* states(here), { hello: "replied", look: "stopped" })
        assert.deepInclude((yield* get(id)).task, { enabled: true, failures: 0, not_before: null })
        assert.deepStrictEqual(yield* said(here), ["Answer to: hello"])
      })
    )
  )

  it.effect("that cannot be begun is a failure that is said, and holds up nothing later", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.engine = Effect.fail(
          new SandboxError({ reason: "no_engine", target: "/run/docker.sock", detail: "refused" })
        )
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* until(
          "it failed",
          Effect.map(ends(id), (all) => all[0] === "failed")
        )
        assert.match((yield* said(here)).join(), /^Task #\d+ failed: .*docker\.sock/)
        outside.knobs.engine = Effect.void
        outside.knobs.command = () => Effect.succeed({ code: 0, stdout: "go" })
        yield* pass(600, 60)
        yield* ran(id)
        assert.deepStrictEqual(yield* ends(id), ["failed", "ran"])
      })
    )
  )

  it.effect("whose failure cannot be stored has not ended: it is run again, and said once", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.succeed({ code: 2, stdout: "no such repository" })
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* House.breakStorage
        yield* pass(610, 10)
        assert.deepStrictEqual(yield* ends(id), ["waiting"])
        assert.deepStrictEqual(yield* states(here), { look: "queued" })
        yield* House.mendStorage
        yield* pass(120, 10)
        assert.deepStrictEqual(yield* ends(id), ["failed"])
        assert.lengthOf(yield* said(here), 1)
      })
    )
  )

  it.effect("takes one of the places in which runs are at work, as any run does", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("talk", slow.script)
        const asked: Array<string> = []
        outside.knobs.command = (argv) => {
          asked.push(argv.join(" "))
          return Effect.succeed({ code: 0, stdout: "go" })
        }
        const there = yield* room("there")
        yield* post(there, "talk")
        yield* prompted("talk")
        const id = yield* add(yield* room("room"), gated)
        yield* pass(600, 60)
        assert.deepStrictEqual(asked, [])
        yield* slow.release
        yield* ran(id)
        assert.lengthOf(asked, 1)
      }),
      { max_concurrent_runs: 1 }
    )
  )

  it.effect("is left when Loop ends in order: neither failed nor said, and run again by the next supervisor", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.knobs.command = () => Effect.never
      const id = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          const id = yield* add(here, gated)
          yield* pass(601, 60)
          yield* during(ChannelGate.use((gate) => gate.stop(here.channel_id, "shutdown")))
          yield* settle
          assert.deepStrictEqual(yield* ends(id), ["waiting"])
          assert.deepStrictEqual([yield* states(here), yield* said(here)], [{ look: "queued" }, []])
          return id
        })
      )
      world.knobs.command = () => Effect.succeed({ code: 0, stdout: "go" })
      yield* serving(ran(id))
      assert.lengthOf(world.prompts(), 1)
    }).pipe(Effect.provide(outside()))
  )

  it.effect("is run again by the next supervisor when the last one died meanwhile", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.knobs.command = () => Effect.never
      const id = yield* serving(
        Effect.gen(function* () {
          const id = yield* add(yield* room("room"), gated)
          yield* pass(601, 60)
          return id
        })
      )
      world.knobs.command = () => Effect.succeed({ code: 0, stdout: "go" })
      yield* serving(ran(id))
      assert.match(world.prompts().join(), /^<untrusted-\w+ kind="gate">go</)
    }).pipe(Effect.provide(outside()))
  )
})
