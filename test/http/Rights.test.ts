/** Every route and what it takes, as a table: a route that has no line here, or asks nobody, fails. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ApprovalId, AskId, ChannelId, MessageId } from "../../src/domain/Ids.ts"
import { allRoutes } from "../../src/http/Routes.ts"
import { AccessAsks } from "../../src/services/AccessAsks.ts"
import { Channels } from "../../src/services/Channels.ts"
import { EgressAsks } from "../../src/services/EgressAsks.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Spending } from "../../src/services/Spending.ts"
import { approval, run, runId } from "../layers/store/support.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import * as Scoped from "../support/Scoped.ts"

const room = ChannelId.make("local:room")
const thread = ChannelId.make("local:thread")
const other = ChannelId.make("local:other")
const hash = "a".repeat(64)
const strange = "aaaaaaaaaaaaaaaa"

/**
 * What a token needs, on the channel that it is about: `all`: on every channel, and the installation. `any`: it is about
 * none. `seen`: it is a list, and shows what may be read. `open`: not even a token; `signed`: a signature in place of one.
 */
type Need = "open" | "signed" | "any" | "seen" | "read" | "write" | "admin" | "all"

const table: ReadonlyArray<readonly [route: string, need: Need, path?: string, body?: unknown]> = [
  ["GET /health", "open"],
  ["GET /openapi.json", "any"],
  ["GET /docs", "any"],
  ["GET /docs/style.css", "open"],
  ["GET /api/readme", "any"],
  ["GET /metrics", "all"],
  ["GET /api/doctor", "all"],
  ["GET /api/config", "all"],
  ["GET /api/access", "all"],
  ["POST /api/access", "admin", "", { channel_id: room, kind: "user", id: "9", role: "member" }],
  ["POST /api/hooks/{name}", "signed", "/api/hooks/ci", {}],
  ["GET /api/channels", "seen"],
  ["POST /api/channels/create", "all", "", { name: "new" }],
  ["POST /api/channels", "all", "", { dir_path: "/srv" }],
  ["GET /api/seen", "any"],
  ["POST /api/seen", "read", "", { channel_id: room }],
  ["GET /api/channels/{id}", "read", `/api/channels/${room}`],
  ["PATCH /api/channels/{id}", "admin", `/api/channels/${room}`, { name: "x" }],
  ["DELETE /api/channels/{id}", "admin", `/api/channels/${room}`],
  ["POST /api/channels/{id}/messages", "write", `/api/channels/${room}/messages`, { content: "hi" }],
  ["GET /api/channels/{id}/messages", "read", `/api/channels/${room}/messages`],
  ["POST /api/messages", "write", "", { channel_id: room, content: "hi" }],
  ["GET /api/channels/{id}/files/{message_id}/{name}", "read", `/api/channels/${room}/files/m1/a.txt`],
  ["POST /api/channels/{id}/stop", "write", `/api/channels/${room}/stop`],
  ["POST /api/channels/{id}/reset", "write", `/api/channels/${room}/reset`],
  ["POST /api/channels/{id}/prepare", "write", `/api/channels/${room}/prepare`],
  ["PATCH /api/channels/{id}/queue/{message_id}", "write", `/api/channels/${room}/queue/m1`, { content: "x" }],
  ["DELETE /api/channels/{id}/queue/{message_id}", "write", `/api/channels/${room}/queue/m1`],
  ["POST /api/threads", "write", "", { channel_id: room, name: "new" }],
  ["DELETE /api/threads/{id}", "admin", `/api/threads/${thread}`],
  ["POST /api/tasks", "write", "", { channel_id: room, type: "interval", schedule: "1h", prompt: "look" }],
  ["GET /api/tasks", "seen"],
  ["POST /api/tasks/preview", "any", "", { type: "interval", schedule: "1h" }],
  ["GET /api/tasks/calendar", "seen", "/api/tasks/calendar?from=2031-01-01&zone=UTC"],
  ["GET /api/tasks/{id}", "read", "/api/tasks/1"],
  ["PATCH /api/tasks/{id}", "write", "/api/tasks/1", { prompt: "x" }],
  ["DELETE /api/tasks/{id}", "write", "/api/tasks/1"],
  ["POST /api/tasks/{id}/run", "write", "/api/tasks/1/run"],
  ["GET /api/tasks/{id}/runs", "read", "/api/tasks/1/runs"],
  ["GET /api/channels/{id}/templates", "read", `/api/channels/${room}/templates`],
  ["POST /api/channels/{id}/templates", "write", `/api/channels/${room}/templates`, { name: "x" }],
  ["GET /api/channels/{id}/project-config", "read", `/api/channels/${room}/project-config`],
  ["POST /api/channels/{id}/project-config/approve", "admin", `/api/channels/${room}/project-config/approve`, { hash }],
  ["POST /api/channels/{id}/project-config/decline", "admin", `/api/channels/${room}/project-config/decline`, { hash }],
  ["GET /api/channels/{id}/rules", "read", `/api/channels/${room}/rules`],
  ["DELETE /api/channels/{id}/rules/{rule_id}", "admin", `/api/channels/${room}/rules/aaaaaaaa`],
  ["GET /api/runs", "seen"],
  ["GET /api/runs/{id}", "read", "/api/runs/r1"],
  ["GET /api/runs/{id}/events", "read", "/api/runs/r1/events"],
  ["GET /api/runs/{id}/messages", "read", "/api/runs/r1/messages"],
  ["POST /api/runs/{id}/stop", "write", "/api/runs/r1/stop"],
  ["POST /api/runs/{id}/retry", "write", "/api/runs/r1/retry"],
  ["GET /api/spend", "seen"],
  ["GET /api/budget", "read", `/api/budget?channel_id=${room}`],
  ["POST /api/budget/{id}", "admin", "/api/budget/raise1"],
  ["GET /api/channels/{id}/network", "read", `/api/channels/${room}/network`],
  ["GET /api/image", "all"],
  ["POST /api/platforms/check", "all"],
  ["POST /api/pictures", "all", "", { url: "http://127.0.0.1/a.png" }],
  ["POST /api/hosts/{id}", "admin", "/api/hosts/ask1", { decision: "once" }],
  ["GET /api/events", "read", `/api/events?channel_id=${room}`],
  // Beyond the token it is tried with a handshake: test/http/Tokens.test.ts.
  ["GET /api/ws", "any"],
  ["POST /api/approvals/{id}", "write", "/api/approvals/approval-q1", { decision: "allow" }],
  ["GET /api/commands", "any"],
  ["GET /api/commands/{name}/choices", "read", `/api/commands/run/choices?channel_id=${room}&option=run_id`],
  ["POST /api/commands", "write", "", { channel_id: room, command: "stop" }],
  ["POST /api/tokens", "admin", "", { name: "x", scope: { channels: [room], access: "read" } }],
  ["POST /api/access/{id}", "admin", "/api/access/ask2", { decision: "member" }],
  ["GET /api/tokens", "seen"],
  ["DELETE /api/tokens/{id}", "all", `/api/tokens/${strange}`],
  ["GET /api/audit", "admin", `/api/audit?channel_id=${room}`],
  ["POST /api/memory/search", "read", "", { channel_id: room, query: "x" }],
  ["POST /api/memory/index", "write", "", { channel_id: room }],
  ["POST /mcp", "read", `/mcp?channel_id=${room}`, { jsonrpc: "2.0", id: 1, method: "ping" }]
]

const order = ["read", "write", "admin"] as const

const setUp = Effect.gen(function* () {
  const api = yield* Api
  yield* Channels.use((channels) => channels.upsert({ channel_id: room, platform: "local", name: "room" }))
  yield* Channels.use((channels) =>
    channels.upsert({ channel_id: thread, platform: "local", name: "thread", parent_id: room })
  )
  yield* Channels.use((channels) => channels.upsert({ channel_id: other, platform: "local", name: "other" }))
  yield* Runs.use((runs) =>
    runs.insert(run("r1", { status: "failed", ended_at: 2, message_ids: [MessageId.make("m1")] }))
  )
  yield* Requests.use((requests) => requests.ask(approval("q1", { approval_id: ApprovalId.make("approval-q1") })))
  yield* EgressAsks.use((asks) =>
    asks.ask({
      ask_id: AskId.make("ask1"),
      channel_id: room,
      run_id: runId("r1"),
      host: "example.com",
      port: 443,
      asked_at: 1
    })
  )
  yield* AccessAsks.use((asks) =>
    asks.ask({ ask_id: AskId.make("ask2"), channel_id: room, person_id: "eve", name: "Eve", asked_at: 1 })
  )
  yield* Spending.use((spending) =>
    spending.ask({
      ask_id: AskId.make("raise1"),
      place: room,
      level: "day",
      scope: room,
      period: "2031-05-04",
      until: null,
      amount_usd: 1,
      asked_at: 1
    })
  )
  const task = { channel_id: room, type: "interval", schedule: "1h", prompt: "look" }
  assert.strictEqual((yield* api.call("POST", "/api/tasks", task)).status, 201)
})

layer(ApiLayer.layer(), { excludeTestServices: true })("what each route takes", (it) => {
  it.effect("is in the table, and less than that is refused", () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* setUp
      assert.sameMembers(
        table.map(([route]) => route),
        allRoutes(0, "1").map(({ method, path }) => `${method} ${path}`)
      )
      const own = { read: yield* Scoped.make({ channels: [room], access: "read" }) }
      const here = {
        ...own,
        write: yield* Scoped.make({ channels: [room], access: "write" }),
        admin: yield* Scoped.make({ channels: [room], access: "admin" })
      }
      const away = yield* Scoped.make({ channels: [other], access: "admin" })
      for (const [route, need, path = "", body] of table) {
        const [method = "", pattern = ""] = route.split(" ")
        const to = path === "" ? pattern : path
        const nobody = yield* api.bare(to, { method })
        assert.strictEqual(nobody.status, need === "open" ? 200 : 401, `${route} without a token`)
        if (need === "open" || need === "signed" || need === "any") continue
        const refused = Effect.fnUntraced(function* (who: string, token: Scoped.Scoped) {
          const { json, status } = yield* Scoped.as(token, method, to, body)
          assert.deepInclude(json, { type: "urn:loop:problem:denied" }, `${route} with ${who}`)
          assert.strictEqual(status, 403)
        })
        if (need === "seen") {
          const { json, status, text } = yield* Scoped.as(away, method, to, body)
          assert.strictEqual(status, 200, route)
          assert.isArray(json)
          assert.notInclude(text, room, route)
          continue
        }
        yield* refused("admin of another channel", away)
        const enough = need === "all" ? order.length : order.indexOf(need)
        for (const access of order.slice(0, enough)) yield* refused(access, here[access])
      }
    })
  )
})
