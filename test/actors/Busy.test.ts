/** What a message does while its channel works: `queue`, `steer`, `collect`, `interrupt`. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import * as Sentence from "../../src/domain/Sentence.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { tool, writing } from "../support/Scripts.ts"

const { ended, house, post, prompted, room, runs, said, settle, states } = House

/** A channel whose agent writes its first answer until it is released. */
const writingRoom = Effect.fnUntraced(function* (busy: "queue" | "steer" | "collect" | "interrupt") {
  const outside = yield* Outside
  const first = writing("First.")
  outside.when("one", first.script)
  const here = yield* room("room", { busy })
  yield* post(here, "one")
  yield* House.heard("First.")
  return { outside, first, here }
})

describe("While its agent works, a channel set to", () => {
  it.effect("queue takes messages one by one, in order", () =>
    house(
      Effect.gen(function* () {
        const { first, here, outside } = yield* writingRoom("queue")
        yield* post(here, "two")
        yield* post(here, "three")
        yield* settle
        assert.deepStrictEqual(outside.prompts(), ["one"])
        yield* first.release
        yield* ended(here, 3)
        assert.deepStrictEqual(yield* said(here), ["First.", "Answer to: two", "Answer to: three"])
      })
    )
  )

  it.effect("collect makes one run of all that waited, and commands of the engine keep their own", () =>
    house(
      Effect.gen(function* () {
        const { first, here, outside } = yield* writingRoom("collect")
        yield* post(here, "two")
        yield* post(here, "three")
        yield* post(here, "/context", "raw")
        yield* first.release
        yield* ended(here, 3)
        assert.deepStrictEqual(
          (yield* runs(here)).map(({ message_ids }) => message_ids.join("+")),
          ["one", "two+three", "/context"]
        )
        assert.strictEqual(outside.processes()[0]?.written[1]?.text, "Ada: two\n\nAda: three")
        assert.deepStrictEqual(yield* states(here), {
          one: "replied",
          two: "replied",
          three: "replied",
          "/context": "replied"
        })
      })
    )
  )

  it.effect("interrupt stops for the newer message, keeps what was written, and says why", () =>
    house(
      Effect.gen(function* () {
        const { here, outside } = yield* writingRoom("interrupt")
        yield* post(here, "two")
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* said(here), ["First.", Sentence.stopped("interrupted", 0), "Answer to: two"])
        assert.deepStrictEqual(yield* states(here), { one: "stopped", two: "replied" })
        assert.lengthOf(outside.processes(), 1)
      })
    )
  )

  it.effect("steer writes the message into the turn, which takes it in while a tool runs: one run, one answer", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("one", (_, stage) =>
          Effect.flatMap(tool(stage, "Bash", stage.absorb), ({ text }) => stage.say(`Both, also "${text}".`))
        )
        const here = yield* room("room", { busy: "steer" })
        yield* post(here, "one")
        yield* prompted("one")
        yield* post(here, "two")
        const run = yield* ended(here)
        assert.deepStrictEqual(run.message_ids.join("+"), "one+two")
        assert.deepStrictEqual(yield* said(here), ['Both, also "Ada: two".'])
        assert.deepStrictEqual(yield* states(here), { one: "replied", two: "replied" })
      })
    )
  )

  it.effect("steer gives the message a run of its own where text was being written, on the same process and slot", () =>
    house(
      Effect.gen(function* () {
        const { first, here, outside } = yield* writingRoom("steer")
        yield* post(here, "two")
        yield* post(here, "three")
        yield* prompted("three")
        yield* first.release
        yield* ended(here, 3)
        assert.deepStrictEqual(yield* said(here), ["First.", "Answer to: two", "Answer to: three"])
        assert.deepStrictEqual(outside.prompts(), ["one", "two", "three"])
        assert.lengthOf(outside.processes(), 1)
        assert.deepStrictEqual(
          (yield* runs(here)).map(({ message_ids, status }) => `${message_ids.join("+")} ${status}`),
          ["one completed", "two completed", "three completed"]
        )
      }),
      { max_concurrent_runs: 1 }
    )
  )

  it.effect("steer holds a command of the engine, and what is behind it, for turns of their own", () =>
    house(
      Effect.gen(function* () {
        const { first, here, outside } = yield* writingRoom("steer")
        yield* post(here, "/context", "raw")
        yield* post(here, "three")
        yield* settle
        assert.deepStrictEqual(outside.prompts(), ["one"])
        yield* first.release
        yield* ended(here, 3)
        assert.deepStrictEqual(yield* said(here), ["First.", "Answer to: /context", "Answer to: three"])
      })
    )
  )

  it.effect("steer writes a message that came before the agent had read its prompt as soon as it has", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const started = yield* Deferred.make<void>()
        outside.knobs.opening = () => Deferred.await(started)
        outside.when("one", (_, stage) => Effect.flatMap(stage.absorb, ({ text }) => stage.say(`Also: ${text}`)))
        const here = yield* room("room", { busy: "steer" })
        yield* post(here, "one")
        yield* settle
        yield* post(here, "two")
        yield* settle
        yield* Deferred.succeed(started, undefined)
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Also: Ada: two"])
      })
    )
  )

  it.effect("steer gives a message that was written in vain, because the process ended, its own turn", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const broken = yield* Deferred.make<void>()
        outside.when("one", (_, stage) => Effect.andThen(Deferred.await(broken), stage.exit(1)))
        const here = yield* room("room", { busy: "steer" })
        yield* post(here, "one")
        yield* prompted("one")
        yield* post(here, "two")
        yield* prompted("two")
        yield* Deferred.succeed(broken, undefined)
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* states(here), { one: "replied", two: "replied" })
        assert.strictEqual((yield* said(here)).filter((text) => text === "Answer to: two").length, 1)
      })
    )
  )
})
