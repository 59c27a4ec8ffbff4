/** The server is killed in the middle of a turn; the turn goes on in its container, and the next server takes it over. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Point } from "../../src/layers/demo/ScriptedServer.ts"
import { follow } from "../support/Follow.ts"
import type { Gate } from "../support/MessagesApi.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const only = <A>(all: ReadonlyArray<A>): A => {
  assert.strictEqual(all.length, 1)
  return all[0]!
}

/** The one container of a channel, and the one run in it, which has not been begun again. */
const turnOf = Effect.fnUntraced(function* (channel: Talk.Channel) {
  const container = only(yield* channel.boxes)
  const { attempt, run_id } = only(yield* channel.runs)
  return { attempt, container, run_id }
})

/** Says something whose answer is held at a point. */
const heldAt = Effect.fnUntraced(function* (point: Point, content: string) {
  const { api } = yield* Program.Program
  const channel = yield* Talk.newChannel()
  const gate = yield* api.hold(point, content)
  const page = yield* follow(channel)
  const message = yield* channel.post(content)
  yield* gate.reached
  return { channel, gate, message, page }
})

/** Killed, away for a while, and back; what was held is not held any longer. */
const away = Effect.fnUntraced(function* (seconds: number, gate?: Gate) {
  const program = yield* Program.Program
  yield* program.kill
  if (gate !== undefined) yield* gate.release
  yield* Effect.sleep(seconds * 1000)
  yield* program.start()
})

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("A server killed in mid-turn", (it) => {
  for (const point of ["first byte", "end"] as const) {
    it.effect(`finds its turn at work when it comes back (held: ${point})`, () =>
      Effect.gen(function* () {
        const text = `one two three (${point})`
        const { channel, gate, message } = yield* heldAt(point, `say: ${text}`)
        const turn = yield* turnOf(channel)
        yield* away(0, gate)
        yield* channel.settled(message)
        assert.deepStrictEqual(yield* channel.said, [text])
        assert.deepStrictEqual(yield* turnOf(channel), { ...turn, attempt: 1 })
      })
    )
  }

  it.effect("lets a streaming answer arrive as if nothing had happened, after six seconds away", () =>
    Effect.gen(function* () {
      const chunks = (upTo: number) => Array.from({ length: upTo }, (_, i) => `chunk ${i + 1} `).join("")
      const { channel, gate, message, page } = yield* heldAt("middle", "stream: 10 chunks with 80 ms")
      yield* page.shows((text) => text === chunks(5))
      const turn = yield* turnOf(channel)
      yield* away(6, gate)
      const again = yield* follow(channel, page.lastId())
      yield* again.shows((text) => text.startsWith(chunks(8)) && chunks(10).startsWith(text))
      yield* channel.settled(message)
      yield* again.hears("run.ended")

      assert.isAbove(again.heard.filter(({ type }) => type === "run.text").length, 1)
      assert.deepStrictEqual(yield* channel.said, [chunks(10)])
      assert.deepStrictEqual(yield* turnOf(channel), { ...turn, attempt: 1 })
      // Nothing was missed and nothing told twice.
      const ids = [...page.heard, ...again.heard].flatMap(({ id }) => id ?? [])
      assert.deepStrictEqual(
        ids,
        [...new Set(ids)].sort((a, b) => a - b)
      )
      assert.strictEqual(again.heard.filter(({ type }) => type === "run.turn").length, 1)
    })
  )

  it.effect("leaves a tool at its work, and hears what it said meanwhile", () =>
    Effect.gen(function* () {
      const { api, home } = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const command = "echo $PPID; until [ -e go ]; do sleep 0.1; done; echo $PPID"
      const message = yield* channel.post(`tool: bash ${command}`)
      yield* Effect.flatMap(follow(channel), (page) => page.hears("run.tool"))
      const turn = yield* turnOf(channel)
      yield* away(0)
      fs.writeFileSync(path.join(home, "channels", encodeURIComponent(channel.id), "work", "go"), "")
      yield* channel.settled(message)

      const [said, ...others] = yield* channel.said
      assert.match(said ?? "", /^The tool said: (\d+)\n\1$/)
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(yield* turnOf(channel), { ...turn, attempt: 1 })
      // Once with the prompt, once with the tool's result: the model was not asked again.
      assert.strictEqual(api.requests.filter(({ prompt }) => prompt.includes(command)).length, 2)
    })
  )

  it.effect("answers what was queued behind the turn, in order, and continues the same session", () =>
    Effect.gen(function* () {
      const { channel, gate } = yield* heldAt("middle", "say: the first of four")
      const queued = yield* Effect.forEach(["two", "three", "four"], (word) => channel.post(`say: ${word}`))
      yield* away(0, gate)
      yield* Effect.forEach(queued, channel.settled)
      assert.deepStrictEqual(yield* channel.said, ["the first of four", "two", "three", "four"])
      const sessions = new Set((yield* channel.runs).map(({ session_id }) => session_id))
      assert.strictEqual(sessions.size, 1)
    })
  )

  it.effect("is killed again and again while it takes the turn over, and the turn does not mind", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const { channel, gate, message } = yield* heldAt("first byte", "say: five lives")
      const turn = yield* turnOf(channel)
      yield* program.kill
      for (const when of ["before", "after", "before", "after"] as const) {
        yield* program.crash({ when, write: 1, from: "start" })
      }
      yield* away(0, gate)
      yield* channel.settled(message)
      assert.deepStrictEqual(yield* channel.said, ["five lives"])
      assert.deepStrictEqual(yield* turnOf(channel), { ...turn, attempt: 1 })
    })
  )
})
