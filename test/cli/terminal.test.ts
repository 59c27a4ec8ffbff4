/** What commands give to a real terminal, and to a pipe. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { loop, loopHome, start } from "../support/Command.ts"
import { type Channel, fakeServer, type Row } from "../support/FakeServer.ts"

const escape = "\u001B"
/** Sets the title, clears the screen, goes up a line, types for the user, and turns the direction. */
const hostile = `${escape}]0;owned\u0007${escape}[2J${escape}[1Aup\u009B5n\u202Eexe.${escape}P`
const obeyed = new RegExp(`[${escape}\u0007\u0080-\u009F\u202A-\u202E]`)

const run = {
  run_id: "r1",
  channel_id: "local:a",
  status: "completed",
  attempt: 1,
  session_id: null,
  started_at: "2031-05-04T09:00:00Z",
  ended_at: "2031-05-04T09:01:00Z",
  cost_usd: 0.01,
  usage: { input_tokens: 1, output_tokens: 1, cache_read_tokens: 0, cache_write_tokens: 0 },
  turns: 1,
  result: `result ${hostile}`
}
const event = { at: run.started_at, channel_id: "local:a" }
const answers = {
  "GET /api/runs": { body: [{ ...run, status: "failed", reason: `because ${hostile}` }] },
  "GET /api/runs/r1": { body: run },
  "GET /api/runs/r1/events": {
    body: [
      {
        ...event,
        id: 1,
        type: "run.tool",
        run_id: "r1",
        data: { name: "Bash", state: "started", input_summary: `ls ${hostile}` }
      },
      { ...event, id: 2, type: "run.turn", run_id: "r1", data: { text: `turn ${hostile}` } }
    ]
  }
}
const answered = (channel: Channel, row: Row) => {
  row.run_id = "r1"
  channel.say(`said ${hostile}`, "r1")
  channel.end(row, "replied")
}

describe("On a terminal", () => {
  it.live.each([
    [["send", "--channel", "local:a", "--wait", "hello"], "said up"],
    [["run", "r1"], "result up"],
    [["run", "r1", "--follow"], "turn up"],
    [["runs"], "because up"],
    [["runs", "--json"], String.raw`because \u001b]0;owned`]
  ] as const)("%j shows what others wrote, and the terminal obeys nothing of it", ([args, wanted]) =>
    Effect.gen(function* () {
      const { env } = yield* fakeServer({ answers, posted: answered })
      const home = yield* loopHome()
      const { code, stdout } = yield* loop(home, args, {
        env: { ...env, NO_COLOR: "1", TERM: "xterm" },
        terminal: true
      })
      assert.include(stdout, wanted)
      assert.notMatch(stdout, obeyed)
      assert.strictEqual(code, 0)
    })
  )

  it.live("a conversation shows what the agent says, and the terminal obeys nothing of it", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<() => void>()
      const { env } = yield* fakeServer({
        posted: (channel, row) => {
          channel.emit("run.text", { message_uuid: "u", offset: 0, text: `text ${escape}` }, "r1")
          channel.emit("run.text", { message_uuid: "u", offset: 6, text: "[2Jcut in two" }, "r1")
          Deferred.doneUnsafe(
            asked,
            Effect.succeed(() => answered(channel, row))
          )
        }
      })
      const running = yield* start(yield* loopHome(), ["chat"], { env: { ...env, TERM: "xterm" }, terminal: true })
      yield* running.says("> ")
      yield* running.type("hello\r")
      yield* running.says("[2Jcut in two")
      ;(yield* Deferred.await(asked))()
      yield* running.says("exe.")
      const [, said = ""] = running.said().split("text ")
      assert.include(said, "said up")
      assert.notMatch(said, obeyed)
    }).pipe(Effect.scoped)
  )

  it.live("a table has a bold head, none of it with NO_COLOR; a pipe gets fields and no head", () =>
    Effect.gen(function* () {
      const { env } = yield* fakeServer({ answers })
      const home = yield* loopHome()
      const table = Effect.fnUntraced(function* (more: object, terminal = true) {
        return (yield* loop(home, ["runs"], { env: { ...env, TERM: "xterm", ...more }, terminal })).stdout
      })
      const [head = "", row = ""] = (yield* table({})).split("\r\n")
      assert.isTrue(head.startsWith(`${escape}[1mSTARTED `) && head.endsWith(`REASON${escape}[22m`), head)
      assert.match(row, /^2031-05-04 09:00:00 {2}failed/)
      assert.match(yield* table({ NO_COLOR: "1" }), /^STARTED +STATUS .*REASON\r\n2031-05-04 09:00:00 {2}failed/)
      assert.match(yield* table({}, false), /^2031-05-04 09:00:00\tfailed\t\$0\.0100\tr1\tlocal:a\tbecause up/)
    })
  )

  it.live("what takes longer than a second is told on one line, which is gone when there is something to read", () =>
    Effect.gen(function* () {
      const asked = yield* Deferred.make<() => void>()
      const { env } = yield* fakeServer({
        posted: (channel, row) =>
          Deferred.doneUnsafe(
            asked,
            Effect.succeed(() => answered(channel, row))
          )
      })
      const running = yield* start(yield* loopHome(), ["send", "-c", "local:a", "--wait", "hello"], {
        input: "",
        env: { ...env, TERM: "xterm" },
        terminal: true
      })
      yield* running.says("Waiting for the answer (1 s)")
      ;(yield* Deferred.await(asked))()
      const { stdout } = yield* running.ended
      assert.match(stdout.replaceAll(escape, "ESC"), /Waiting for the answer \(\d+ s\)\rESC\[2Ksaid up/)
    }).pipe(Effect.scoped)
  )
})

describe("In a pipe", () => {
  it.live("an answer is what the agent wrote, to the letter", () =>
    Effect.gen(function* () {
      const { env } = yield* fakeServer({ posted: answered })
      const { stderr, stdout } = yield* loop(yield* loopHome(), ["send", "-c", "local:a", "--wait", "hello"], { env })
      assert.deepStrictEqual([stdout, stderr], [`said ${hostile}\n`, ""])
    })
  )
})
