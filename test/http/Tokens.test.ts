/** Tokens with a scope: what they give, what they can never give, and that they end at once. */
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Audit } from "../../src/services/Audit.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { listen } from "../support/EventClient.ts"
import { connect, refused } from "../support/SocketClient.ts"
import { begin } from "../support/PlayedAgent.ts"
import * as Scoped from "../support/Scoped.ts"

const open = Effect.fnUntraced(function* (name: string, parent_id?: ChannelId) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) =>
    channels.upsert({ channel_id, platform: "local", name, ...(parent_id !== undefined && { parent_id }) })
  )
  return channel_id
})

const statusOf = (token: Scoped.Scoped, method: string, path: string, json?: unknown) =>
  Effect.map(Scoped.as(token, method, path, json), ({ status }) => status)

const session = Effect.fnUntraced(function* (secret: string) {
  const api = yield* Api
  const answer = yield* api.bare(`/login?token=${secret}`)
  return answer.headers.getSetCookie()[0]?.split(";")[0] ?? ""
})

const revoke = ({ id }: Scoped.Scoped) => Effect.flatMap(Api, (api) => api.call("DELETE", `/api/tokens/${id}`))

layer(ApiLayer.layer(), { excludeTestServices: true })("a token", (it) => {
  it.effect("is told once and stored as a hash, listed without its secret, and audited", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { id, secret } = yield* Scoped.make({ access: "write" })
      assert.match(secret, new RegExp(`^loop_${id}_[\\w-]{43}$`))
      const sql = yield* SqlClient.SqlClient
      const rows = JSON.stringify(yield* sql`SELECT * FROM tokens`)
      assert.include(rows, id)
      assert.notInclude(rows, secret.slice(-43))
      const list = yield* api.call("GET", "/api/tokens")
      assert.include(list.text, id)
      assert.notInclude(list.text, secret.slice(-43))
      const [made] = yield* Audit.use((audit) => audit.list({ limit: 1 }))
      assert.deepInclude(made, {
        action: "token.create",
        target: id,
        actor_kind: "owner",
        via: "http",
        outcome: "done"
      })
      assert.notInclude(JSON.stringify(made), secret.slice(-43))
    })
  )

  it.effect("that has the right form or id, but not the secret, opens nothing", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { id, secret } = yield* Scoped.make({})
      const wrong = [
        `loop_${id}_${"A".repeat(43)}`,
        `loop_${id}_`,
        `loop_${id}`,
        id,
        secret.slice(0, -1),
        `${secret}A`,
        secret.toUpperCase()
      ]
      for (const each of wrong) {
        const answer = yield* api.bare("/api/channels", { headers: { authorization: `Bearer ${each}` } })
        assert.strictEqual(answer.status, 401, each)
        assert.strictEqual(yield* session(each), "", each)
      }
    })
  )

  it.effect("of channels sees these and their threads, in every list, and nothing of the others", () =>
    Effect.gen(function* () {
      const mine = yield* open("mine")
      const thread = yield* open("mine-thread", mine)
      const foreign = yield* open("foreign")
      yield* begin("run-thread", thread)
      yield* begin("run-foreign", foreign)
      const token = yield* Scoped.make({ channels: [mine], access: "read" })
      const ids = Effect.fnUntraced(function* (path: string) {
        const { json } = yield* Scoped.as(token, "GET", path)
        return (json as ReadonlyArray<{ channel_id: string }>).map(({ channel_id }) => channel_id).toSorted()
      })
      assert.deepStrictEqual(yield* ids("/api/channels"), [mine, thread])
      assert.deepStrictEqual(yield* ids("/api/runs"), [thread])
      for (const id of [foreign, "foreign", "local:never"]) {
        const path = `/api/channels/${id}/messages`
        assert.strictEqual(yield* statusOf(token, "GET", path), 403, `${id}: others are as unknown as none`)
      }
      assert.strictEqual(yield* statusOf(token, "GET", `/api/channels/${thread}/messages`), 200)
      assert.strictEqual(yield* statusOf(token, "POST", "/api/channels/create", { name: "new" }), 403)
    })
  )

  it.effect(
    "of channels hears the events of these, also of a thread that is opened and a channel that is deleted",
    () =>
      Effect.gen(function* () {
        const api = yield* Api
        const mine = yield* open("heard")
        const foreign = yield* open("unheard")
        const token = yield* Scoped.make({ channels: [mine], access: "read" })
        const stream = yield* listen("", { authorization: `Bearer ${token.secret}` })
        const headers = { authorization: `Bearer ${token.secret}` }
        const socket = yield* connect("", { headers })
        assert.strictEqual((yield* refused(`?channel_id=${foreign}`, { headers })).status, 403)
        yield* begin("run-unheard", foreign)
        yield* api.call("DELETE", `/api/channels/${foreign}`)
        yield* api.call("POST", "/api/threads", { channel_id: mine, name: "later" })
        const opened = yield* stream.next
        assert.deepInclude(opened.data, { name: "later", parent_id: mine })
        assert.deepStrictEqual(yield* socket.next, opened)
        yield* api.call("DELETE", `/api/channels/${mine}`)
        const deleted = yield* stream.until("channel.changed")
        assert.deepInclude(deleted.data, { channel_id: mine, deleted: true })
      })
  )

  it.effect("of a thread alone does not reach the channel or its other threads", () =>
    Effect.gen(function* () {
      const parent = yield* open("parent")
      const thread = yield* open("one-thread", parent)
      const sister = yield* open("sister", parent)
      const token = yield* Scoped.make({ channels: [thread], access: "admin" })
      assert.strictEqual(yield* statusOf(token, "PATCH", `/api/channels/${thread}`, { name: "renamed" }), 200)
      assert.strictEqual(yield* statusOf(token, "PATCH", `/api/channels/${sister}`, { name: "renamed" }), 403)
      assert.strictEqual(yield* statusOf(token, "GET", `/api/channels/${parent}`), 403)
      const beside = { channel_id: thread, name: "beside" }
      assert.strictEqual(yield* statusOf(token, "POST", "/api/threads", beside), 403)
    })
  )

  it.effect("can never make one that reaches further, does more or lasts longer than itself", () =>
    Effect.gen(function* () {
      const one = yield* open("one")
      const two = yield* open("two")
      const soon = new Date(Date.now() + 3_600_000).toISOString()
      const admin = yield* Scoped.make({ channels: [one], access: "admin", expires_at: soon })
      const writer = yield* Scoped.make({ channels: [one], access: "write" })
      const refused = [
        { by: writer.secret, channels: [one], access: "read" },
        { by: writer.secret, channels: [one], access: "write" },
        { by: admin.secret, channels: [one, two], access: "read" },
        { by: admin.secret, channels: ["*"], access: "read" },
        { by: admin.secret, channels: ["channels"], access: "read" }
      ] as const
      for (const wish of refused) {
        assert.strictEqual((yield* Scoped.ask(wish)).status, 403, JSON.stringify(wish.channels))
      }
      const late = new Date(Date.now() + 7_200_000).toISOString()
      const child = yield* Scoped.make({ by: admin.secret, channels: [one], access: "admin", expires_at: late })
      assert.deepInclude(child, { expires_at: soon })
      const unending = yield* Scoped.make({ by: child.secret, channels: [one], access: "read" })
      assert.deepInclude(unending, { expires_at: soon })
      const foreign = yield* Scoped.make({ channels: [two], access: "read" })
      assert.strictEqual(yield* statusOf(admin, "DELETE", `/api/tokens/${foreign.id}`), 403)
      const { text } = yield* Scoped.as(admin, "GET", "/api/tokens")
      assert.include(text, child.id)
      assert.notInclude(text, foreign.id)
      const [denied] = yield* Audit.use((audit) => audit.list({ limit: 1 }))
      assert.deepInclude(denied, { action: "token.revoke", target: foreign.id, outcome: "denied", actor: admin.id })
    })
  )

  it.effect("that is revoked ends at once, with what was made by it, its page and its streams", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* open("ending")
      const parent = yield* Scoped.make({ access: "admin" })
      const child = yield* Scoped.make({ by: parent.secret, access: "read" })
      const stays = yield* Scoped.make({ access: "read" })
      const cookie = yield* session(child.secret)
      const withCookie = Effect.map(api.bare("/api/channels", { headers: { cookie } }), ({ status }) => status)
      const stream = yield* listen("", { authorization: `Bearer ${child.secret}` })
      const paged = yield* listen("", { authorization: "", cookie })
      const socket = yield* connect("", { headers: { authorization: `Bearer ${child.secret}` } })
      assert.strictEqual(yield* withCookie, 200)
      assert.strictEqual((yield* revoke(parent)).status, 204)
      yield* stream.ended
      yield* paged.ended
      yield* socket.closed
      assert.strictEqual(yield* withCookie, 401)
      assert.strictEqual((yield* api.bare("/", { headers: { cookie } })).status, 401)
      for (const token of [parent, child]) assert.strictEqual(yield* statusOf(token, "GET", "/api/channels"), 401)
      assert.strictEqual(yield* statusOf(stays, "GET", `/api/channels/${room}`), 200)
      assert.strictEqual((yield* revoke(parent)).status, 404)
    })
  )

  it.effect("logs the page in for what it gives, not for what the owner has", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* open("paged")
      const token = yield* Scoped.make({ channels: [room], access: "read" })
      const cookie = yield* session(token.secret)
      const headers = { cookie, "content-type": "application/json" }
      const post = (to: string, body: unknown) =>
        Effect.map(api.bare(to, { method: "POST", headers, body: JSON.stringify(body) }), ({ status }) => status)
      assert.strictEqual((yield* api.bare(`/api/channels/${room}`, { headers })).status, 200)
      assert.strictEqual(yield* post(`/api/channels/${room}/messages`, { content: "hi" }), 403)
      assert.strictEqual(yield* post("/api/tokens", { name: "mine", scope: { channels: ["*"], access: "admin" } }), 403)
      // Another token's name on the same seal is not its session.
      const [name = "", value = ""] = cookie.split("=")
      const asOwner = `${name}=owner.${value.split(".").slice(1).join(".")}`
      assert.strictEqual((yield* api.bare("/api/channels", { headers: { cookie: asOwner } })).status, 401)
    })
  )
})

describe("the end of a token", () => {
  it.effect("comes at its instant, also for its page", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const expires_at = new Date(3_600_000).toISOString()
      const token = yield* Scoped.make({ access: "read", expires_at })
      const cookie = yield* session(token.secret)
      const withCookie = Effect.map(api.bare("/api/channels", { headers: { cookie } }), ({ status }) => status)
      yield* TestClock.adjust("59 minutes")
      assert.deepStrictEqual([yield* statusOf(token, "GET", "/api/channels"), yield* withCookie], [200, 200])
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual([yield* statusOf(token, "GET", "/api/channels"), yield* withCookie], [401, 401])
      const past = yield* Scoped.ask({ expires_at })
      assert.strictEqual(past.status, 400)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )

  // Here no time passes by itself, so that no heartbeat ends what nothing else has ended.
  const listeners = Effect.fnUntraced(function* (secret: string) {
    const headers = { authorization: `Bearer ${secret}` }
    const cookie = yield* session(secret)
    const streams = [yield* listen("", headers), yield* listen("", { authorization: "", cookie })]
    const socket = yield* connect("", { headers })
    return Effect.all([...streams.map(({ ended }) => ended), socket.closed], { discard: true })
  })

  it.effect("ends its streams and its page's by itself where it is revoked", () =>
    Effect.gen(function* () {
      const parent = yield* Scoped.make({ access: "admin" })
      const child = yield* Scoped.make({ by: parent.secret, access: "read" })
      const all = [yield* listeners(parent.secret), yield* listeners(child.secret)]
      assert.strictEqual((yield* revoke(parent)).status, 204)
      yield* Effect.all(all)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )

  it.effect("ends them at its instant where it expires", () =>
    Effect.gen(function* () {
      const token = yield* Scoped.make({ access: "read", expires_at: new Date(10_000).toISOString() })
      const ended = yield* listeners(token.secret)
      yield* TestClock.adjust("10 seconds")
      yield* ended
    }).pipe(Effect.provide(ApiLayer.layer()))
  )

  it.effect("of the owner's own comes with the file that replaces it, and ends all pages with it", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const other = yield* Scoped.make({ access: "read" })
      const paged = yield* listen("", { authorization: "", cookie: yield* session(other.secret) })
      const ended = yield* listeners(api.token)
      writeFileSync(join(api.home, ".loop", "token"), "loop_another\n")
      yield* ended
      yield* paged.ended
      assert.strictEqual((yield* api.call("GET", "/api/channels")).status, 401)
      assert.strictEqual(yield* statusOf(other, "GET", "/api/channels"), 200)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )

  it.effect("of the owner's own that is gone is noticed before anything is told on it, and at the next heartbeat", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const room = yield* open("removed")
      const stream = yield* listen()
      rmSync(join(api.home, ".loop", "token"))
      yield* begin("run-after", room)
      assert.strictEqual(yield* stream.block, "the stream has ended")

      const secret = readFileSync(join(api.home, ".loop", "token"), "utf8").trim()
      const quiet = yield* listeners(secret)
      rmSync(join(api.home, ".loop", "token"))
      const beats = Effect.forever(Effect.andThen(TestClock.adjust("15 seconds"), Effect.promise(setImmediate)))
      yield* Effect.raceFirst(quiet, beats)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )
})
