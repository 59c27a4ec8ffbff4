import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { emptyView, finish, show, type View } from "../../src/cli/ChatView.ts"
import { loop, loopHome, start } from "../support/Command.ts"
import { type Channel, fakeServer, type Row, type Script } from "../support/FakeServer.ts"

const frame = (message_uuid: string, offset: number, text: string, reset = false) => ({
  type: "run.text",
  data: { message_uuid, offset, text, ...(reset && { reset }) }
})

describe("loop chat on a pipe", () => {
  const script: Script = {
    posted: (channel, row) => {
      row.run_id = row.message_id
      const text = `Echo of ${row.content}.`
      channel.emit("run.text", frame("u1", 0, "Echo of ").data)
      channel.emit("run.text", frame("u1", 8, row.content).data)
      channel.emit("run.tool", { tool_use_id: "t", name: "Bash", state: "started", input_summary: "ls" })
      channel.emit("run.turn", { message_uuid: "u1", text })
      channel.say(text, row.message_id)
      channel.end(row, "replied")
    }
  }

  it.live("answers line after line, each text once, in the channel of its directory", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer(script)
      const { code, stderr, stdout } = yield* loop(yield* loopHome(), ["chat"], {
        input: "one\n\ntwo\n",
        env: server.env
      })
      assert.deepStrictEqual([code, stdout, stderr], [0, "Echo of one.\nEcho of two.\n", ""])
      assert.strictEqual(server.requests[0], "POST /api/channels")
      assert.strictEqual(server.requests.filter((each) => each.endsWith("/messages") && each.startsWith("P")).length, 2)
    })
  )

  it.live("shows what was said while the connection was lost", () =>
    Effect.gen(function* () {
      let [working, opened, looks] = [undefined as Row | undefined, 0, 0]
      const server = yield* fakeServer({
        posted: (channel, row) => {
          working = row
          row.run_id = "r1"
          channel.emit("run.turn", { text: "Looking." })
        },
        asked: (channel, path) => {
          if (path === "GET /api/events" && ++opened === 2) channel.emit("run.turn", { text: "Found it." })
          if (path !== "GET /api/channels/local%3Aa/messages" || working === undefined) return
          const row = working
          if (++looks === 1) channel.cut()
          // Behind this look, which still finds it at work.
          if (looks === 2) setImmediate(() => (channel.say("Done.", "r1"), channel.end(row, "replied")))
        }
      })
      const chat = ["chat", "-c", "local:a"]
      const { stdout } = yield* loop(yield* loopHome(), chat, { input: "one\n", env: server.env })
      assert.strictEqual(stdout, "Looking.\nFound it.\nDone.\n")
    })
  )

  it.live("exits 1 when an answer was none", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer({ posted: (channel, row) => channel.end(row, "failed") })
      const { code, stderr } = yield* loop(yield* loopHome(), ["chat", "-c", "local:a"], {
        input: "one\n",
        env: server.env
      })
      assert.strictEqual(code, 1)
      assert.match(stderr, /1 of the messages had no good answer/)
    })
  )

  it.live("stops the run when it is interrupted", () =>
    Effect.gen(function* () {
      let working: Row | undefined
      const server = yield* fakeServer({
        posted: (channel, row) => {
          working = row
          row.run_id = "r1"
          row.state = "running"
          channel.emit("run.text", frame("u1", 0, "I am at it").data)
        },
        stopped: (channel: Channel) => channel.end(working!, "stopped")
      })
      const chat = yield* start(yield* loopHome(), ["chat", "--channel", "local:a"], { env: server.env })
      yield* chat.type("work\n")
      yield* chat.says("I am at it")
      yield* chat.signal("SIGINT")
      assert.strictEqual((yield* chat.ended).code, 130)
      assert.strictEqual(working?.state, "stopped")
    })
  )
})

describe("what a terminal shows", () => {
  const shown = (events: ReadonlyArray<{ type: string; data: unknown }>, forPeople = true) => {
    let view: View = emptyView
    let text = ""
    for (const event of events) {
      const [next, more] = show(view, event as Parameters<typeof show>[1], forPeople)
      view = next
      text += more
    }
    return text + finish(view)
  }
  const turn = (text: string) => ({ type: "run.turn", data: { message_uuid: "u1", text } })
  const said = (content: string) => ({ type: "message.created", data: { is_bot: true, content } })

  it("is each text once, whether it streamed, was whole, or both", () => {
    assert.strictEqual(shown([frame("u1", 0, "Hel"), frame("u1", 3, "lo"), turn("Hello!"), said("Hello!")]), "Hello!\n")
    assert.strictEqual(shown([turn("Hello!"), said("Hello!")]), "Hello!\n")
    assert.strictEqual(shown([frame("u1", 0, "Hel"), said("Hello!"), turn("Hello!")]), "Hello!\n")
    assert.strictEqual(shown([turn("42"), said("42"), said("4")]), "42\n4\n")
  })

  it("leaves out what a frame repeats, and begins anew after a reset", () => {
    assert.strictEqual(shown([frame("u1", 0, "Hel"), frame("u1", 0, "Hello"), frame("u1", 5, "!")]), "Hello!\n")
    assert.strictEqual(shown([frame("u1", 0, "Hel"), frame("u1", 0, "Hello", true)]), "Hel\nHello\n")
  })

  it("puts each block, tool and note on lines of its own, and leaves tools out for programs", () => {
    const tool = { type: "run.tool", data: { name: "Bash", state: "started", input_summary: "ls" } }
    const note = { type: "run.note", data: { text: "A new session." } }
    const events = [frame("u1", 0, "Looking"), tool, note, frame("u2", 0, "Done")]
    assert.strictEqual(shown(events), "Looking\n[Bash] ls\nA new session.\nDone\n")
    assert.strictEqual(shown(events, false), "Looking\nDone\n")
  })

  it("is nothing of what other people write", () => {
    assert.strictEqual(shown([{ type: "message.created", data: { is_bot: false, content: "hi" } }]), "")
  })
})
