/** Notes over HTTP: whose they are is said by a channel or by its directory, and asked of the token. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import * as OllamaServer from "../support/OllamaServer.ts"
import * as Scoped from "../support/Scoped.ts"

const room = ChannelId.make("local:room")
const other = ChannelId.make("local:other")

class Ollama extends Context.Service<Ollama, Effect.Success<typeof OllamaServer.make>>()("loop/test/Ollama") {}

const served = Layer.unwrap(
  Effect.map(OllamaServer.make, (ollama) => {
    const embeddings = { provider: "ollama", ollama_url: `${ollama.url}/` }
    return Layer.merge(
      ApiLayer.layer({ config: { memory: { enabled: true, embeddings } } }),
      Layer.succeed(Ollama, ollama)
    )
  })
)

layer(served, { excludeTestServices: true })("/api/memory", (it) => {
  const opened = Effect.gen(function* () {
    const { home } = yield* Api
    const site = join(home, "site")
    mkdirSync(join(site, "memory"), { recursive: true })
    writeFileSync(join(site, "memory/a.md"), "The release is on Monday.")
    const channels = yield* Channels
    yield* channels.upsert({ channel_id: room, platform: "local", name: "room", dir_path: site })
    yield* channels.upsert({ channel_id: other, platform: "local", name: "other" })
    return { site }
  })

  it.effect("indexes and finds what a channel's directory holds, and counts files", () =>
    Effect.gen(function* () {
      const { call } = yield* Api
      const { site } = yield* opened
      const empty = yield* call("POST", "/api/memory/search", { query: "release", dir_path: site })
      assert.deepStrictEqual([empty.status, empty.json], [200, { results: [] }])
      const indexed = yield* call("POST", "/api/memory/index", { dir_path: `${site}/` })
      assert.deepStrictEqual([indexed.status, indexed.json], [200, { count: 1, updated: 1, removed: 0 }])
      for (const place of [{ dir_path: site }, { channel_id: "room" }]) {
        const { json } = yield* call("POST", "/api/memory/search", { query: "rollout", top_k: -1, ...place })
        const { results } = json as { results: ReadonlyArray<object> }
        assert.lengthOf(results, 1)
        const file_path = join(site, "memory/a.md")
        assert.deepInclude(results[0], { file_path, content: "The release is on Monday.", chunk_index: 0 })
      }
      for (const name of ["b", "c"]) writeFileSync(join(site, `memory/${name}.md`), `Another release: ${name}.`)
      yield* call("POST", "/api/memory/index", { dir_path: site })
      const ollama = yield* Ollama
      ollama.refuse = () => 500
      const two = yield* call("POST", "/api/memory/search", { query: "release", top_k: 2, channel_id: room })
      ollama.refuse = undefined
      const { note, results } = two.json as { note: string; results: ReadonlyArray<object> }
      assert.lengthOf(results, 2)
      assert.match(note, /^Found by words alone/)
      for (const name of ["b", "c"]) rmSync(join(site, `memory/${name}.md`))
    })
  )

  it.effect("is for directories of channels that the token may read", () =>
    Effect.gen(function* () {
      const { call, home } = yield* Api
      const { site } = yield* opened
      const reader = yield* Scoped.make({ channels: [room], access: "read" })
      const stranger = yield* Scoped.make({ channels: [other], access: "admin" })
      const asked = { query: "release", dir_path: site }
      assert.strictEqual((yield* Scoped.as(reader, "POST", "/api/memory/search", asked)).status, 200)
      assert.strictEqual((yield* Scoped.as(reader, "POST", "/api/memory/index", { dir_path: site })).status, 403)
      const answers: Array<string> = []
      for (const dir_path of [site, home, "/etc"]) {
        const { json, status } = yield* Scoped.as(stranger, "POST", "/api/memory/search", { query: "x", dir_path })
        assert.strictEqual(status, 403, dir_path)
        answers.push(String((json as { detail: string }).detail))
      }
      // Nobody learns from it where there is a channel.
      assert.deepStrictEqual(new Set(answers).size, 1, answers.join())
      for (const dir_path of [home, "/etc", "site"]) {
        const { json, status } = yield* call("POST", "/api/memory/search", { query: "x", dir_path })
        assert.strictEqual(status, 400, dir_path)
        assert.deepInclude((json as { errors: ReadonlyArray<object> }).errors[0], { field: "dir_path" })
      }
    })
  )

  it.effect("needs a question and a place", () =>
    Effect.gen(function* () {
      const { call } = yield* Api
      yield* opened
      for (const body of [
        { channel_id: room },
        { channel_id: room, query: "" },
        { channel_id: room, query: " " },
        { query: "x" }
      ]) {
        assert.strictEqual((yield* call("POST", "/api/memory/search", body)).status, 400, JSON.stringify(body))
      }
      assert.strictEqual((yield* call("POST", "/api/memory/index", {})).status, 400)
    })
  )
})
