/** Conversations over many turns and processes: resumed, lost, too long, forked, begun anew. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** What the model was given with the prompt that ends so. */
const givenWith = Effect.fnUntraced(function* (content: string) {
  const { api } = yield* Program.Program
  const request = api.requests.findLast(({ prompt }) => prompt.endsWith(content))
  return JSON.stringify(request?.body?.messages ?? [])
})

const sessionsOf = (channel: Talk.Channel) =>
  Effect.map(channel.runs, (runs) => runs.map(({ session_id }) => session_id))

/** The journal of the channel's last run. */
const eventsOf = Effect.fnUntraced(function* (channel: Talk.Channel) {
  const run = (yield* channel.runs).at(-1)
  return JSON.stringify(yield* Talk.get(`/api/runs/${run?.run_id}/events`))
})

const thread = Effect.fnUntraced(function* (parent: Talk.Channel, more: Readonly<Record<string, unknown>> = {}) {
  const { json, status } = yield* Talk.call("POST", "/api/threads", { channel_id: parent.id, name: "aside", ...more })
  assert.strictEqual(status, 201)
  return Talk.channel((json as { readonly thread_id: string }).thread_id)
})

/** Each process ends with its turn, so that each turn finds its session on the disk. */
const closedAfterEachTurn = Program.layer({ container_keep_alive_sec: 0 })

layer(closedAfterEachTurn, { timeout: "3 minutes", excludeTestServices: true })("A conversation", (it) => {
  it.effect("goes on in a new process where the last one left it, and in a thread of its own beside it", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      yield* channel.ask("say: the number is 42")
      const message = (yield* channel.messages).at(-1)?.message_id
      yield* channel.ask("say: the colour is blue")
      const [one, two] = yield* sessionsOf(channel)
      assert.strictEqual(one, two)
      assert.include(yield* givenWith("colour is blue"), "number is 42")

      // The whole of it is known in a thread that is opened now, its beginning in one that is opened at a message.
      const [now, earlier] = [yield* thread(channel), yield* thread(channel, { from_message_id: message })]
      assert.deepStrictEqual((yield* now.ask("say: here I am")).said, ["here I am"])
      assert.include(yield* givenWith("here I am"), "colour is blue")
      assert.deepStrictEqual((yield* earlier.ask("say: and I")).said, ["and I"])
      const known = yield* givenWith("and I")
      assert.include(known, "number is 42")
      assert.notInclude(known, "colour is blue")

      yield* channel.ask("say: in the channel")
      assert.notInclude(yield* givenWith("in the channel"), "here I am")
      const all = [...(yield* sessionsOf(channel)), ...(yield* sessionsOf(now)), ...(yield* sessionsOf(earlier))]
      assert.strictEqual(new Set(all).size, 3)
    })
  )

  const losses = {
    deleted: (file: string) => fs.rmSync(file),
    emptied: (file: string) => fs.truncateSync(file)
  }
  for (const [how, lose] of Object.entries(losses))
    it.effect(`whose session was ${how} begins anew once, says so, and is told what was said`, () =>
      Effect.gen(function* () {
        const { home } = yield* Program.Program
        const channel = yield* Talk.newChannel()
        yield* channel.ask("say: before the loss")
        yield* Talk.eventually(channel.boxes, (boxes) => boxes.length === 0)
        const projects = path.join(home, "channels", encodeURIComponent(channel.id), "home", ".claude", "projects")
        const files = fs.readdirSync(projects, { recursive: true, encoding: "utf8" })
        lose(
          path.join(
            projects,
            files.find((name) => name.endsWith(".jsonl"))!
          )
        )
        const { said, state } = yield* channel.ask("say: after the loss")
        assert.strictEqual(state, "replied")
        assert.match(said[0] ?? "", /^The earlier session could not be found, so a new one was begun/)
        assert.deepStrictEqual(said.slice(1), ["after the loss"])
        assert.include(yield* givenWith("after the loss"), "before the loss")
        const [lost, fresh] = yield* sessionsOf(channel)
        assert.notStrictEqual(lost, fresh)
        yield* channel.ask("say: and on")
        assert.strictEqual((yield* sessionsOf(channel)).at(-1), fresh)
      })
    )

  it.effect("that is too long is compacted once, and the message is answered", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      yield* channel.ask("say: a long story")
      const { said, state } = yield* channel.ask("overflow")
      assert.strictEqual(state, "replied")
      assert.deepStrictEqual(said, ["Answered after compacting."])
      assert.include(yield* eventsOf(channel), "The conversation was compacted.")
      const again = yield* channel.ask("overflow always")
      assert.strictEqual(again.state, "failed")
      assert.match(again.said.at(-1) ?? "", /too long .* Use reset to begin a new session\.$/)
    })
  )

  it.effect("begins anew when it is reset", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      yield* channel.ask("say: the first")
      assert.strictEqual((yield* Talk.call("POST", `${channel.path}/reset`)).status, 204)
      assert.isNull((yield* channel.status).session_id)
      assert.deepStrictEqual((yield* channel.ask("say: the second")).said, ["the second"])
      const [old, fresh] = yield* sessionsOf(channel)
      assert.notStrictEqual(old, fresh)
    })
  )
})
