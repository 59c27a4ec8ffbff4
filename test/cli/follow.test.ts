/** `loop run <id> --follow`, whatever happens to the connection meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loopHome, start } from "../support/Command.ts"
import { type Channel, fakeServer, type Script } from "../support/FakeServer.ts"
import { command } from "../support/InProcess.ts"

const running = {
  run_id: "r1",
  channel_id: "local:a",
  status: "running",
  attempt: 1,
  session_id: null,
  started_at: "2026-01-02T03:04:05.678Z",
  ended_at: null,
  cost_usd: 0,
  usage: { input_tokens: 1, output_tokens: 2, cache_read_tokens: 3, cache_write_tokens: 4 },
  turns: 1
}
const ended = { ...running, status: "failed", reason: "it broke", ended_at: "2026-01-02T03:04:06Z", result: "two" }
const turn = (id: number, text: string) => ({ id, type: "run.turn", run_id: "r1", data: { text } })

/** The run ends between the second look at it and the third one, and `then` happens at the second. */
const script = (then: (channel: Channel) => void) => {
  const answers: Record<string, { body: unknown }> = {
    "GET /api/runs/r1": { body: running },
    "GET /api/runs/r1/events": { body: [turn(1, "one")] }
  }
  let looks = 0
  const asked: NonNullable<Script["asked"]> = (channel, path) => {
    if (path === "GET /api/runs/r1" && ++looks === 2) then(channel)
    if (path === "GET /api/runs/r1/events" && looks === 2) {
      answers["GET /api/runs/r1"] = { body: ended }
      answers["GET /api/runs/r1/events"] = { body: [turn(1, "one"), turn(2, "two")] }
    }
  }
  return { answers, asked } satisfies Script
}

const follow = Effect.fnUntraced(function* (what: Script, ...flags: ReadonlyArray<string>) {
  const server = yield* fakeServer(what)
  const done = yield* command(["run", "r1", "--follow", ...flags], server.env)
  return { ...done, requests: server.requests }
})

describe("loop run --follow", () => {
  it.live("goes on over a lost connection, and tells each thing once", () =>
    Effect.gen(function* () {
      const { code, requests, stderr, stdout } = yield* follow(script((channel) => channel.cut()))
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, /^one\ntwo\n\nrun +r1\n[^]*status +failed: it broke\n/)
      assert.lengthOf(stdout.match(/two/g) ?? [], 1)
      assert.lengthOf(
        requests.filter((each) => each === "GET /api/events"),
        2
      )
    })
  )

  it.live("looks again where the server no longer has what was missed", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* follow(script((channel) => channel.emit("reset", null)))
      assert.strictEqual(code, 0)
      assert.match(stdout, /^one\ntwo\n\nrun +r1\n/)
    })
  )

  it.live("tells of one that has ended already, and waits for nothing", () =>
    Effect.gen(function* () {
      const answers = { "GET /api/runs/r1": { body: ended }, "GET /api/runs/r1/events": { body: [turn(1, "one")] } }
      const { code, stdout } = yield* follow({ answers })
      assert.strictEqual(code, 0)
      assert.match(stdout, /^one\n\nrun +r1\n/)
    })
  )

  it.live("prints with --json what it has become in the end, and nothing else", () =>
    Effect.gen(function* () {
      const { stdout } = yield* follow(
        script((channel) => channel.emit("run.ended", {}, "r1")),
        "--json"
      )
      assert.deepStrictEqual(JSON.parse(stdout), ended)
    })
  )

  it.live("ends with Ctrl-C and leaves the run alone", () =>
    Effect.gen(function* () {
      const { answers } = script(() => {})
      const server = yield* fakeServer({ answers })
      const following = yield* start(yield* loopHome(), ["run", "r1", "-f"], { env: server.env })
      yield* following.says("one\n")
      yield* following.signal("SIGINT")
      const { code, stdout } = yield* following.ended
      assert.deepStrictEqual([code, stdout], [130, "one\n"])
      assert.deepStrictEqual(
        server.requests.filter((each) => !each.startsWith("GET ")),
        []
      )
    })
  )

  it.live("says that there is no such run", () =>
    Effect.gen(function* () {
      const body = { title: "Not found", detail: "There is no run r1." }
      const { code, stderr, stdout } = yield* follow({ answers: { "GET /api/runs/r1": { status: 404, body } } })
      assert.deepStrictEqual([code, stdout, stderr], [1, "", "loop: There is no run r1.\n"])
    })
  )
})
