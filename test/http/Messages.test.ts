import { readdirSync, readFileSync, symlinkSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Cards from "../../src/domain/chat/Cards.ts"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import { Masking } from "../../src/services/Masking.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { begin } from "../support/PlayedAgent.ts"

interface Shown {
  readonly message_id: string
  readonly content: string
  readonly is_bot: boolean
  readonly state: string
  readonly attachments?: ReadonlyArray<object>
  readonly buttons?: ReadonlyArray<object>
}

const room = (name: string, more: object = {}) =>
  Effect.gen(function* () {
    const api = yield* Api
    const answer = yield* api.call("POST", "/api/channels/create", { name, ...more })
    return ChannelId.make((answer.json as { readonly channel_id: string }).channel_id)
  })

const base64 = (text: string) => Buffer.from(text).toString("base64")

layer(ApiLayer.layer(), { excludeTestServices: true })("messages", (it) => {
  const post = (id: string, body: object) =>
    Effect.flatMap(Api, (api) => api.call("POST", `/api/channels/${id}/messages`, body))
  const list = (id: string, query = "") =>
    Effect.gen(function* () {
      const api = yield* Api
      return (yield* api.call("GET", `/api/channels/${id}/messages${query}`)).json as ReadonlyArray<Shown>
    })

  it.effect("are stored when 202 comes, once per id", () =>
    Effect.gen(function* () {
      const id = yield* room("once")
      const first = yield* post(id, { content: "hello", message_id: "m/1 %2F", author_id: "u1", author_name: "Ada" })
      assert.strictEqual(first.status, 202)
      assert.deepStrictEqual(first.json, { message_id: "m/1 %2F", channel_id: id })
      const again = yield* post(id, { content: "hello again", message_id: "m/1 %2F" })
      assert.strictEqual(again.status, 202)
      const stored = yield* list(id)
      assert.deepStrictEqual(
        stored.map(({ content, state }) => [content, state]),
        [["hello", "queued"]]
      )
    })
  )

  it.effect("are shown without what is secret, and kept as they were written", () =>
    Effect.gen(function* () {
      const value = "secret-0123456789"
      ;(yield* Masking).learn("forge", value)
      const id = yield* room("masked")
      yield* post(id, { content: `use ${value}`, message_id: "m1" })
      assert.strictEqual((yield* list(id))[0]?.content, "use ‹secret forge›")
      const stored = yield* Messages.use((messages) => messages.get(id, MessageId.make("m1")))
      assert.strictEqual(stored?.content, `use ${value}`)
    })
  )

  it.effect("come newest first, a page at a time", () =>
    Effect.gen(function* () {
      const id = yield* room("pages")
      for (const n of [1, 2, 3, 4]) yield* post(id, { content: `text ${n}`, message_id: `m${n}` })
      assert.deepStrictEqual(
        (yield* list(id, "?limit=2")).map((m) => m.message_id),
        ["m4", "m3"]
      )
      assert.deepStrictEqual(
        (yield* list(id, "?limit=2&before=m3")).map((m) => m.message_id),
        ["m2", "m1"]
      )
    })
  )

  it.effect("must say something", () =>
    Effect.gen(function* () {
      const id = yield* room("empty")
      const answer = yield* post(id, { content: " \n" })
      assert.strictEqual(answer.status, 400)
      assert.include(answer.text, '"field":"content"')
    })
  )

  it.effect("bring files, kept under safe names in the work directory, whatever they are called", () =>
    Effect.gen(function* () {
      const { home } = yield* Api
      const work = join(home, "work")
      const id = yield* room("files", { dir_path: work })
      const answer = yield* post(id, {
        content: "",
        message_id: "..",
        attachments: [
          { name: "../../etc/notes.txt", mime: "text/plain", data: base64("one") },
          { name: "notes.txt", mime: "text/plain", data: base64("two") }
        ]
      })
      assert.strictEqual(answer.status, 202)
      const kept = join(work, ".loop", "inbox", "%2E.")
      assert.deepStrictEqual(readdirSync(kept).sort(), ["notes-2.txt", "notes.txt"])
      const again = [{ name: "notes.txt", mime: "text/plain", data: base64("other") }]
      assert.strictEqual((yield* post(id, { content: "", message_id: "..", attachments: again })).status, 202)
      assert.strictEqual(readFileSync(join(kept, "notes.txt"), "utf8"), "one")
      const stored = yield* Messages.use((messages) => messages.get(id, MessageId.make("..")))
      assert.deepStrictEqual(stored?.attachments[1], {
        name: "notes-2.txt",
        mime: "text/plain",
        path: join(kept, "notes-2.txt")
      })
    })
  )

  it.effect("are not stored when their files cannot be kept where they belong", () =>
    Effect.gen(function* () {
      const { home } = yield* Api
      const work = join(home, "trap")
      mkdirSync(work)
      mkdirSync(join(home, "elsewhere"))
      symlinkSync(join(home, "elsewhere"), join(work, ".loop"))
      const id = yield* room("trap", { dir_path: work })
      const files = [{ name: "a", mime: "text/plain", data: base64("a") }]
      const answer = yield* post(id, { content: "see", attachments: files })
      assert.strictEqual(answer.status, 409)
      assert.deepStrictEqual(readdirSync(join(home, "elsewhere")), [])
      assert.deepStrictEqual(yield* list(id), [])
    })
  )

  it.effect("refuse a file that is not base64", () =>
    Effect.gen(function* () {
      const id = yield* room("base64")
      const answer = yield* post(id, { content: "x", attachments: [{ name: "a", mime: "b", data: "ü" }] })
      assert.strictEqual(answer.status, 400)
      assert.include(answer.text, '"field":"attachments.0.data"')
    })
  )

  it.effect("are the bot's where a program lets it speak", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* room("bot")
      const said = yield* api.call("POST", "/api/messages", { channel_id: id, content: "Build is green" })
      assert.strictEqual(said.status, 204)
      assert.deepStrictEqual(
        (yield* list(id)).map((m) => [m.content, m.is_bot, m.state]),
        [["Build is green", true, "sending"]]
      )
      const missing = yield* api.call("POST", "/api/messages", { channel_id: "local:none", content: "x" })
      assert.strictEqual(missing.status, 404)
    })
  )

  it.effect("show what a person can do about them, until one of it is done", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* room("buttons")
      yield* post(id, { content: "try", message_id: "m1" })
      const { end, run } = yield* begin("run-buttons", id, [MessageId.make("m1")])
      const failed = { channel_id: id, run_id: run.run_id, key: "end", content: "It failed." }
      yield* Messages.use((all) => all.say({ ...failed, buttons: Cards.retry(run.run_id) }))
      yield* end("failed")
      const shown = Effect.map(list(id), (all) => all.find(({ content }) => content === "It failed."))
      assert.deepStrictEqual((yield* shown)?.buttons, [{ id: "retry:run-buttons", label: "Retry", style: "primary" }])
      assert.strictEqual((yield* api.call("POST", "/api/runs/run-buttons/retry")).status, 202)
      assert.isUndefined((yield* shown)?.buttons)
      const told = (yield* api.call("GET", "/api/runs/run-buttons/events")).json as ReadonlyArray<{
        readonly type: string
        readonly data: Shown
      }>
      assert.deepStrictEqual(
        told.filter(({ data }) => data.content === "It failed.").map(({ data, type }) => [type, data.buttons?.length]),
        [
          ["message.created", 1],
          ["message.updated", undefined]
        ]
      )
    })
  )

  it.effect("name the files that came with them", () =>
    Effect.gen(function* () {
      const id = yield* room("named")
      yield* post(id, { content: "see", attachments: [{ name: "a.txt", mime: "text/plain", data: base64("a") }] })
      const [message] = yield* list(id)
      assert.deepStrictEqual(message?.attachments, [{ name: "a.txt", mime: "text/plain" }])
    })
  )

  it.effect("can be changed and dropped while they wait, and not once they run", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const id = yield* room("queue")
      for (const name of ["a b", "c"]) yield* post(id, { content: name, message_id: name })
      const entry = (name: string) => `/api/channels/${id}/queue/${encodeURIComponent(name)}`
      const edited = yield* api.call("PATCH", entry("a b"), { content: "better" })
      assert.strictEqual(edited.status, 200)
      assert.strictEqual((yield* api.call("DELETE", entry("c"))).status, 204)
      assert.deepStrictEqual(
        (yield* list(id)).map((m) => [m.content, m.state]),
        [
          ["c", "dropped"],
          ["better", "queued"]
        ]
      )
      yield* begin("run-queue", id, [MessageId.make("a b")])
      assert.strictEqual((yield* api.call("PATCH", entry("a b"), { content: "too late" })).status, 409)
      assert.strictEqual((yield* api.call("DELETE", entry("a b"))).status, 409)
    })
  )
})
