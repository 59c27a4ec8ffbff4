/** How many runs work at once over all channels, and how those that wait are seen. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Conversations } from "../../src/services/Conversations.ts"
import { Slots } from "../../src/services/Slots.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking, working } from "../support/Scripts.ts"

const { ended, house, owner, post, prompted, room, runs, said, settle, states, stop } = House

const one = { max_concurrent_runs: 1, max_kept_processes: 4 }

const inspect = (place: { readonly channel_id: Parameters<Conversations["Service"]["inspect"]>[1] }) =>
  Conversations.use((conversations) => conversations.inspect(owner, place.channel_id))

/** One channel at work, another one behind it in the line. */
const busyHouse = Effect.gen(function* () {
  const outside = yield* Outside
  const first = working("First.")
  outside.when("one", first.script)
  const here = yield* room("here")
  const there = yield* room("there")
  yield* post(here, "one")
  yield* prompted("one")
  yield* post(there, "two")
  yield* settle
  return { outside, first, here, there }
})

describe("With one slot", () => {
  it.effect("a second channel waits, is seen to wait, and goes on when the slot is free", () =>
    house(
      Effect.gen(function* () {
        const { first, here, outside, there } = yield* busyHouse
        yield* post(there, "three")
        yield* settle
        assert.deepStrictEqual(outside.prompts(), ["one"])
        const waiting = yield* inspect(there)
        assert.deepStrictEqual([waiting.state, waiting.run?.status], ["running", "starting"])
        assert.deepStrictEqual(
          waiting.queue.map(({ waiting_for }) => waiting_for),
          ["slot"]
        )
        assert.deepInclude(yield* Slots.use(({ usage }) => usage), { used: 1, waiting: 1, limit: 1 })
        yield* post(here, "four")
        assert.deepStrictEqual(
          (yield* inspect(here)).queue.map(({ waiting_for }) => waiting_for),
          ["turn"]
        )
        yield* first.release
        yield* ended(there, 2)
        yield* ended(here, 2)
        assert.deepStrictEqual(outside.prompts().slice(0, 2), ["one", "two"])
        assert.deepInclude(yield* Slots.use(({ usage }) => usage), { used: 0, waiting: 0 })
      }),
      one
    )
  )

  it.effect("a run that waits can be stopped, says so, and never starts a process", () =>
    house(
      Effect.gen(function* () {
        const { first, here, outside, there } = yield* busyHouse
        assert.isTrue((yield* stop(there)).stopped)
        assert.deepStrictEqual(yield* states(there), { two: "stopped" })
        assert.deepStrictEqual(yield* said(there), ["Stopped."])
        assert.deepInclude(yield* Slots.use(({ usage }) => usage), { used: 1, waiting: 0 })
        yield* first.release
        yield* ended(here)
        assert.lengthOf(outside.processes(), 1)
      }),
      one
    )
  )

  it.effect("those that wait go on in the order in which their messages came", () =>
    house(
      Effect.gen(function* () {
        const { first, outside, there } = yield* busyHouse
        const rooms = yield* Effect.forEach(["a", "b", "c"], (name) => room(name))
        for (const [at, place] of rooms.entries()) yield* post(place, `message ${at}`)
        yield* settle
        yield* first.release
        yield* Effect.forEach([there, ...rooms], (place) => ended(place))
        assert.deepStrictEqual(outside.prompts(), ["one", "two", "message 0", "message 1", "message 2"])
      }),
      one
    )
  )

  it.effect("a run that waits for a person gives its slot to the next, and gets one again for the answer", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working("Two.")
        outside.when("may I", asking())
        outside.when("two", slow.script)
        const here = yield* room("here")
        const there = yield* room("there")
        yield* post(here, "may I")
        const approval = yield* House.asked(here)
        yield* post(there, "two")
        yield* prompted("two")
        yield* Conversations.use((conversations) => conversations.decide(owner, approval.approval_id, "allow", null))
        yield* settle
        assert.deepStrictEqual(yield* said(here), [])
        assert.strictEqual((yield* inspect(here)).run?.status, "waiting")
        yield* slow.release
        yield* ended(there)
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Allow"])
      }),
      one
    )
  )

  it.effect("a larger limit in the configuration lets those that wait go on at once", () =>
    house(
      Effect.gen(function* () {
        const { here, outside, there } = yield* busyHouse
        yield* outside.configure({ max_concurrent_runs: 2 })
        yield* ended(there)
        assert.deepStrictEqual(
          (yield* runs(here)).map(({ status }) => status),
          ["running"]
        )
      }),
      one
    )
  )
})
