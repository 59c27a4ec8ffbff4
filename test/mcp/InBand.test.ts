import { assert, describe, it } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js"
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js"
import { Effect, Layer, References, Schema } from "effect"
import { SecureRandom } from "effect/crypto"
import * as AuthorizerLive from "../../src/actors/AuthorizerLive.ts"
import { ChannelId, ProcessId, RunId } from "../../src/domain/Ids.ts"
import * as Outgoing from "../../src/layers/Outgoing.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import * as SqlStore from "../../src/layers/store/index.ts"
import * as WorkFiles from "../../src/layers/WorkFiles.ts"
import * as InBand from "../../src/mcp/InBand.ts"
import { tool, ToolFailed } from "../../src/mcp/Tool.ts"
import { tools } from "../../src/mcp/Tools.ts"
import { Channels } from "../../src/services/Channels.ts"
import { LateConversations } from "../../src/services/LateConversations.ts"
import { LateTaskControl } from "../../src/services/LateTaskControl.ts"
import { Memory } from "../../src/services/Memory.ts"
import { Messages } from "../../src/services/Messages.ts"
import { PackageFiles } from "../../src/services/PackageFiles.ts"
import { Store, StoreError } from "../../src/services/Store.ts"
import { type ToolCaller, ToolHost } from "../../src/services/ToolHost.ts"

const room = ChannelId.make("local:room")
const caller: ToolCaller = {
  channel_id: room,
  run_id: RunId.make("0190a8a0-0000-7000-8000-000000000001"),
  process_id: ProcessId.make("0123abcd")
}

const boom = tool({ name: "boom", description: "Breaks", input: Schema.Struct({}) }, function* () {
  return yield* Effect.die(new Error("secret detail"))
})
const full = tool({ name: "full", description: "Cannot store", input: Schema.Struct({}) }, function* () {
  yield* Messages.use((messages) => messages.say({ channel_id: room, run_id: null, key: "k", content: "said" }))
  return yield* new StoreError({ operation: "test", reason: "disk_full", cause: "full" })
})
const no = tool({ name: "no", description: "Refuses", input: Schema.Struct({}) }, function* () {
  return yield* new ToolFailed({ message: "Not today. Try list_tasks." })
})

const files = (readme: string) =>
  Layer.succeed(PackageFiles, { version: "9.9.9", readme, web: new Map(), templates: new Map() })
const settings = SettingsFile.layerTest({}, { HOME: "/nonexistent", LOOP_HOME: "/nonexistent/.loop" })
const servicesOf = (readme: string) =>
  InBand.layerOf([...tools, boom, full, no]).pipe(
    Layer.provideMerge(AuthorizerLive.layer),
    Layer.provideMerge(
      Layer.mergeAll(
        SqlStore.layer(":memory:"),
        files(readme),
        SecureRandom.layerWebCrypto,
        WorkFiles.layer,
        LateConversations.layer,
        LateTaskControl.layer,
        Layer.mock(Memory, { isOn: () => Effect.succeed(false) })
      ).pipe(Layer.provideMerge(Layer.provideMerge(Outgoing.layer, settings)))
    )
  )

const services = servicesOf("# All about Loop")

const openRoom = Channels.use((channels) => channels.upsert({ channel_id: room, platform: "local", name: "room" }))
const said = Effect.map(
  Messages.use((messages) => messages.list(room, { limit: 10 })),
  (all) => all.map((message) => [message.content, message.is_bot, message.state])
)

/** The SDK's own client, as far away as the agent's: every message goes through `handle`. */
const connect = Effect.gen(function* () {
  const host = yield* ToolHost
  const context = yield* Effect.context<never>()
  const [near, far] = InMemoryTransport.createLinkedPair()
  const onmessage = (message: JSONRPCMessage) => {
    const answer = host.handle(caller, message as Schema.Json)
    void Effect.runPromiseWith(context)(answer).then((json) =>
      json === null ? undefined : far.send(json as JSONRPCMessage)
    )
  }
  Object.assign(far, { onmessage })
  const client = new Client({ name: "agent", version: "1" })
  yield* Effect.promise(() => client.connect(near))
  yield* Effect.addFinalizer(() => Effect.promise(() => client.close()))
  return client
})

const request = (method: string, params: object, id = 7) => ({ jsonrpc: "2.0", id, method, params }) as Schema.Json
const call = (name: string, args: object) => request("tools/call", { name, arguments: args })
const handle = (message: Schema.Json) => ToolHost.use((host) => host.handle(caller, message))

interface ToolAnswer {
  readonly id: number
  readonly result: { readonly isError: boolean; readonly content: ReadonlyArray<{ readonly text: string }> }
}
const answered = (message: Schema.Json) => Effect.map(handle(message), (json) => (json as unknown as ToolAnswer).result)

describe("the tools in band", () => {
  it.effect("are offered to an MCP client with a description and a schema each", () =>
    Effect.gen(function* () {
      const client = yield* connect
      assert.deepInclude(client.getServerVersion(), { name: "loop", version: "9.9.9" })
      const listed = yield* Effect.promise(() => client.listTools())
      const send = listed.tools.find(({ name }) => name === "send_message")
      assert.deepStrictEqual(send?.inputSchema.required, ["channel_id", "content"])
      assert.match(send?.description ?? "", /Use it/)
    }).pipe(Effect.provide(services))
  )

  it.effect("say something in a channel for the agent", () =>
    Effect.gen(function* () {
      yield* openRoom
      const client = yield* connect
      const args = { channel_id: "room", content: "Tests are green" }
      const result = yield* Effect.promise(() => client.callTool({ name: "send_message", arguments: args }))
      assert.deepStrictEqual(result.content, [{ type: "text", text: "Said in room, local:room." }])
      assert.deepStrictEqual(yield* said, [["Tests are green", true, "sending"]])
    }).pipe(Effect.provide(services))
  )

  it.effect("explain Loop", () =>
    Effect.gen(function* () {
      const result = yield* answered(call("get_readme", {}))
      assert.strictEqual(result.content[0]?.text, "# All about Loop")
    }).pipe(Effect.provide(services))
  )

  it.effect("say so where there is no README, and not nothing", () =>
    Effect.gen(function* () {
      const result = yield* answered(call("get_readme", {}))
      assert.deepStrictEqual([result.isError, result.content[0]?.text], [true, "This installation has no README."])
    }).pipe(Effect.provide(servicesOf("")))
  )

  it.effect("can be called without any greeting, as by an agent whose supervisor was replaced", () =>
    Effect.gen(function* () {
      yield* openRoom
      const result = yield* answered(call("send_message", { channel_id: room, content: "hi" }))
      assert.isFalse(result.isError)
    }).pipe(Effect.provide(services))
  )

  it.effect("are listed for a process without a run, and its calls are refused", () =>
    Effect.gen(function* () {
      yield* openRoom
      const ask = (message: Schema.Json) => ToolHost.use((host) => host.handle({ ...caller, run_id: null }, message))
      const listed = (yield* ask(request("tools/list", {}))) as unknown as {
        readonly result: { readonly tools: ReadonlyArray<unknown> }
      }
      assert.isNotEmpty(listed.result.tools)
      const { result } = (yield* ask(
        call("send_message", { channel_id: room, content: "hi" })
      )) as unknown as ToolAnswer
      assert.isTrue(result.isError)
      assert.match(result.content[0]?.text ?? "", /^Nothing was done: no message is being worked on here\./)
      assert.deepStrictEqual(yield* said, [])
    }).pipe(Effect.provide(services))
  )

  it.effect("write as a part of the caller's transaction", () =>
    Effect.gen(function* () {
      yield* openRoom
      const undone = Store.use((store) =>
        store.transaction(
          Effect.andThen(answered(call("send_message", { channel_id: room, content: "never" })), Effect.fail("undo"))
        )
      )
      assert.strictEqual(yield* Effect.flip(undone), "undo")
      assert.deepStrictEqual(yield* said, [])
    }).pipe(Effect.provide(services))
  )

  it.effect("fail the caller when storage fails, and nothing of them stays", () =>
    Effect.gen(function* () {
      yield* openRoom
      const error = yield* Effect.flip(Store.use((store) => store.transaction(handle(call("full", {})))))
      assert.strictEqual(error._tag, "StoreError")
      assert.deepStrictEqual(yield* said, [])
    }).pipe(Effect.provide(services))
  )

  it.effect.each([
    [call("no", {}), "Not today. Try list_tasks."],
    [call("send_message", { channel_id: "" }), "Argument content: is required."],
    [call("send_message", { channel_id: "local:none", content: "x" }), "There is no channel local:none."],
    [call("boom", {}), "The tool boom failed inside Loop. Go on without it and say so."],
    [call("fly", {}), "There is no tool fly."]
  ] as const)("tell a failure to the agent as a result: %j", ([message, text]) =>
    Effect.gen(function* () {
      const result = yield* answered(message)
      assert.isTrue(result.isError)
      assert.include(result.content[0]?.text, text)
    }).pipe(Effect.provide(services), Effect.provideService(References.MinimumLogLevel, "None"))
  )

  it.effect("say of which of two channels they may speak", () =>
    Effect.gen(function* () {
      const channels = yield* Channels
      yield* openRoom
      yield* channels.upsert({ channel_id: ChannelId.make("discord:room"), platform: "discord", name: "other" })
      const result = yield* answered(call("send_message", { channel_id: "room", content: "x" }))
      assert.include(result.content[0]?.text, "discord:room or local:room")
    }).pipe(Effect.provide(services))
  )

  it.effect("keep silent to notifications and answer what is no request with an error", () =>
    Effect.gen(function* () {
      assert.isNull(yield* handle({ jsonrpc: "2.0", method: "notifications/initialized" }))
      const unknown = (yield* handle(request("resources/list", {}))) as { readonly error: { readonly code: number } }
      assert.strictEqual(unknown.error.code, -32_601)
      const malformed = (yield* handle({ id: 3, hello: true })) as unknown as {
        readonly id: number
        readonly error: { readonly code: number }
      }
      assert.deepStrictEqual([malformed.id, malformed.error.code], [3, -32_600])
    }).pipe(Effect.provide(services))
  )
})
