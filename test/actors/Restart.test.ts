/** A supervisor ends and another one begins on the same file, while agents go on: nothing is lost, nothing comes twice. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { continuation } from "../../src/domain/Prompt.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import { Processes } from "../../src/services/Processes.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"
import { working, writing } from "../support/Scripts.ts"

const { ended, heard, pass, post, prompted, room, runs, said, serving, states, stop } = House

/** A supervisor that ends when its agent is in the middle of writing "Once". */
const endsWhileWriting = Effect.gen(function* () {
  const { when } = yield* Outside
  const story = writing("Once", "Once upon a time.")
  when("write", story.script)
  const here = yield* serving(
    Effect.gen(function* () {
      const here = yield* room("room")
      yield* post(here, "write")
      yield* heard("Once")
      return here
    })
  )
  return { here, story }
})

describe("A supervisor that comes back", () => {
  it.effect("takes a running turn over and says its end, without having asked again", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const { here, story } = yield* endsWhileWriting
      assert.isTrue(world.processes()[0]?.alive())
      yield* serving(
        Effect.gen(function* () {
          yield* House.until(
            "its socket",
            Effect.sync(() => world.sockets.size === 1)
          )
          assert.deepStrictEqual(yield* said(here), [])
          yield* story.release
          const run = yield* ended(here)
          assert.deepStrictEqual(yield* said(here), ["Once upon a time."])
          assert.deepInclude(run, { attempt: 1, stalls: 0, status: "completed" })
          assert.deepStrictEqual(world.prompts(), ["write"])
          yield* post(here, "next")
          yield* ended(here, 2)
          assert.lengthOf(world.processes(), 1)
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("says the end of a turn that ended while nobody was there", () =>
    Effect.gen(function* () {
      const { here, story } = yield* endsWhileWriting
      yield* story.release
      yield* pass(600, 600)
      yield* serving(
        Effect.gen(function* () {
          yield* ended(here)
          assert.deepStrictEqual(yield* said(here), ["Once upon a time."])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("can stop the turn that it took over", () =>
    Effect.gen(function* () {
      const { here } = yield* endsWhileWriting
      yield* serving(
        Effect.gen(function* () {
          assert.isTrue((yield* stop(here)).stopped)
          assert.deepStrictEqual(yield* states(here), { write: "stopped" })
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("ends with the box what the turn had started before it was taken over, when that is stopped", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const { here } = yield* endsWhileWriting
      yield* pass(60, 60)
      const left = { pid: 9, ppid: 1, elapsedSec: 50, command: "tail -f /dev/null" }
      world.knobs.agent = (agent) => ({ ...agent, processes: Effect.succeed([left]) })
      yield* serving(
        Effect.gen(function* () {
          yield* stop(here)
          assert.isFalse(world.processes()[0]?.alive())
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("goes on in the session when the box is gone, and says so", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const { here } = yield* endsWhileWriting
      yield* world.loseBoxes
      world.when(continuation, (_, stage) => stage.say("Upon a time."))
      yield* serving(
        Effect.gen(function* () {
          assert.deepInclude(yield* ended(here), { attempt: 2, status: "completed" })
          assert.deepStrictEqual(yield* said(here), [Sentence.boxLost, "Upon a time."])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("gives a run up whose box is gone at every start", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const { here } = yield* endsWhileWriting
      world.when(continuation, () => Effect.never)
      for (let start = 1; start <= 4; start++) {
        yield* world.loseBoxes
        yield* serving(prompted(continuation, start))
      }
      yield* world.loseBoxes
      yield* serving(
        Effect.gen(function* () {
          const run = yield* ended(here)
          assert.deepInclude(run, { stalls: 5, status: "failed" })
          assert.strictEqual((yield* said(here)).at(-1), Sentence.gaveUpRestarts(5, 0, "its box is gone"))
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("writes the prompt that the last one had not written, under the uuid that was stored", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.knobs.agent = (agent) => ({ ...agent, send: () => Effect.never })
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          yield* post(here, "work")
          yield* House.until(
            "a process",
            Effect.map(runs(here), ([run]) => run?.status === "running")
          )
          return here
        })
      )
      world.knobs.agent = (agent) => agent
      yield* serving(
        Effect.gen(function* () {
          const run = yield* ended(here)
          assert.deepStrictEqual(yield* said(here), ["Answer to: work"])
          assert.deepStrictEqual(
            world.processes().map(({ written }) => written.map(({ promptId }) => promptId)),
            [[run.prompt_id]]
          )
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("begins with what was accepted just before the end, and nobody sent again", () =>
    Effect.gen(function* () {
      const here = yield* serving(Effect.tap(room("room"), (here) => House.accept(here, "hello")))
      yield* serving(
        Effect.gen(function* () {
          yield* ended(here)
          assert.deepStrictEqual(yield* said(here), ["Answer to: hello"])
          assert.lengthOf(yield* runs(here), 1)
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("gives runs that waited for a slot their turns, in the order in which their messages came", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const slow = working("First.")
      world.when("one", slow.script)
      const { here, there, third } = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("works")
          const there = yield* room("a room that is looked at first")
          yield* post(here, "one")
          yield* prompted("one")
          const third = yield* room("a first room")
          yield* post(there, "two")
          yield* post(third, "three")
          yield* House.settle
          return { here, there, third }
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* House.settle
          assert.deepStrictEqual(world.prompts(), ["one"])
          yield* slow.release
          yield* ended(here)
          yield* ended(there)
          yield* ended(third)
          assert.deepStrictEqual(world.prompts(), ["one", "two", "three"])
        })
      )
    }).pipe(Effect.provide(outside({ max_concurrent_runs: 1, max_kept_processes: 2 })))
  )

  it.effect("leaves no idle process behind, and forgets the rows of those that are gone", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      yield* serving(Effect.flatMap(room("room"), (here) => Effect.andThen(post(here, "hello"), ended(here))))
      assert.deepStrictEqual(
        world.processes().map(({ alive }) => alive()),
        [false]
      )
      assert.strictEqual(world.sockets.size, 0)
      yield* serving(
        Effect.gen(function* () {
          yield* House.settle
          assert.deepStrictEqual(yield* Processes.use(({ list }) => list), [])
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})
