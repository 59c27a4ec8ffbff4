/** The tools of memory: there only where it is on, and only for the channel that they act for. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Schema } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import * as Remote from "../../src/mcp/Remote.ts"
import { Channels } from "../../src/services/Channels.ts"
import * as Api from "../support/Api.ts"
import * as OllamaServer from "../support/OllamaServer.ts"

const room = ChannelId.make("local:room")
const other = ChannelId.make("local:other")

const services = (enabled: boolean) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const { url } = yield* OllamaServer.make
      const home = yield* Api.home
      const dir_path = join(home, "site")
      mkdirSync(join(dir_path, "memory"), { recursive: true })
      writeFileSync(join(dir_path, "memory/a.md"), "The release is on Monday.")
      writeFileSync(join(dir_path, "memory/b.md"), "Nobody works on a Sunday.")
      const opened = Effect.gen(function* () {
        const channels = yield* Channels
        yield* channels.upsert({ channel_id: room, platform: "local", name: "room", dir_path })
        yield* channels.upsert({ channel_id: other, platform: "local", name: "other" })
      })
      const memory = { enabled, embeddings: { provider: "ollama", ollama_url: url } }
      return Layer.provideMerge(Layer.effectDiscard(opened), Api.services(home, { config: { memory } }))
    })
  )

const ask = Effect.fnUntraced(function* (channel_id: ChannelId | undefined, method: string, params: Schema.Json) {
  const answer = yield* Remote.answer(
    { subject: { kind: "owner" }, channel_id },
    { jsonrpc: "2.0", id: 1, method, params }
  )
  return (answer as unknown as { result: unknown }).result
})

const call = (channel: ChannelId, name: string, args: Schema.Json) =>
  Effect.map(ask(channel, "tools/call", { name, arguments: args }), (result) => {
    const { content, isError } = result as { isError: boolean; content: [{ text: string }] }
    return `${isError ? "Error: " : ""}${content[0].text}`
  })

const listed = (channel: ChannelId | undefined) =>
  Effect.map(ask(channel, "tools/list", {}), (result) =>
    (result as { tools: ReadonlyArray<{ name: string }> }).tools
      .map(({ name }) => name)
      .filter((name) => /memory/.test(name))
  )

describe("The tools of memory", () => {
  it.effect("index and find, with the place of each passage", () =>
    Effect.gen(function* () {
      for (const channel of [room, undefined]) {
        assert.deepStrictEqual(yield* listed(channel), ["search_memory", "index_memory"])
      }
      assert.strictEqual(yield* call(room, "index_memory", {}), "2 files are indexed: 2 new or changed, 0 gone.")
      const found = yield* call(room, "search_memory", { query: "When is the rollout?" })
      assert.match(
        found,
        /## Result 1 \(score: \d\.\d{3}\)\n\*\*File:\*\* \S+\/site\/memory\/a\.md\n\nThe release is on Monday\./
      )
      const days = { query: "Monday Sunday" }
      assert.include(yield* call(room, "search_memory", days), "## Result 2")
      assert.notInclude(yield* call(room, "search_memory", { ...days, top_k: 1 }), "## Result 2")
      assert.match(yield* call(other, "search_memory", { query: "rollout" }), /Nothing in memory is about that\./)
      assert.match(yield* call(room, "search_memory", {}), /^Error: Argument query: is required/)
    }).pipe(Effect.provide(services(true)))
  )

  it.effect("are not listed where it is off, and say how to switch it on", () =>
    Effect.gen(function* () {
      for (const channel of [room, undefined]) assert.deepStrictEqual(yield* listed(channel), [])
      assert.match(yield* call(room, "search_memory", { query: "x" }), /^Error: Memory is off here\. .*config\.json/)
    }).pipe(Effect.provide(services(false)))
  )
})
