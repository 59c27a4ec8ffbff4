import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loop, loopHome } from "../support/Command.ts"
import { fakeServer, type Row, type Script } from "../support/FakeServer.ts"
import { command } from "../support/InProcess.ts"

const against = Effect.fnUntraced(function* (script: Script, args: ReadonlyArray<string>, env: object = {}) {
  const server = yield* fakeServer(script)
  const ended = yield* loop(yield* loopHome(), args, { env: { ...server.env, ...env } })
  return { ...ended, requests: server.requests }
})

const send = ["send", "--channel", "local:a", "--wait", "What", "is it?"]

describe("loop send --wait", () => {
  it.live("prints the answer, also when it is there before the message is acknowledged", () =>
    Effect.gen(function* () {
      const { code, requests, stderr, stdout } = yield* against(
        {
          posted: (channel, row) => {
            row.run_id = "r1"
            channel.say("First part.", "r1")
            channel.say(`You said: ${row.content}`, "r1")
            channel.end(row, "replied")
          }
        },
        send
      )
      assert.deepStrictEqual([code, stdout, stderr], [0, "First part.\nYou said: What is it?\n", ""])
      assert.isBelow(
        requests.indexOf("GET /api/events"),
        requests.findIndex((each) => each.startsWith("POST"))
      )
    })
  )

  it.live("prints what was said in the message's own run and nothing else", () =>
    Effect.gen(function* () {
      const { stdout } = yield* against(
        {
          posted: (channel, row) => {
            channel.say("Of an earlier run.", "r0")
            row.run_id = "r1"
            for (let i = 0; i < 250; i++) channel.say(`line ${i}`, i === 7 ? "r1" : "r2")
            channel.end(row, "replied")
          }
        },
        send
      )
      assert.strictEqual(stdout, "line 7\n")
    })
  )

  it.live("exits 1 with the reason when the run failed", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* against(
        {
          posted: (channel, row) => {
            row.run_id = "r1"
            channel.say("The API key was refused (401).", "r1")
            channel.end(row, "failed")
          },
          answers: { "GET /api/runs/r1": { body: { status: "failed", reason: "the key was refused" } } }
        },
        send
      )
      assert.deepStrictEqual([code, stdout], [1, "The API key was refused (401).\n"])
      assert.strictEqual(stderr, 'loop: The run failed: the key was refused. "loop runs" shows more.\n')
    })
  )

  it.live("exits 1 when the run was stopped", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* against({ posted: (channel, row) => channel.end(row, "stopped") }, send)
      assert.strictEqual(code, 1)
      assert.match(stderr, /^loop: The run was stopped/)
    })
  )

  it.live("exits 1 when the message was dropped, or is no longer there", () =>
    Effect.gen(function* () {
      const dropped = yield* against({ posted: (channel, row) => channel.end(row, "dropped") }, send)
      assert.deepStrictEqual(
        [dropped.code, dropped.stderr],
        [1, "loop: The message was dropped. Send it again if it is still needed.\n"]
      )
      const gone = yield* against({ posted: (channel) => channel.rows.splice(0) }, send)
      assert.deepStrictEqual(
        [gone.code, gone.stderr],
        [1, "loop: The message was dropped: it is no longer there. Send it again if it is still needed.\n"]
      )
    })
  )

  it.live("finds the answer that came while the connection was cut", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* against(
        {
          posted: (channel, row) => {
            channel.cut()
            row.run_id = "r1"
            channel.say("Still here.", "r1")
            channel.end(row, "replied")
          }
        },
        send
      )
      assert.deepStrictEqual([code, stdout], [0, "Still here.\n"])
    })
  )
})

describe("a client command that waits", () => {
  it.live("looks again after a lost connection, also where no event tells of what it missed", () =>
    Effect.gen(function* () {
      let [row, opened, looks] = [undefined as Row | undefined, 0, 0]
      const server = yield* fakeServer({
        posted: (_, mine) => void (row = mine),
        asked: (channel, path) => {
          if (path === "GET /api/channels/local%3Aa/messages" && ++looks === 1) channel.cut()
          if (path === "GET /api/events" && ++opened === 2 && row !== undefined) row.state = "replied"
        }
      })
      const { code, stderr } = yield* command(send, server.env)
      assert.deepStrictEqual([code, stderr, opened], [0, "", 2])
    })
  )
})

describe("a client command", () => {
  it.live("posts and does not wait unless asked", () =>
    Effect.gen(function* () {
      const { code, requests, stdout } = yield* against({}, ["send", "-c", "local:a", "hi"])
      assert.strictEqual(code, 0)
      assert.match(stdout, /^[0-9a-f-]{36}\n$/)
      assert.deepStrictEqual(requests, ["POST /api/channels/local%3Aa/messages"])
    })
  )

  it.live("says in one sentence that nobody answers", () =>
    Effect.gen(function* () {
      const { env, url } = yield* Effect.scoped(fakeServer())
      const { code, stderr } = yield* loop(yield* loopHome(), ["runs"], { env })
      assert.strictEqual(code, 1)
      assert.strictEqual(
        stderr,
        `loop: No server answers at ${url} (ECONNREFUSED). Start it with "loop serve", or set LOOP_API_URL.\n`
      )
    })
  )

  it.live("passes on what the server refuses", () =>
    Effect.gen(function* () {
      const refused = yield* against({}, ["runs"], { LOOP_API_TOKEN: "wrong" })
      assert.strictEqual(refused.code, 1)
      assert.match(refused.stderr, /^loop: The token is not valid\. Set LOOP_API_TOKEN/)
      const body = {
        title: "Invalid",
        detail: "The body is not valid.",
        errors: [{ field: "content", message: "is empty" }]
      }
      const answers = { "POST /api/channels/local%3Aa/messages": { status: 400, body } }
      const invalid = yield* against({ answers }, ["send", "-c", "local:a", " "])
      assert.strictEqual(invalid.stderr, "loop: The body is not valid. content: is empty\n")
    })
  )

  it.live("finds address and token by way of the configuration", () =>
    Effect.gen(function* () {
      const server = yield* fakeServer({ answers: { "GET /api/runs": { body: [] } } })
      const home = yield* loopHome(`{ api_addr: "${server.url.slice("http://".length)}" }`)
      const none = yield* loop(home, ["url"])
      assert.deepStrictEqual([none.code, none.stdout], [1, ""])
      assert.match(none.stderr, /There is no token in .*h\/token yet\. Start the server/)
      yield* Effect.promise(() =>
        import("node:fs/promises").then((fs) => fs.writeFile(`${home.dir}/h/token`, "t0ken\n"))
      )
      assert.strictEqual((yield* loop(home, ["url"])).stdout, `${server.url}/login?token=t0ken\n`)
      assert.strictEqual((yield* loop(home, ["runs"])).code, 0)
    })
  )

  it.live("lists runs and shows one, as JSON too", () =>
    Effect.gen(function* () {
      const run = {
        run_id: "r1",
        channel_id: "local:a",
        status: "failed",
        reason: "it broke",
        attempt: 2,
        session_id: null,
        started_at: "2026-01-02T03:04:05.678Z",
        ended_at: null,
        cost_usd: 0.12345,
        usage: { input_tokens: 1, output_tokens: 2, cache_read_tokens: 3, cache_write_tokens: 4 },
        turns: 1,
        result: "half of it"
      }
      const answers = { "GET /api/runs": { body: [run] }, "GET /api/runs/r1": { body: run } }
      const list = yield* against({ answers }, ["runs"])
      assert.strictEqual(list.stdout, "2026-01-02 03:04:05\tfailed\t$0.1235\tr1\tlocal:a\tit broke\n")
      const one = yield* against({ answers }, ["run", "r1"])
      assert.match(one.stdout, /status +failed: it broke\n[^]*\nhalf of it\n$/)
      const json = yield* against({ answers }, ["run", "--json", "r1"])
      assert.deepStrictEqual(JSON.parse(json.stdout), run)
    })
  )

  it.live("follows a run: what it has done, then what it does, each once, until it has ended", () =>
    Effect.gen(function* () {
      const run = {
        run_id: "r1",
        channel_id: "local:a",
        status: "running",
        attempt: 1,
        session_id: null,
        started_at: "2026-01-02T03:04:05.678Z",
        ended_at: null as string | null,
        cost_usd: 0,
        usage: { input_tokens: 1, output_tokens: 2, cache_read_tokens: 3, cache_write_tokens: 4 },
        turns: 1
      }
      const turn = (id: number, text: string) => ({ id, type: "run.turn", run_id: "r1", data: { text } })
      const answers: Record<string, { body: unknown }> = {
        "GET /api/runs/r1": { body: run },
        "GET /api/runs/r1/events": { body: [turn(1, "Once upon"), turn(2, "a time.")] }
      }
      const script: Script = {
        answers,
        listened: (channel) => {
          setTimeout(() => {
            channel.emit("run.turn", { text: "Once upon" }, "r1")
            channel.emit("run.turn", { text: "a time." }, "r1")
            channel.emit("run.turn", { text: "of another run" }, "r0")
            channel.emit("run.tool", { name: "Bash", state: "started", input_summary: "ls" }, "r1")
            channel.emit("run.ended", {}, "r0")
            answers["GET /api/runs/r1"] = {
              body: { ...run, status: "completed", ended_at: "2026-01-02T03:04:06Z", result: "The end." }
            }
            const tool = { name: "Bash", state: "started", input_summary: "ls" }
            answers["GET /api/runs/r1/events"] = {
              body: [
                turn(1, "Once upon"),
                turn(2, "a time."),
                { id: 4, type: "run.tool", run_id: "r1", data: tool },
                turn(6, "The end.")
              ]
            }
            channel.emit("run.turn", { text: "The end." }, "r1")
            channel.emit("run.ended", {}, "r1")
          }, 300)
        }
      }
      const { code, stderr, stdout } = yield* against(script, ["run", "r1", "--follow"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, /^Once upon\na time\.\n\[Bash\] ls\nThe end\.\n\nrun +r1\n[^]*status +completed\n/)
      assert.strictEqual(stdout.split("The end.").length, 2)
    })
  )
})
