/** What is said goes to the platform of its channel. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import * as Routed from "../../src/layers/Platforms.ts"
import { type ChatPlatform, ChatPlatforms } from "../../src/services/ChatPlatform.ts"
import { Platforms } from "../../src/services/Platforms.ts"
import { settings } from "../support/Boxes.ts"

const down = { state: "down" as const, last_event_at: null, reason: "Refused." }
const deliveries: Array<ReadonlyArray<unknown>> = []
const discord = {
  name: "discord",
  health: Effect.succeed(down),
  deliver: (...args: ReadonlyArray<unknown>) => {
    deliveries.push(args)
    return Effect.succeed("there")
  }
} as unknown as ChatPlatform

const layer = Layer.provide(
  Routed.layer,
  Layer.merge(Layer.succeed(ChatPlatforms, new Map([["discord", discord]])), settings())
)

describe("The platforms", () => {
  it.effect("get what is said in their channels, with how it was tried before; others are gone", () =>
    Effect.gen(function* () {
      const { deliver, health } = yield* Platforms
      const part = { nonce: "n", post: { content: "x" }, tried: { since: 1, look: true } }
      assert.strictEqual(yield* deliver(ChannelId.make("discord:1"), part), "there")
      assert.deepStrictEqual(deliveries, [["discord:1", part.post, "n", part.tried]])
      assert.strictEqual(yield* deliver(ChannelId.make("local:1"), part), "n")
      const failed = yield* Effect.flip(deliver(ChannelId.make("slack:1"), part))
      assert.deepInclude(failed, { outcome: "gone", detail: "The platform slack is not connected." })
      const all = yield* health
      assert.deepStrictEqual(all["discord"], down)
      assert.strictEqual(all["local"]?.state, "connected")
    }).pipe(Effect.provide(layer))
  )
})
