/** What holds for every route there is, also for those that are added: each is taken from the list of routes. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { describeRoutes } from "../../src/http/OpenApi.ts"
import { allRoutes } from "../../src/http/Routes.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Runs } from "../../src/services/Runs.ts"
import { run } from "../layers/store/support.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

const routes = allRoutes(0, "0")
const nameOf = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`
/** They are signed, so that nothing of their body is read before. */
const signed = new Set(["POST /api/hooks/{name}"])

interface Operation {
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly in: string; readonly required: boolean }>
  readonly responses: Readonly<Record<string, unknown>>
}
const description = describeRoutes(routes, "0") as unknown as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
const described = (route: string) => {
  const [method = "", path = ""] = route.split(" ")
  return Object.keys(description.paths[path]?.[method.toLowerCase()]?.responses ?? {})
}

const room = ChannelId.make("local:table")
const away = ChannelId.make("discord:1")
const unknown = { id: "local:none", message_id: "m-none", name: "none.txt" }
const filled = (route: string, ids: Readonly<Record<string, string>> = unknown) => {
  const [method = "", path = ""] = route.split(" ")
  const asked = description.paths[path]?.[method.toLowerCase()]?.parameters ?? []
  const needed = asked.filter((parameter) => parameter.in === "query" && parameter.required)
  const query = needed.map(({ name }) => `${name}=${name === "channel_id" ? unknown.id : "x"}`).join("&")
  return `${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? "none"))}?${query}`
}

/** A body that each route takes that has a part in its path: a new one needs a line here. */
const bodies: Readonly<Record<string, unknown>> = {
  "PATCH /api/channels/{id}": { name: "x" },
  "POST /api/channels/{id}/messages": { content: "x" },
  "PATCH /api/channels/{id}/queue/{message_id}": { content: "x" },
  "PATCH /api/tasks/{id}": { prompt: "x" },
  "POST /api/channels/{id}/templates": { name: "heartbeat" },
  "POST /api/channels/{id}/project-config/approve": { hash: "0".repeat(64) },
  "POST /api/channels/{id}/project-config/decline": { hash: "0".repeat(64) },
  "POST /api/hosts/{id}": { decision: "once" },
  "POST /api/access/{id}": { decision: "member" },
  "POST /api/approvals/{id}": { decision: "allow" }
}

layer(ApiLayer.layer({ config: { timezone: "UTC" } }), { excludeTestServices: true })("every route", (it) => {
  const opened = Effect.gen(function* () {
    yield* Channels.use((all) => all.upsert({ channel_id: room, platform: "local", name: "table" }))
    yield* Channels.use((all) => all.upsert({ channel_id: away, platform: "discord", name: "away" }))
  })
  const raw = Effect.fnUntraced(function* (
    route: string,
    body: string | Uint8Array<ArrayBuffer>,
    type = "application/json"
  ) {
    const api = yield* Api
    const [method = ""] = route.split(" ")
    return yield* api.call(method, filled(route), undefined, { body, headers: { "content-type": type } })
  })

  it.effect("refuses a body that is no JSON, not UTF-8, of another type, or of another shape", () =>
    Effect.gen(function* () {
      const named = routes.filter(({ body }) => body !== undefined).map((route) => nameOf(route))
      assert.isAbove(named.length, 12)
      for (const route of named.filter((each) => !signed.has(each))) {
        for (const body of ["{", '{"a":1}}', "nonsense", Uint8Array.of(0x22, 0xff, 0x22)]) {
          const { json, status } = yield* raw(route, body)
          assert.strictEqual(status, 400, `${route} with ${body}`)
          assert.include(json, { type: "urn:loop:problem:invalid", status: 400 })
        }
        assert.strictEqual((yield* raw(route, "{}", "text/plain")).status, 415, route)
        for (const status of ["400", "401", "413", "415"]) assert.include(described(route), status, route)
        // What takes any JSON says what is wrong with it in its own protocol.
        if (route !== "POST /mcp") assert.strictEqual((yield* raw(route, "[]")).status, 400, `${route} with a list`)
      }
    })
  )

  it.effect("says 404 of what is not there, and its description says so", () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* opened
      const within = routes.filter(({ path }) => path.includes("{"))
      const named = within.map((route) => nameOf(route))
      const taking = within.filter(({ body }) => body !== undefined).map((route) => nameOf(route))
      assert.sameMembers(
        taking.filter((each) => !signed.has(each)),
        Object.keys(bodies)
      )
      for (const route of named.filter((each) => !signed.has(each))) {
        const [method = "", path = ""] = route.split(" ")
        for (const ids of [unknown, { ...unknown, id: path.startsWith("/api/channels/") ? "table-not" : "999999" }]) {
          const { json, status } = yield* api.call(method, filled(route, ids), bodies[route])
          assert.deepStrictEqual([route, status], [route, 404], JSON.stringify(json))
        }
        assert.include(described(route), "404", route)
      }
      for (const [method, path, body] of [
        ["PATCH", `/api/channels/${room}/queue/m-none`, { content: "x" }],
        ["DELETE", `/api/channels/${room}/queue/m-none`],
        ["GET", `/api/channels/${room}/files/m-none/a.txt`],
        ["GET", "/api/tasks?channel_id=local:none"],
        ["GET", "/api/runs?channel_id=local:none"],
        ["POST", "/api/tasks", { channel_id: "local:none", type: "interval", schedule: "1h", prompt: "x" }],
        ["POST", "/api/messages", { channel_id: "local:none", content: "x" }],
        ["POST", "/api/threads", { channel_id: "local:none", name: "x" }],
        ["POST", "/api/commands", { channel_id: "local:none", command: "stop" }],
        ["POST", "/api/memory/search", { channel_id: "local:none", query: "x" }],
        ["POST", "/api/memory/index", { channel_id: "local:none" }]
      ] as const) {
        assert.strictEqual((yield* api.call(method, path, body)).status, 404, `${method} ${path}`)
      }
    })
  )

  it.effect("answers an empty list where there is nothing", () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* opened
      yield* Runs.use((runs) => runs.insert(run("run-bare", { channel_id: away, status: "failed", ended_at: 2 })))
      for (const path of [
        "/api/runs/run-bare/events",
        "/api/runs/run-bare/messages",
        "/api/channels?query=there-is-none",
        `/api/channels/${room}/messages`,
        `/api/tasks?channel_id=${room}`,
        `/api/runs?channel_id=${room}`,
        "/api/tasks",
        "/api/tasks/calendar?from=2030-01-31&zone=UTC",
        `/api/channels/${room}/rules`,
        "/api/audit?since=2999-01-01T00:00:00Z",
        "/api/tokens"
      ]) {
        const { status, text } = yield* api.call("GET", path)
        assert.deepStrictEqual([path, status, text], [path, 200, "[]"])
      }
    })
  )

  it.effect("says 501 where a platform or memory is not configured, and 422 of a schedule that can never come", () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* opened
      for (const [route, body] of [
        ["POST /api/channels/create", { name: "x", platform: "discord" }],
        ["POST /api/channels", { dir_path: "/srv", platform: "discord" }],
        ["POST /api/threads", { channel_id: away, name: "x" }],
        ["POST /api/memory/search", { channel_id: room, query: "x" }],
        ["POST /api/memory/index", { channel_id: room }]
      ] as const) {
        const [method = "", path = ""] = route.split(" ")
        const { json, status } = yield* api.call(method, path, body)
        assert.deepStrictEqual([route, status], [route, 501], JSON.stringify(json))
        assert.include(described(route), "501")
      }
      const task = { channel_id: room, type: "cron", prompt: "x" }
      for (const schedule of ["0 0 30 2 *", "every tuesday", "* * *"]) {
        const { status } = yield* api.call("POST", "/api/tasks", { ...task, schedule })
        assert.strictEqual(status, 422, schedule)
      }
    })
  )
})
