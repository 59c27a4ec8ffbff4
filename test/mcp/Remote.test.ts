/** Whom the tools serve outside of runs: only who may, wherever a tool reaches. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Schema } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import * as Remote from "../../src/mcp/Remote.ts"
import { Authorizer } from "../../src/services/Authorizer.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Denied } from "../../src/services/Conversations.ts"
import { Messages } from "../../src/services/Messages.ts"
import * as Api from "../support/Api.ts"

const room = ChannelId.make("local:room")
const other = ChannelId.make("local:other")
const subject = { kind: "owner" } as const

/** May do everything, but in one channel alone. */
const ofTheRoom = Layer.succeed(Authorizer, {
  authorize: (_, action, resource) => (resource === room ? Effect.void : Effect.fail(new Denied({ action, resource }))),
  readable: () => Effect.succeed([room])
})

const services = Layer.unwrap(Effect.map(Api.home, (path) => Layer.provideMerge(ofTheRoom, Api.services(path))))

const call = Effect.fnUntraced(function* (channel_id: ChannelId, name: string, args: Schema.Json = {}) {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }
  const answer = yield* Remote.answer({ subject, channel_id }, message)
  const { result } = answer as unknown as { result: { isError: boolean; content: [{ text: string }] } }
  return `${result.isError ? "Error: " : ""}${result.content[0].text}`
})

describe("A token for one channel", () => {
  it.effect("lets programs use the tools there and nowhere else", () =>
    Effect.gen(function* () {
      for (const [channel_id, name] of [
        [room, "room"],
        [other, "other"]
      ] as const) {
        yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
      }
      assert.strictEqual(yield* call(room, "list_runs"), "Nothing has been worked on in this channel.")
      assert.strictEqual(yield* call(other, "list_runs"), "Error: You may not write local:other.")
      assert.strictEqual(yield* call(room, "search_channels"), "Error: You may not read *.")

      const say = (channel_id: ChannelId) => call(room, "send_message", { channel_id, content: "hi" })
      assert.strictEqual(yield* say(room), "Said in room, local:room.")
      assert.strictEqual(yield* say(other), "Error: You may not write local:other.")
      assert.lengthOf(yield* Messages.use((messages) => messages.list(other, { limit: 5 })), 0)
    }).pipe(Effect.provide(services))
  )
})
