/** Stop, whatever a turn does: the work has really ended when it answers, and the conversation goes on in its session. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** The command lines of tools in the channel's containers. */
const atWork = Effect.fnUntraced(function* (channel: Talk.Channel) {
  const { containers } = yield* Program.Program
  const lines = yield* Effect.forEach(yield* channel.boxes, containers.commands)
  return lines.flat().filter((line) => line.includes("tail -f"))
})

/** Stops the channel's run; what it did has ended at that moment. */
const stop = Effect.fnUntraced(function* (channel: Talk.Channel) {
  const answer = yield* channel.stop
  assert.deepStrictEqual(yield* atWork(channel), [])
  const run = (yield* channel.runs).at(-1)
  assert.deepStrictEqual(answer, { stopped: true, run_id: run?.run_id ?? "" })
  assert.deepInclude(run, { status: "stopped", reason: "Stopped." })
  assert.strictEqual((yield* channel.status).state, "idle")
})

/** The next message is answered in the same session, and the model knows what was said before. */
const goesOn = Effect.fnUntraced(function* (channel: Talk.Channel, remembers: string) {
  const { api } = yield* Program.Program
  const stopped = (yield* channel.runs).at(-1)
  assert.deepStrictEqual((yield* channel.ask("say: and on")).said, ["and on"])
  assert.strictEqual((yield* channel.runs).at(-1)?.session_id, stopped?.session_id)
  const last = api.requests.findLast(({ prompt }) => prompt.includes("say: and on"))
  assert.include(JSON.stringify(last?.body?.messages), remembers)
})

/** Waits until the model is no longer asked for anything. */
const modelLetGo = Effect.flatMap(Program.Program, ({ api }) =>
  Talk.eventually(Effect.sync(api.open), (open) => open.length === 0)
)

/** One slot, so that a second run waits for it. */
const oneSlot = Program.layer({ max_concurrent_runs: 1 })

layer(oneSlot, { timeout: "3 minutes", excludeTestServices: true })("Stop", (it) => {
  it.effect("ends a tool that runs", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const message = yield* channel.post("say: I begin.\ntool: bash tail -f /dev/null")
      yield* Talk.eventually(atWork(channel), (lines) => lines.length > 0)
      yield* stop(channel)
      assert.strictEqual((yield* channel.settled(message)).state, "stopped")
      assert.deepStrictEqual(yield* channel.said, ["I begin.", "Stopped."])
      yield* goesOn(channel, "I begin.")
      // The tool has ended; the agent itself is not taken for something that it left.
      const { log } = yield* Program.Program
      assert.notInclude(log(), "left something running")
    })
  )

  it.effect("ends a text that streams, keeps what was written, and lets go of the model", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      yield* channel.post("hang in the middle")
      yield* page.shows((text) => text.startsWith("This text"))
      const asked = api.requests.length
      yield* stop(channel)
      yield* modelLetGo
      const [kept, ...rest] = yield* channel.said
      assert.isTrue(kept?.startsWith("This text"))
      assert.deepStrictEqual(rest, ["Stopped."])
      assert.strictEqual(api.requests.length, asked)
      yield* goesOn(channel, "This text")
    })
  )

  it.effect("ends what a command has put into the background, too", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      yield* channel.post("tool: bash setsid nohup tail -f /dev/null >/dev/null 2>&1 &\nhang")
      yield* api.awaitRequest(
        ({ body, prompt }) =>
          prompt.includes("setsid") && body?.messages?.at(-1)?.role === "user" && body.messages.length > 2
      )
      yield* Talk.eventually(atWork(channel), (lines) => lines.length > 0)
      yield* stop(channel)
      yield* modelLetGo
      yield* goesOn(channel, "setsid nohup")
    })
  )

  it.effect("ends a run that waits for a slot, and leaves the one that has it alone", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const gate = yield* api.hold("first byte", "say: I have the slot")
      const [has, waits] = [yield* Talk.newChannel(), yield* Talk.newChannel()]
      const first = yield* has.post("say: I have the slot")
      yield* gate.reached
      const second = yield* waits.post("say: I am never asked")
      yield* Talk.eventually(waits.status, ({ state }) => state === "running")
      yield* stop(waits)
      assert.strictEqual((yield* waits.settled(second)).state, "stopped")
      yield* gate.release
      assert.strictEqual((yield* has.settled(first)).state, "replied")
      assert.deepStrictEqual((yield* waits.ask("say: now I am")).said, ["now I am"])
      assert.isFalse(api.requests.some(({ prompt }) => prompt.endsWith("say: I am never asked")))
    })
  )

  it.effect("ends a run whose prompt was not read yet", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const moments = [
        () => Effect.void,
        (channel: Talk.Channel) => Talk.eventually(channel.boxes, (all) => all.length > 0)
      ]
      for (const moment of moments) {
        const channel = yield* Talk.newChannel()
        const message = yield* channel.post("say: too late")
        yield* moment(channel)
        yield* stop(channel)
        assert.strictEqual((yield* channel.settled(message)).state, "stopped")
        assert.deepStrictEqual((yield* channel.ask("say: in time")).said, ["in time"])
      }
      assert.isFalse(api.requests.some(({ prompt }) => prompt.endsWith("say: too late")))
    })
  )

  it.effect(
    "ends one turn of a kept process and not what is queued behind it; an idle channel has nothing to stop",
    () =>
      Effect.gen(function* () {
        const channel = yield* Talk.newChannel()
        yield* channel.ask("say: warm")
        assert.deepStrictEqual(yield* channel.stop, { stopped: false })
        yield* channel.post("tool: bash tail -f /dev/null")
        const queued = yield* channel.post("say: queued")
        yield* Talk.eventually(atWork(channel), (lines) => lines.length > 0)
        assert.isTrue((yield* channel.stop).stopped)
        assert.strictEqual((yield* channel.settled(queued)).state, "replied")
        assert.deepStrictEqual(yield* channel.said, ["warm", "Stopped.", "queued"])
        assert.strictEqual(new Set((yield* channel.runs).map(({ session_id }) => session_id)).size, 1)
      })
  )
})
