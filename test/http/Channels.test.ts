import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { begin } from "../support/PlayedAgent.ts"

interface Shown {
  readonly channel_id: string
  readonly name: string
  readonly busy: string
  readonly state: string
  readonly settings: unknown
  readonly run?: { readonly run_id: string }
  readonly queue: ReadonlyArray<{ readonly content: string; readonly waiting_for: string }>
}

interface Listed {
  readonly name: string
  readonly state: string
  readonly last_message_at?: string
}

const create = (name: string, more: object = {}) =>
  Effect.gen(function* () {
    const api = yield* Api
    const answer = yield* api.call("POST", "/api/channels/create", { name, ...more })
    assert.strictEqual(answer.status, 201)
    return ChannelId.make((answer.json as { readonly channel_id: string }).channel_id)
  })

const shown = (id: string) =>
  Effect.gen(function* () {
    const api = yield* Api
    const answer = yield* api.call("GET", `/api/channels/${encodeURIComponent(id)}`)
    assert.strictEqual(answer.status, 200)
    return answer.json as Shown
  })

layer(ApiLayer.layer(), { excludeTestServices: true })("channels", (it) => {
  it.effect("are made, found by a part of their name and shown", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* create("Ärger im Büro", { dir_path: "/srv/work", author_id: "u1" })
      const found = yield* api.call("GET", `/api/channels?query=${encodeURIComponent("ÄRGER")}`)
      const known = { channel_id: id, platform: "local", name: "Ärger im Büro" }
      assert.deepStrictEqual(found.json, [
        { ...known, dir_path: "/srv/work", parent_id: "", active: true, state: "idle" }
      ])
      const channel = yield* shown(id)
      assert.strictEqual(channel.state, "idle")
      assert.strictEqual(channel.busy, "queue")
      assert.deepStrictEqual(channel.queue, [])
    })
  )

  it.effect("tell in the list what they are doing and when something was said last", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const [quiet, busy, asking] = [
        yield* create("list quiet"),
        yield* create("list busy"),
        yield* create("list asking")
      ]
      yield* begin("run-list-busy", busy)
      const { run } = yield* begin("run-list-asking", asking)
      yield* Runs.use((runs) => runs.patch(run.run_id, { status: "waiting" }))
      yield* Messages.use((all) => all.say({ channel_id: quiet, run_id: null, key: "list", content: "hello" }))
      const listed = (yield* api.call("GET", "/api/channels?query=list%20")).json as ReadonlyArray<Listed>
      assert.deepStrictEqual(
        listed.map(({ last_message_at, name, state }) => [name, state, last_message_at !== undefined]),
        [
          ["list asking", "waiting", false],
          ["list busy", "running", false],
          ["list quiet", "idle", true]
        ]
      )
    })
  )

  it.effect("are named by their bare native id where only one has it, else the answer names them", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const channels = yield* Channels
      yield* channels.upsert({ channel_id: ChannelId.make("discord:1234"), platform: "discord", name: "one" })
      assert.strictEqual((yield* shown("1234")).channel_id, "discord:1234")
      yield* channels.upsert({ channel_id: ChannelId.make("local:1234"), platform: "local", name: "two" })
      const unclear = yield* api.call("GET", "/api/channels/1234")
      assert.strictEqual(unclear.status, 400)
      assert.include(unclear.text, "discord:1234, local:1234")
      assert.strictEqual((yield* api.call("GET", "/api/channels/local%3Anone")).status, 404)
    })
  )

  it.effect("keep an id with unusual characters apart from the path around it", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      const id = ChannelId.make("slack:C1/../x%2Fy?z#ü")
      yield* channels.upsert({ channel_id: id, platform: "slack", name: "odd" })
      assert.strictEqual((yield* shown(id)).channel_id, id)
    })
  )

  it.effect("are made once for a directory", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const first = yield* api.call("POST", "/api/channels", { dir_path: "/srv/once" })
      const second = yield* api.call("POST", "/api/channels", { dir_path: "/srv/once" })
      assert.strictEqual(first.status, 200)
      assert.deepStrictEqual(first.json, second.json)
    })
  )

  it.effect("take settings, one by one or as they are shown, and give them back with null", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* create("settings")
      const patch = (changes: object) => api.call("PATCH", `/api/channels/${id}`, changes)
      const changed = yield* patch({ name: "renamed", busy: "steer", network: "open", claude_model: "opus" })
      assert.strictEqual(changed.status, 200)
      const now = changed.json as Shown
      assert.strictEqual(now.name, "renamed")
      assert.strictEqual(now.busy, "steer")
      assert.deepStrictEqual(now.settings, {
        busy: "steer",
        network: { mode: "open", allow: [], host_services: [] },
        claude_model: "opus"
      })
      yield* patch({ busy: null, network: null })
      assert.deepStrictEqual((yield* shown(id)).settings, { claude_model: "opus" })
      yield* patch({ settings: { busy: "collect", claude_model: null } })
      assert.deepStrictEqual((yield* shown(id)).settings, { busy: "collect" })
      const wrong = yield* patch({ busy: "sometimes", container_timeout_sec: 0 })
      assert.strictEqual(wrong.status, 400)
      assert.include(wrong.text, '"field":"container_timeout_sec"')
    })
  )

  it.effect("show the run at work and what waits behind it", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* create("busy")
      yield* begin("run-busy", id)
      yield* api.call("POST", `/api/channels/${id}/messages`, { content: "next" })
      const channel = yield* shown(id)
      assert.strictEqual(channel.state, "running")
      assert.strictEqual(channel.run?.run_id, "run-busy")
      assert.deepStrictEqual(
        channel.queue.map(({ content, waiting_for }) => [content, waiting_for]),
        [["next", "turn"]]
      )
    })
  )

  it.effect("stop what runs and say whether there was something", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* create("stopping")
      yield* begin("run-stop", id)
      const stop = api.call("POST", `/api/channels/${id}/stop`)
      assert.deepStrictEqual((yield* stop).json, { stopped: true, run_id: "run-stop" })
      assert.deepStrictEqual((yield* stop).json, { stopped: false })
      assert.strictEqual((yield* api.call("POST", `/api/channels/${id}/reset`)).status, 204)
    })
  )

  it.effect("go with their threads; a thread goes alone, and a channel is none", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* create("parent")
      const opened = yield* api.call("POST", "/api/threads", { channel_id: id, name: "aside" })
      assert.strictEqual(opened.status, 201)
      const { thread_id: thread } = opened.json as { readonly thread_id: string }
      const archived = yield* api.call("PATCH", `/api/channels/${id}`, { archived: true })
      assert.strictEqual(archived.status, 400)
      assert.include(archived.text, "only threads can be archived")
      assert.strictEqual((yield* api.call("DELETE", `/api/threads/${id}`)).status, 400)
      assert.strictEqual((yield* api.call("DELETE", `/api/threads/${thread}`)).status, 204)
      assert.strictEqual((yield* api.call("DELETE", `/api/threads/${thread}`)).status, 404)
      assert.strictEqual((yield* api.call("DELETE", `/api/channels/${id}`)).status, 204)
      assert.strictEqual((yield* api.call("GET", `/api/channels/${id}`)).status, 404)
    })
  )
})
