/** What the agent may not do, or cannot know, by itself: a person is asked, and the run waits without being in the way. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** Says something that makes the agent ask; the approval. */
const asks = Effect.fnUntraced(function* (channel: Talk.Channel, content: string) {
  const page = yield* follow(channel)
  const message = yield* channel.post(content)
  const { data } = yield* page.hears("approval.requested")
  yield* Talk.eventually(channel.runs, (runs) => runs.at(-1)?.status === "waiting")
  return { message, id: String(data["approval_id"]), request: data["request"] as Readonly<Record<string, unknown>> }
})

const decide = (id: string, decision: string, message?: string) =>
  Talk.call("POST", `/api/approvals/${id}`, message === undefined ? { decision } : { decision, message })

const asking = Effect.fnUntraced(function* () {
  const channel = yield* Talk.newChannel()
  yield* channel.patch({ permission_mode: "ask" })
  return channel
})

const oneSlot = Program.layer({ max_concurrent_runs: 1, max_kept_processes: 4 })

layer(oneSlot, { timeout: "3 minutes", excludeTestServices: true })("What the agent asks", (it) => {
  it.effect("waits for a person without its slot, and is done when it is allowed", () =>
    Effect.gen(function* () {
      const channel = yield* asking()
      const { id, message, request } = yield* asks(channel, "tool: bash mkdir allowed && echo made")
      assert.deepInclude(request, { _tag: "Permission", tool: "Bash" })
      // The one slot is free meanwhile.
      const other = yield* Talk.newChannel()
      assert.deepStrictEqual((yield* other.ask("say: meanwhile")).said, ["meanwhile"])

      assert.strictEqual((yield* decide(id, "allow")).status, 200)
      yield* channel.settled(message)
      assert.deepStrictEqual(yield* channel.said, ["The tool said: made"])
      const late = yield* decide(id, "deny")
      assert.strictEqual(late.status, 409)
      assert.include(JSON.stringify(late.json), "allowed")
    })
  )

  it.effect("is not done when it is denied, and asked about once when exactly that is always allowed", () =>
    Effect.gen(function* () {
      const channel = yield* asking()
      const first = yield* asks(channel, "tool: bash mkdir one")
      yield* decide(first.id, "deny", "Not today.")
      yield* channel.settled(first.message)
      assert.deepStrictEqual(yield* channel.said, ["The tool said: Not today."])

      const second = yield* asks(channel, "tool: bash echo once >> twice; cat twice")
      yield* decide(second.id, "allow_always")
      yield* channel.settled(second.message)
      assert.deepStrictEqual((yield* channel.ask("tool: bash echo once >> twice; cat twice")).said, [
        "The tool said: once\nonce"
      ])
      const other = yield* asks(channel, "tool: bash echo more >> twice; cat twice")
      yield* decide(other.id, "deny", "No more.")
      yield* channel.settled(other.message)
      assert.strictEqual((yield* channel.said).at(-1), "The tool said: No more.")
    })
  )

  it.effect("is denied when nobody answers in time, said aloud", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      yield* program.configure({ approval_timeout_sec: 1 })
      yield* Talk.logs("was edited and applies")
      const channel = yield* asking()
      const { id, message } = yield* asks(channel, "tool: bash mkdir late")
      assert.strictEqual((yield* channel.settled(message)).state, "replied")
      assert.deepStrictEqual(
        (yield* channel.said).map((text) => text.replace(/^The tool said: /, "")),
        ["Nobody answered within 1 second, so it was denied.", "Nobody answered within 1 second, so it was denied."]
      )
      const late = yield* decide(id, "allow")
      assert.strictEqual(late.status, 409)
      assert.include(JSON.stringify(late.json), "expired")
      yield* program.configure({})
      yield* Talk.logs("was edited and applies", 2)
    })
  )

  it.effect("is a question with options, in every mode; the answer may be any text", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const { id, message, request } = yield* asks(channel, "ask: Which colour? | Red | Blue")
      assert.deepInclude(request, {
        _tag: "Question",
        questions: [{ question: "Which colour?", options: ["Red", "Blue"], multiple: false }]
      })
      yield* decide(id, "allow", "Green, please")
      yield* channel.settled(message)
      assert.include((yield* channel.said)[0], "Green, please")
    })
  )

  it.effect("is taken back when the run is stopped", () =>
    Effect.gen(function* () {
      const channel = yield* asking()
      const { id, message } = yield* asks(channel, "tool: bash mkdir never")
      assert.isTrue((yield* channel.stop).stopped)
      assert.strictEqual((yield* channel.settled(message)).state, "stopped")
      assert.strictEqual((yield* decide(id, "allow")).status, 409)
      assert.deepStrictEqual((yield* channel.ask("say: and on")).said, ["and on"])
    })
  )

  it.effect("still waits after the server was killed, and is done once", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const channel = yield* asking()
      const { id, message } = yield* asks(channel, "tool: bash echo once >> done; cat done")
      const boxes = yield* channel.boxes
      yield* program.kill
      yield* program.start()
      assert.strictEqual((yield* decide(id, "allow")).status, 200)
      yield* channel.settled(message)
      assert.deepStrictEqual(yield* channel.said, ["The tool said: once"])
      assert.deepStrictEqual(yield* channel.boxes, boxes)
    })
  )
})
