/** The mailbox: order, no message twice, channels side by side, and what people may do with what waits. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** A turn that stays at work until its gate is released. */
const busy = Effect.fnUntraced(function* (channel: Talk.Channel, content = "say: a long one") {
  const { api } = yield* Program.Program
  const gate = yield* api.hold("first byte", `${content}, in ${channel.id}`)
  const message = yield* channel.post(`${content}, in ${channel.id}`)
  yield* gate.reached
  return { ...gate, message }
})

const queueOf = (channel: Talk.Channel) =>
  Effect.map(channel.status, ({ queue }) => queue.map(({ content, waiting_for }) => `${content} (${waiting_for})`))

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("A channel's mailbox", (it) => {
  it.effect("answers twenty messages posted at once with twenty answers, in order of arrival", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const words = Array.from({ length: 20 }, (_, i) => `number ${i + 1}`)
      const ids = yield* Effect.forEach(words, (word) => channel.post(`say: ${word}`), { concurrency: "unbounded" })
      yield* Effect.forEach(ids, channel.settled)
      const all = yield* channel.messages
      const asked = all.filter(({ is_bot }) => !is_bot).map(({ content }) => content.replace("say: ", ""))
      assert.sameMembers(asked, words)
      assert.deepStrictEqual(yield* channel.said, asked)
      assert.deepStrictEqual(
        (yield* channel.runs).map(({ attempt, message_ids, status }) => [attempt, message_ids.length, status]),
        words.map(() => [1, 1, "completed"])
      )
    })
  )

  it.effect("gives one turn to a message id, however often it comes", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const again = channel.post("say: once", "the-same")
      assert.deepStrictEqual(
        yield* Effect.all([again, again, again], { concurrency: "unbounded" }),
        Array.from({ length: 3 }, () => "the-same")
      )
      yield* channel.settled("the-same")
      yield* again
      yield* channel.ask("say: the next")
      assert.deepStrictEqual(yield* channel.said, ["once", "the next"])
    })
  )

  it.effect("works in two channels side by side", () =>
    Effect.gen(function* () {
      const [left, right] = [yield* Talk.newChannel(), yield* Talk.newChannel()]
      // Both are at work at the same time, and the first to begin is the last to end.
      const [first, second] = [yield* busy(left), yield* busy(right)]
      yield* second.release
      yield* right.settled(second.message)
      assert.strictEqual((yield* left.status).state, "running")
      yield* first.release
      yield* left.settled(first.message)
    })
  )

  it.effect("lets what waits be edited and dropped, and refuses it for what runs", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const gate = yield* busy(channel)
      const [edited, dropped] = [yield* channel.post("say: wrong"), yield* channel.post("say: never")]
      assert.deepStrictEqual(yield* queueOf(channel), ["say: wrong (turn)", "say: never (turn)"])
      const entry = (id: string) => `${channel.path}/queue/${id}`
      assert.strictEqual((yield* Talk.call("PATCH", entry(edited), { content: "say: right" })).status, 200)
      assert.strictEqual((yield* Talk.call("DELETE", entry(dropped))).status, 204)
      assert.strictEqual((yield* Talk.call("DELETE", entry(gate.message))).status, 409)
      assert.strictEqual((yield* Talk.call("PATCH", entry(gate.message), { content: "say: else" })).status, 409)
      yield* gate.release
      assert.strictEqual((yield* channel.settled(edited)).state, "replied")
      assert.strictEqual((yield* channel.settled(dropped)).state, "dropped")
      assert.deepStrictEqual((yield* channel.said).slice(1), ["right"])
    })
  )

  it.effect("collects what waits into one next turn (busy: collect)", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      yield* channel.patch({ busy: "collect" })
      const gate = yield* busy(channel)
      const ids = yield* Effect.forEach(["say: one", "say: two", "say: three"], (content) => channel.post(content))
      yield* gate.release
      yield* Effect.forEach(ids, channel.settled)
      const runs = yield* channel.runs
      assert.deepStrictEqual(
        runs.map(({ message_ids }) => message_ids),
        [[gate.message], ids]
      )
      const asked = api.requests.findLast(({ prompt }) => prompt.includes("say: three"))?.prompt
      assert.strictEqual(asked, ["one", "two", "three"].map((word) => `local-user: say: ${word}`).join("\n\n"))
    })
  )

  it.effect("stops the turn for a newer message (busy: interrupt)", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      yield* channel.patch({ busy: "interrupt" })
      const page = yield* follow(channel)
      const first = yield* channel.post("hang in the middle")
      yield* page.shows((text) => text.startsWith("This text"))
      const second = yield* channel.post("say: newer")
      assert.strictEqual((yield* channel.settled(second)).state, "replied")
      assert.strictEqual((yield* channel.settled(first)).state, "stopped")
      assert.deepStrictEqual((yield* channel.said).slice(1), ["Stopped for your newer message.", "newer"])
    })
  )

  it.effect("writes into the running turn while a tool runs (busy: steer)", () =>
    Effect.gen(function* () {
      const { containers } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      yield* channel.patch({ busy: "steer" })
      const page = yield* follow(channel)
      const first = yield* channel.post("tool: bash until [ -e go ]; do sleep 0.1; done")
      yield* page.hears("run.tool")
      const steering = "say: both are done"
      const second = yield* channel.post(steering)
      // Written into the turn, it can no longer be changed.
      const change = Talk.call("PATCH", `${channel.path}/queue/${second}`, { content: steering })
      yield* Talk.eventually(change, ({ status }) => status === 409)
      const [box = ""] = yield* channel.boxes
      yield* containers.shell(box, "touch go")
      yield* Effect.forEach([first, second], channel.settled)
      assert.deepStrictEqual(
        (yield* channel.runs).map(({ message_ids }) => message_ids),
        [[first, second]]
      )
      assert.deepStrictEqual(yield* channel.said, ["both are done"])
    })
  )

  it.effect("gives a message that came while text streamed an answer of its own (busy: steer)", () =>
    Effect.gen(function* () {
      const { api } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      yield* channel.patch({ busy: "steer" })
      const gate = yield* api.hold("middle", "say: the first answer streams")
      const first = yield* channel.post("say: the first answer streams")
      yield* gate.reached
      const second = yield* channel.post("say: the second")
      yield* gate.release
      yield* Effect.forEach([first, second], channel.settled)
      assert.deepStrictEqual(yield* channel.said, ["the first answer streams", "the second"])
      assert.deepStrictEqual(
        (yield* channel.runs).map(({ message_ids }) => message_ids),
        [[first], [second]]
      )
    })
  )
})
