/** What client commands ask for, and what they print of it: for people without a terminal, and for programs. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { fakeServer, type Script } from "../support/FakeServer.ts"
import { command } from "../support/InProcess.ts"

const against = Effect.fnUntraced(function* (answers: Script["answers"], ...args: ReadonlyArray<string>) {
  const server = yield* fakeServer(answers === undefined ? {} : { answers })
  const ended = yield* command(args, server.env)
  const asked = server.urls.map((each) => {
    const { pathname, searchParams } = new URL(each, "http://localhost")
    return [pathname, Object.fromEntries(searchParams)] as const
  })
  return { ...ended, asked, posted: server.posted, requests: server.requests }
})

const run = {
  run_id: "r1",
  channel_id: "local:a",
  status: "failed",
  reason: "it broke",
  attempt: 2,
  session_id: "s1",
  started_at: "2026-01-02T03:04:05.678Z",
  ended_at: "2026-01-02T03:05:06.789Z",
  cost_usd: 0.12345,
  usage: { input_tokens: 1, output_tokens: 2, cache_read_tokens: 3, cache_write_tokens: 4 },
  turns: 7,
  later: "a key that is not known yet"
}

describe("loop runs", () => {
  it.live("asks for what it is told, whatever characters are in it, and prints all of the answer as JSON", () =>
    Effect.gen(function* () {
      const flags = ["--channel", "local:a b&c+d", "--status", "failed", "--limit", "3", "--json"]
      const { asked, code, stdout } = yield* against({ "GET /api/runs": { body: [run] } }, "runs", ...flags)
      assert.deepStrictEqual([code, JSON.parse(stdout)], [0, [run]])
      assert.deepStrictEqual(asked, [["/api/runs", { limit: "3", channel_id: "local:a b&c+d", status: "failed" }]])
      const plain = yield* against({ "GET /api/runs": { body: [] } }, "runs")
      assert.deepStrictEqual([plain.code, plain.stdout, plain.asked], [0, "", [["/api/runs", { limit: "20" }]]])
    })
  )

  it.live("shows a run line by line, with nothing of it that speaks to a terminal", () =>
    Effect.gen(function* () {
      const hostile = { ...run, reason: "it \u001b[2Jbroke" }
      const { stdout } = yield* against({ "GET /api/runs/r1": { body: hostile } }, "run", "r1")
      assert.deepStrictEqual(stdout.split("\n"), [
        "run      r1",
        "channel  local:a",
        "status   failed: it broke",
        "attempt  2",
        "session  s1",
        "started  2026-01-02T03:04:05.678Z",
        "ended    2026-01-02T03:05:06.789Z",
        "turns    7",
        "cost     $0.1235",
        "tokens   1 in, 2 out, 3 from cache",
        ""
      ])
      const odd = yield* against({ "GET /api/runs/r1": { body: { hello: true } } }, "run", "r1")
      assert.strictEqual(odd.code, 1)
      assert.match(odd.stderr, /^loop: What answers at http:\S+ is no Loop that this command knows\.\n$/)
    })
  )
})

describe("loop audit", () => {
  const entry = {
    at: "2026-01-02T03:04:05Z",
    actor: { kind: "person", id: "100", name: "Ada" },
    via: "discord",
    action: "channel.change",
    target: "local:a",
    channel_id: "local:a",
    outcome: "done"
  }
  const nameless = { ...entry, actor: { kind: "token", id: "t1", name: "" }, channel_id: undefined, outcome: "denied" }

  it.live("tells who did what where since when, and how it ended", () =>
    Effect.gen(function* () {
      const answers = { "GET /api/audit": { body: [entry, nameless] } }
      const flags = ["-c", "a", "--since", "2026-01-01T00:00:00+02:00", "--limit", "5"]
      const { asked, code, stdout } = yield* against(answers, "audit", ...flags)
      assert.deepStrictEqual(asked, [
        ["/api/audit", { channel_id: "a", since: "2026-01-01T00:00:00+02:00", limit: "5" }]
      ])
      assert.deepStrictEqual(
        [code, stdout.split("\n")],
        [
          0,
          [
            "2026-01-02T03:04:05Z\tAda\tdiscord\tchannel.change\tlocal:a\tlocal:a\tdone",
            "2026-01-02T03:04:05Z\tt1\tdiscord\tchannel.change\tlocal:a\t-\tdenied",
            ""
          ]
        ]
      )
      const json = yield* against(answers, "audit", "--json")
      assert.deepStrictEqual(JSON.parse(json.stdout)[0], entry)
      assert.deepStrictEqual(json.asked, [["/api/audit", { limit: "50" }]])
    })
  )
})

describe("loop cost", () => {
  const row = { key: "2026-01-02", cost_usd: 1.5, runs: 3, estimated: false, usage: run.usage }
  const guess = { ...row, key: "", cost_usd: 0.25, estimated: true }
  const month = { level: "install", scope: "*", limit_usd: 20, spent_usd: 1.75, left_usd: 18.25, resets_at: null }
  const day = { ...month, level: "channel", scope: "local:a", resets_at: "2026-01-03T00:00:00Z" }
  const answers = { "GET /api/spend": { body: [row, guess] }, "GET /api/budget": { body: [month, day] } }

  it.live("tells what was spent by what, what of it is estimated, and what the budgets leave", () =>
    Effect.gen(function* () {
      const flags = ["--by", "model", "--from", "2026-01-01", "--to", "2026-02-01", "-c", "a"]
      const { asked, code, stdout } = yield* against(answers, "cost", ...flags)
      assert.deepStrictEqual(asked, [
        ["/api/spend", { group: "model", channel_id: "a", from: "2026-01-01", to: "2026-02-01" }],
        ["/api/budget", { channel_id: "a" }]
      ])
      assert.deepStrictEqual(
        [code, stdout.split("\n")],
        [
          0,
          [
            "2026-01-02\t$1.5000\t3\t8\t2",
            "-\t~$0.2500\t3\t8\t2",
            "",
            "install\tall channels\t$20.0000\t$1.7500\t$18.2500\t-",
            "channel\tlocal:a\t$20.0000\t$1.7500\t$18.2500\t2026-01-03T00:00:00Z",
            ""
          ]
        ]
      )
    })
  )

  it.live(
    "is by day and of all channels unless told, without budgets where there are none, and JSON for programs",
    () =>
      Effect.gen(function* () {
        const none = yield* against({ ...answers, "GET /api/budget": { body: [] } }, "cost")
        assert.strictEqual(none.stdout, "2026-01-02\t$1.5000\t3\t8\t2\n-\t~$0.2500\t3\t8\t2\n")
        assert.deepStrictEqual(none.asked, [
          ["/api/spend", { group: "day" }],
          ["/api/budget", {}]
        ])
        const json = yield* against(answers, "cost", "--json")
        assert.deepStrictEqual(JSON.parse(json.stdout), [row, guess])
      })
  )
})

describe("loop token", () => {
  const token = { id: "t1", name: "ci", scope: { channels: ["*"], access: "read" }, created_at: "2026-01-02T03:04:05Z" }
  const made = { "POST /api/tokens": { status: 201, body: { ...token, secret: "loop_s3cret" } } }

  it.live("prints the secret alone on stdout, for a program to read", () =>
    Effect.gen(function* () {
      const { code, posted, stderr, stdout } = yield* against(made, "token", "create", "ci", "--access", "read")
      assert.deepStrictEqual([code, stdout], [0, "loop_s3cret\n"])
      assert.strictEqual(stderr, "Token t1 is made. Its secret is shown this once:\n")
      assert.deepStrictEqual(posted, [{ name: "ci", scope: { channels: ["*"], access: "read" } }])
    })
  )

  it.live("asks for the channels and the end that it is told", () =>
    Effect.gen(function* () {
      const flags = ["-c", "a", "-c", "b", "--expires", "2031-05-04T09:00:00+02:00", "--json"]
      const { posted, stderr, stdout } = yield* against(made, "token", "create", "ci", "--access", "write", ...flags)
      assert.deepStrictEqual(posted, [
        { name: "ci", scope: { channels: ["a", "b"], access: "write" }, expires_at: "2031-05-04T07:00:00.000Z" }
      ])
      assert.deepStrictEqual([JSON.parse(stdout).secret, stderr], ["loop_s3cret", ""])
      const wrong = yield* against(made, "token", "create", "ci", "--access", "read", "--expires", "soon")
      assert.deepStrictEqual([wrong.stdout, wrong.posted], ["", []])
      assert.notStrictEqual(wrong.code, 0)
      assert.match(
        wrong.stderr,
        /--expires is an instant such as .*, or a time from now such as 30d; "soon" is neither/
      )
    })
  )

  it.live("lists tokens with what they may do, where, and until when", () =>
    Effect.gen(function* () {
      const some = { ...token, id: "t2", scope: { channels: ["local:a", "local:b"], access: "admin" } }
      const body = [token, { ...some, expires_at: "2031-05-04T07:00:00Z" }]
      const { stdout } = yield* against({ "GET /api/tokens": { body } }, "token", "list")
      assert.deepStrictEqual(stdout.split("\n"), [
        "t1\tci\tread\t*\t2026-01-02T03:04:05Z\t-",
        "t2\tci\tadmin\tlocal:a,local:b\t2026-01-02T03:04:05Z\t2031-05-04T07:00:00Z",
        ""
      ])
    })
  )

  it.live("takes a token back and says so", () =>
    Effect.gen(function* () {
      const answers = { "DELETE /api/tokens/t%2F1": { body: null } }
      assert.strictEqual((yield* against(answers, "token", "revoke", "t/1")).stdout, "Token t/1 is revoked.\n")
      const json = yield* against(answers, "token", "revoke", "t/1", "--json")
      assert.deepStrictEqual(JSON.parse(json.stdout), { id: "t/1", revoked: true })
    })
  )
})
