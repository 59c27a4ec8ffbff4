/** A stop ends the work within two seconds, whatever the work is, and the next message goes on in the same session. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber } from "effect"
import { ChannelGate } from "../../src/actors/ChannelGate.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import { Agents } from "../../src/services/Agents.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking, working, writing } from "../support/Scripts.ts"

const { ended, heard, house, pass, post, prompted, room, runs, said, settle, states, stop } = House
const stopped = Sentence.stopped("stopped", 0)

const modesOf = (outside: Outside["Service"]) => outside.processes().map(({ spec }) => spec.session._tag)

describe("A stop", () => {
  it.effect("in the middle of a text keeps what was written, and the process", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("write", writing("Once upon a").script)
        const here = yield* room("room")
        yield* post(here, "write")
        yield* heard("Once upon a")
        const answer = yield* stop(here)
        const run = yield* ended(here)
        assert.deepStrictEqual(answer, { stopped: true, run_id: run.run_id })
        assert.deepStrictEqual(yield* said(here), ["Once upon a", stopped])
        assert.deepStrictEqual(yield* states(here), { write: "stopped" })
        yield* post(here, "go on")
        yield* ended(here, 2)
        assert.deepStrictEqual(modesOf(outside), ["New"])
      })
    )
  )

  it.effect("ends the box with what a tool left running, and the session goes on in a new one", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const left = { pid: 9, ppid: 1, elapsedSec: 0, command: "tail -f /dev/null" }
        outside.knobs.agent = (agent) => ({ ...agent, processes: Effect.succeed([left]) })
        outside.when("serve", working().script)
        const here = yield* room("room")
        yield* post(here, "first")
        yield* ended(here)
        yield* post(here, "serve")
        yield* prompted("serve")
        yield* pass(5)
        yield* stop(here)
        assert.isFalse(outside.processes()[0]?.alive())
        yield* post(here, "go on")
        yield* ended(here, 3)
        assert.deepStrictEqual(modesOf(outside), ["New", "Resume"])
      })
    )
  )

  it.effect("leaves the box to the next turn when what still ran is at its end", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const looks = [[{ pid: 9, ppid: 1, elapsedSec: 0, command: "[bash]" }]]
        outside.knobs.agent = (agent) => ({ ...agent, processes: Effect.sync(() => looks.pop() ?? []) })
        outside.when("work", working().script)
        const here = yield* room("room")
        yield* post(here, "work")
        yield* prompted("work")
        yield* pass(5)
        yield* stop(here)
        assert.deepStrictEqual(looks, [])
        assert.isTrue(outside.processes()[0]?.alive())
      })
    )
  )

  it.effect("leaves alone what ran in the box before the turn", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const server = { pid: 9, ppid: 1, elapsedSec: 60, command: "an MCP server" }
        outside.knobs.agent = (agent) => ({ ...agent, processes: Effect.succeed([server]) })
        outside.when("work", working().script)
        const here = yield* room("room")
        yield* post(here, "work")
        yield* prompted("work")
        yield* pass(5)
        yield* stop(here)
        assert.isTrue(outside.processes()[0]?.alive())
      })
    )
  )

  it.effect("gives a process that had to be signalled to no other turn", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.agent = (agent) => ({ ...agent, interrupt: Effect.never, signal: () => agent.interrupt })
        outside.when("work", working().script)
        const here = yield* room("room")
        yield* post(here, "first")
        yield* ended(here)
        yield* post(here, "work")
        yield* post(here, "queued")
        yield* prompted("work")
        const stopping = yield* Effect.forkChild(stop(here))
        yield* pass(1)
        yield* Fiber.join(stopping)
        yield* ended(here, 3)
        assert.deepStrictEqual(yield* said(here), ["Answer to: first", stopped, "Answer to: queued"])
        assert.deepStrictEqual(modesOf(outside), ["New", "Resume"])
        assert.isFalse(outside.processes()[0]?.alive())
      })
    )
  )

  it.effect("kills an engine that does not listen, within two seconds", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.agent = (agent) => ({ ...agent, interrupt: Effect.never, signal: () => Effect.void })
        outside.when("hang", working().script)
        const here = yield* room("room")
        yield* post(here, "hang")
        yield* prompted("hang")
        const before = yield* Clock.currentTimeMillis
        assert.isTrue((yield* stop(here)).stopped)
        assert.isAtMost((yield* Clock.currentTimeMillis) - before, 2000)
        assert.isFalse(outside.processes()[0]?.alive())
        assert.deepStrictEqual(yield* said(here), [stopped])
      })
    )
  )

  it.effect("ends an engine that never took its prompt", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.agent = (agent) => ({ ...agent, send: () => Effect.never, signal: () => Effect.never })
        const here = yield* room("room")
        yield* post(here, "hello")
        yield* House.until(
          "a process",
          Effect.map(runs(here), ([run]) => run?.status === "running")
        )
        assert.isTrue((yield* stop(here)).stopped)
        assert.strictEqual((yield* ended(here)).status, "stopped")
      })
    )
  )

  it.effect("ends a run whose process is still being started, and leaves none behind", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.opening = () => Effect.never
        const here = yield* room("room")
        yield* post(here, "hello")
        yield* settle
        assert.isTrue((yield* stop(here)).stopped)
        assert.deepStrictEqual(yield* said(here), [stopped])
        assert.deepStrictEqual(yield* Agents.use(({ list }) => list), [])
        assert.strictEqual(outside.sockets.size, 0)
      })
    )
  )

  it.effect("while a person is asked takes the question back", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("may I", asking())
        const here = yield* room("room")
        yield* post(here, "may I")
        const approval = yield* House.asked(here)
        yield* stop(here)
        assert.strictEqual((yield* ended(here)).status, "stopped")
        assert.strictEqual((yield* House.approvalOf(approval))?.status, "withdrawn")
        assert.deepStrictEqual(yield* said(here), [stopped])
      })
    )
  )

  it.effect("gives a message that was written into the turn a turn of its own", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        // Slow enough that the next turn has begun before the last one is known to be over.
        outside.knobs.agent = (agent) => ({ ...agent, processes: Effect.delay(agent.processes, "200 millis") })
        outside.when("one", writing("First.").script)
        const here = yield* room("room", { busy: "steer" })
        yield* post(here, "one")
        yield* heard("First.")
        yield* post(here, "two")
        yield* prompted("two")
        yield* stop(here)
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* states(here), { one: "stopped", two: "replied" })
        assert.deepStrictEqual(yield* said(here), ["First.", stopped, "Answer to: two"])
      })
    )
  )

  it.effect("right behind a message finds its run, and where nothing is to be done says so", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", working().script)
        const here = yield* room("room")
        assert.deepStrictEqual(yield* stop(here), { stopped: false })
        yield* House.accept(here, "work")
        const stopping = yield* Effect.forkChild(stop(here), { startImmediately: true })
        yield* settle
        yield* ChannelGate.use(({ wake }) => wake(here.channel_id))
        assert.isTrue((yield* Fiber.join(stopping)).stopped)
        assert.deepStrictEqual(yield* states(here), { work: "stopped" })
      })
    )
  )

  it.effect("of a run that is over does nothing to the next one", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const second = working("Second.")
        outside.when("two", second.script)
        const here = yield* room("room")
        yield* post(here, "one")
        const { run_id } = yield* ended(here)
        yield* post(here, "two")
        yield* prompted("two")
        const late = ChannelGate.use((gate) => gate.stop(here.channel_id, "stopped", run_id))
        assert.deepStrictEqual(yield* House.during(late), { stopped: false, run_id: null })
        yield* second.release
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* states(here), { one: "replied", two: "replied" })
      })
    )
  )

  it.effect("leaves what is queued to its turn", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("one", working().script)
        const here = yield* room("room")
        yield* post(here, "one")
        yield* prompted("one")
        yield* post(here, "two")
        yield* stop(here)
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* states(here), { one: "stopped", two: "replied" })
      })
    )
  )
})
