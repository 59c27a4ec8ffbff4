/** Without an engine: a box dies with its server, and the turn is resumed from its session by the next one. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

layer(Program.layer({ sandbox: "bubblewrap" }), { timeout: "3 minutes", excludeTestServices: true })(
  "A server with bubblewrap boxes",
  (it) => {
    it.effect("answers in one session, from a box that shows nothing of the host's processes", () =>
      Effect.gen(function* () {
        const channel = yield* Talk.newChannel()
        const { said } = yield* channel.ask("tool: bash cat /proc/1/comm")
        assert.include(said.join("\n"), "bwrap")
        assert.deepStrictEqual((yield* channel.ask("say: second")).said, ["second"])
        const [first, second] = yield* channel.runs
        assert.strictEqual(first?.session_id, second?.session_id)
      })
    )

    it.effect("killed while a text streams, gives exactly one answer when it is back", () =>
      Effect.gen(function* () {
        const program = yield* Program.Program
        const channel = yield* Talk.newChannel()
        yield* channel.ask("say: before")
        const gate = yield* program.api.hold("middle", "stream: 6 chunks")
        const message = yield* channel.post("stream: 6 chunks with 10 ms")
        yield* gate.reached
        yield* program.kill
        yield* gate.release
        yield* program.start()
        assert.strictEqual((yield* channel.settled(message)).state, "replied")
        const run = (yield* channel.runs).at(-1)
        assert.strictEqual(run?.attempt, 2)
        const answers = (yield* channel.said).filter((text) => text.startsWith("chunk 1"))
        assert.deepStrictEqual(answers, ["chunk 1 chunk 2 chunk 3 chunk 4 chunk 5 chunk 6 "])
      })
    )
  }
)
