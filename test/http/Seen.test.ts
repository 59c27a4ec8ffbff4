/** What was read, over HTTP: told to whoever has read it, with the mark. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { listen } from "../support/EventClient.ts"
import * as Scoped from "../support/Scoped.ts"

const room = ChannelId.make("local:read")
const instants = ["2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z"] as const

layer(ApiLayer.layer(), { excludeTestServices: true })("a mark of what was read", (it) => {
  it.effect("is told with its instant to its reader alone, and only where it has moved", () =>
    Effect.gen(function* () {
      const api = yield* Api
      yield* Channels.use((channels) => channels.upsert({ channel_id: room, platform: "local", name: "read" }))
      const token = yield* Scoped.make({ channels: [room], access: "read" })
      const mine = yield* listen()
      const theirs = yield* listen("", { authorization: `Bearer ${token.secret}` })
      const [first, second] = instants
      for (const until of [first, first, second, first]) {
        yield* api.call("POST", "/api/seen", { channel_id: room, until })
      }
      yield* Scoped.as(token, "POST", "/api/seen", { channel_id: room, until: first })
      yield* api.call("POST", "/api/seen", {})
      const told = Effect.map(mine.until("channel.seen"), ({ channel_id, data }) => [
        channel_id,
        Reflect.get(data as object, "until") as string
      ])
      const times = [yield* told, yield* told, yield* told]
      assert.deepStrictEqual(times.slice(0, 2), [
        [room, first],
        [room, second]
      ])
      assert.strictEqual(times[2]?.[0], null)
      const heard = yield* theirs.until("channel.seen")
      assert.deepStrictEqual(heard.data, { reader: token.id, until: first })
    })
  )
})
