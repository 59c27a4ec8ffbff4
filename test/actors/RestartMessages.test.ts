/** Messages that were written into a turn, or came, when a supervisor ended; and where the next one reads on. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Processes } from "../../src/services/Processes.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"
import { writing } from "../support/Scripts.ts"

const { ended, heard, post, prompted, room, said, serving, settle, states, stop } = House

describe("A supervisor that comes back", () => {
  it.effect("knows what was written into the turn, and gives it its own when the turn ends without it", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const first = writing("First.")
      world.when("one", first.script)
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room", { busy: "steer" })
          yield* post(here, "one")
          yield* heard("First.")
          yield* post(here, "two")
          yield* prompted("two")
          return here
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* settle
          yield* first.release
          yield* ended(here, 2)
          assert.deepStrictEqual(yield* said(here), ["First.", "Answer to: two"])
          assert.deepStrictEqual(yield* states(here), { one: "replied", two: "replied" })
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("writes into the turn what the last one had stored and not written", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.when("one", (_, stage) => Effect.flatMap(stage.absorb, ({ text }) => stage.say(`Also ${text}`)))
      world.knobs.agent = (agent) => ({ ...agent, steer: () => Effect.never })
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room", { busy: "steer" })
          yield* post(here, "one")
          yield* prompted("one")
          yield* post(here, "two")
          yield* settle
          return here
        })
      )
      world.knobs.agent = (agent) => agent
      yield* serving(
        Effect.gen(function* () {
          const run = yield* ended(here)
          assert.deepStrictEqual(yield* said(here), ["Also Ada: two"])
          assert.strictEqual(run.message_ids.join("+"), "one+two")
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("interrupts the turn for a message that came while nobody was there to be told", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.when("one", writing("First.").script)
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room", { busy: "interrupt" })
          yield* post(here, "one")
          yield* heard("First.")
          return here
        })
      )
      yield* serving(House.accept(here, "two"))
      yield* serving(
        Effect.gen(function* () {
          yield* ended(here, 2)
          assert.deepStrictEqual(yield* states(here), { one: "stopped", two: "replied" })
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})

describe("The cursor into a process's log", () => {
  it.effect("is moved past a stopped turn and one that nobody asked for: no turn is counted or seen twice", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const last = writing("Last.")
      world.when("stop me", writing("Once").script)
      world.when("last", last.script)
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          yield* post(here, "stop me")
          yield* heard("Once")
          yield* stop(here)
          const [process] = world.processes()
          yield* process?.begin((stage) => Effect.andThen(stage.say("I woke up."), Effect.never)) ?? Effect.void
          yield* House.until(
            "its end",
            Effect.sync(() => process?.log.at(-1)?.event._tag === "TurnEnded")
          )
          yield* settle
          const [row] = yield* Processes.use(({ list }) => list)
          assert.strictEqual(row?.cost_total, 0.02)
          assert.strictEqual(row?.cursor, `${(process?.log.length ?? 0) - 1}`)
          yield* post(here, "last")
          yield* heard("Last.")
          return here
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* last.release
          yield* ended(here, 2)
          assert.deepStrictEqual(yield* said(here), ["Once", "Stopped.", "Last."])
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})

describe("However often a supervisor ends, and whenever", () => {
  it.effect("every message is answered once, in order", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const texts = Array.from({ length: 6 }, (_, at) => `message ${at}`)
      const here = yield* serving(
        Effect.tap(room("room"), (here) => Effect.forEach(texts, (text) => post(here, text), { discard: true }))
      )
      for (let steps = 1; steps <= 40; steps += 3) {
        yield* serving(Effect.repeat(Effect.yieldNow, { times: steps }))
      }
      yield* serving(ended(here, texts.length))
      yield* serving(
        Effect.gen(function* () {
          assert.deepStrictEqual(
            yield* said(here),
            texts.map((text) => `Answer to: ${text}`)
          )
          assert.deepStrictEqual([...new Set(world.prompts())], texts)
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})
