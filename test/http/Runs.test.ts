import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ApprovalId, ChannelId, MessageId, ProcessId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { begin } from "../support/PlayedAgent.ts"

const openRoom = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

layer(ApiLayer.layer(), { excludeTestServices: true })("runs", (it) => {
  it.effect("are listed newest first, by channel and status, and shown with their journal", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* openRoom("room")
      const first = yield* begin("run-1", room)
      yield* first.tell("run.tool", { tool_use_id: "t", name: "Bash", state: "started" })
      yield* first.end("completed")
      yield* begin("run-2", room)
      const ids = (path: string) =>
        Effect.map(api.call("GET", path), ({ json }) =>
          (json as ReadonlyArray<{ readonly run_id: string }>).map((run) => run.run_id)
        )
      assert.deepStrictEqual(yield* ids("/api/runs?channel_id=room"), ["run-2", "run-1"])
      assert.deepStrictEqual(yield* ids("/api/runs?status=completed"), ["run-1"])
      assert.deepStrictEqual(yield* ids("/api/runs?limit=1"), ["run-2"])
      const shown = yield* api.call("GET", "/api/runs/run-1")
      assert.include(shown.json as object, { run_id: "run-1", channel_id: room, status: "completed" })
      const events = (yield* api.call("GET", "/api/runs/run-1/events")).json as ReadonlyArray<{ readonly type: string }>
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["run.started", "run.tool", "run.ended"]
      )
    })
  )

  it.effect("are listed page by page, those at work and those that have ended apart", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const [busy, done] = [yield* openRoom("busy"), yield* openRoom("done")]
      for (const id of ["page-1", "page-2", "page-3"]) {
        yield* (yield* begin(id, done)).end("failed")
      }
      yield* begin("page-busy", busy)
      const ids = (query: string) =>
        Effect.map(api.call("GET", `/api/runs?${query}`), ({ json }) =>
          (json as ReadonlyArray<{ readonly run_id: string }>).map((run) => run.run_id)
        )
      assert.deepStrictEqual(yield* ids("channel_id=done&limit=2"), ["page-3", "page-2"])
      assert.deepStrictEqual(yield* ids("channel_id=done&limit=2&before=page-2"), ["page-1"])
      assert.deepStrictEqual(yield* ids("channel_id=done&before=none"), [])
      assert.include(yield* ids("live=true"), "page-busy")
      assert.notInclude(yield* ids("live=true"), "page-1")
      assert.notInclude(yield* ids("live=false"), "page-busy")
    })
  )

  it.effect("tell what they were told and what they have said", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* openRoom("told")
      yield* api.call("POST", `/api/channels/${room}/messages`, { content: "how many?", message_id: "told-1" })
      yield* api.call("POST", `/api/channels/${room}/messages`, { content: "of another run", message_id: "told-2" })
      const run = yield* begin("run-told", room, [MessageId.make("told-1")])
      yield* run.say("Three.")
      const said = (yield* api.call("GET", "/api/runs/run-told/messages")).json as ReadonlyArray<{
        readonly content: string
      }>
      assert.deepStrictEqual(
        said.map(({ content }) => content),
        ["how many?", "Three."]
      )
      assert.strictEqual((yield* api.call("GET", "/api/runs/none/messages")).status, 404)
    })
  )

  it.effect("are stopped by their id, and no later one in their place", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* openRoom("ended")
      yield* (yield* begin("run-past", room)).end("completed")
      yield* begin("run-present", room)
      const stop = (id: string) => api.call("POST", `/api/runs/${id}/stop`)
      assert.deepStrictEqual((yield* stop("run-past")).json, { stopped: false })
      assert.include((yield* api.call("GET", "/api/runs/run-present")).json as object, { status: "running" })
      assert.deepStrictEqual((yield* stop("run-present")).json, { stopped: true })
      assert.include((yield* api.call("GET", "/api/runs/run-present")).json as object, { status: "stopped" })
    })
  )

  it.effect("that do not exist are 404", () =>
    Effect.gen(function* () {
      const api = yield* Api
      for (const path of ["/api/runs/none", "/api/runs/none/events", "/api/runs?channel_id=local:none"]) {
        assert.strictEqual((yield* api.call("GET", path)).status, 404, path)
      }
      assert.strictEqual((yield* api.call("POST", "/api/runs/none/retry")).status, 404)
    })
  )

  it.effect("can be retried", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* openRoom("again")
      yield* api.call("POST", `/api/channels/${room}/messages`, { content: "do it", message_id: "m1" })
      const run = yield* begin("run-again", room, [MessageId.make("m1")])
      assert.strictEqual((yield* api.call("POST", "/api/runs/run-again/retry")).status, 409)
      yield* run.end("failed")
      const answer = yield* api.call("POST", "/api/runs/run-again/retry")
      assert.strictEqual(answer.status, 202)
      const { message_id } = answer.json as { readonly message_id: MessageId }
      const again = yield* Messages.use((messages) => messages.get(room, message_id))
      assert.deepInclude(again, { content: "do it", state: "queued" })
    })
  )

  it.effect("are retried once by two who ask at once, and again when that has ended", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* openRoom("twice")
      yield* api.call("POST", `/api/channels/${room}/messages`, { content: "do it", message_id: "m1" })
      const run = yield* begin("run-twice", room, [MessageId.make("m1")])
      yield* run.end("failed")
      const retry = api.call("POST", "/api/runs/run-twice/retry")
      const asked = yield* Effect.all([retry, retry, retry], { concurrency: "unbounded" })
      assert.deepStrictEqual(asked.map(({ status }) => status).toSorted(), [202, 409, 409])
      const waiting = Messages.use((messages) => messages.queued(room))
      const [one, ...more] = yield* waiting
      assert.lengthOf(more, 0)
      assert.isDefined(one)
      if (one !== undefined) yield* Messages.use((messages) => messages.drop(room, one.message_id))
      assert.strictEqual((yield* retry).status, 202)
      assert.lengthOf(yield* waiting, 1)
    })
  )

  it.effect("wait for decisions, which count once", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* openRoom("asks")
      const { run } = yield* begin("run-asks", room)
      const id = ApprovalId.make("approval-1")
      yield* Requests.use((requests) =>
        requests.ask({
          approval_id: id,
          channel_id: room,
          run_id: run.run_id,
          process_id: ProcessId.make("0123abcd"),
          request_id: "r1",
          request: { _tag: "Permission", toolUseId: "t1", tool: "Bash", input: { command: "rm -r x" } },
          created_at: 1,
          expires_at: 2,
          cwd: "/work"
        })
      )
      const decide = (body: object) => api.call("POST", `/api/approvals/${id}`, body)
      assert.strictEqual((yield* decide({ decision: "maybe" })).status, 400)
      const first = yield* decide({ decision: "deny", message: "not that one" })
      assert.strictEqual(first.status, 200)
      assert.deepStrictEqual(first.json, { approval_id: id, decision: "deny" })
      const second = yield* decide({ decision: "allow" })
      assert.strictEqual(second.status, 409)
      assert.include(second.text, "denied")
      assert.strictEqual((yield* api.call("POST", "/api/approvals/none", { decision: "allow" })).status, 404)
    })
  )

  it.effect("follow commands that come as text", () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* openRoom("talks")
      const answer = yield* api.call("POST", "/api/commands", { channel_id: "talks", command: "status" })
      assert.match(answer.text, /Nothing runs here/)
      const unknown = yield* api.call("POST", "/api/commands", { channel_id: "talks", command: "fly" })
      assert.strictEqual(unknown.status, 400)
      assert.include(unknown.text, '"field":"command"')
      const readme = yield* api.call("GET", "/api/readme")
      assert.strictEqual(readme.headers.get("content-type"), "text/plain; charset=utf-8")
      assert.match(readme.text, /^# /)
    })
  )
})
