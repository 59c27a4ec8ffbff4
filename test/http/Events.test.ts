import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { listen } from "../support/EventClient.ts"
import { begin } from "../support/PlayedAgent.ts"

const openRoom = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

layer(ApiLayer.layer(), { excludeTestServices: true })("events", (it) => {
  it.effect("come live, each with its id, and only of the channel that was asked for", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("live")
      const other = yield* openRoom("other")
      const stream = yield* listen(`?channel_id=${room}`)
      yield* begin("run-other", other)
      yield* begin("run-live", room)
      const started = yield* stream.next
      assert.include(started, { type: "run.started", channel_id: room, run_id: "run-live" })
      assert.strictEqual(String(started.id), stream.lastId())
      assert.match(started.at, /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/)
    })
  )

  it.effect("that were missed come first to whoever names the last one", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("missed")
      const first = yield* listen(`?channel_id=${room}`)
      const run = yield* begin("run-missed", room)
      yield* first.until("run.started")
      const seen = first.lastId()
      yield* first.close
      yield* run.tell("run.note", { text: "one" })
      yield* run.tell("run.note", { text: "two" })
      const second = yield* listen(`?channel_id=${room}`, { "last-event-id": seen })
      assert.deepStrictEqual((yield* second.next).data, { text: "one" })
      assert.deepStrictEqual((yield* second.next).data, { text: "two" })
      yield* run.tell("run.note", { text: "three" })
      assert.deepStrictEqual((yield* second.next).data, { text: "three" })
    })
  )

  it.effect("give the whole partial text of a run to whoever comes late, without an id", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("partial")
      const early = yield* listen(`?channel_id=${room}`)
      const run = yield* begin("run-partial", room)
      yield* early.until("run.started")
      yield* run.write("Hello, ")
      yield* run.write("world")
      const late = yield* listen(`?channel_id=${room}`)
      const frame = yield* late.next
      assert.strictEqual(frame.type, "run.text")
      assert.isUndefined(frame.id)
      assert.deepStrictEqual(frame.data, { message_uuid: "run-partial-text", offset: 0, text: "Hello, world" })
      yield* run.write("!")
      const more = yield* late.next
      assert.deepStrictEqual(more.data, { message_uuid: "run-partial-text", offset: 12, text: "!" })
    })
  )

  it.effect("begin with a reset for an id that is not kept", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("reset")
      const stream = yield* listen(`?channel_id=${room}`, { "last-event-id": "999999999" })
      assert.strictEqual((yield* stream.next).type, "reset")
    })
  )

  it.effect("refuse what is no id, and a channel that is not there", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const wrong = yield* api.call("GET", "/api/events", undefined, { headers: { "last-event-id": "yesterday" } })
      assert.strictEqual(wrong.status, 400)
      assert.strictEqual((yield* api.call("GET", "/api/events?channel_id=local:none")).status, 404)
      assert.strictEqual((yield* api.bare("/api/events")).status, 401)
      assert.strictEqual((yield* api.call("HEAD", "/api/events")).status, 200)
    })
  )
})

describe("a quiet event stream", () => {
  it.effect("says now and then that it is there", () =>
    Effect.gen(function* () {
      const stream = yield* listen()
      const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      const timePasses = Effect.forever(Effect.andThen(TestClock.adjust("1 second"), turn))
      const beat = yield* Effect.raceFirst(stream.block, timePasses)
      assert.match(beat, /^: *$/)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )
})
