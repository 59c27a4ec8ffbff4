import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { TextFrame } from "../../src/domain/ChannelEvent.ts"
import { ChannelId, RunId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { listen } from "../support/EventClient.ts"
import { begin } from "../support/PlayedAgent.ts"
import { connect, refused } from "../support/SocketClient.ts"

const openRoom = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

const logIn = Effect.gen(function* () {
  const api = yield* Api
  const { headers } = yield* api.bare(`/login?token=${api.token}`)
  return headers.get("set-cookie")?.split(";")[0] ?? ""
})

layer(ApiLayer.layer(), { excludeTestServices: true })("events over WebSocket", (it) => {
  it.effect("are the same JSON as the server-sent ones, of the channel that was asked for", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("same")
      const other = yield* openRoom("other")
      const socket = yield* connect(`?channel_id=${room}`)
      const stream = yield* listen(`?channel_id=${room}`)
      yield* begin("run-other", other)
      const run = yield* begin("run-same", room)
      yield* run.end("completed")
      for (const type of ["run.started", "run.ended"]) {
        const frame = yield* socket.next
        assert.strictEqual(frame.type, type)
        assert.deepStrictEqual(frame, yield* stream.next)
      }
    })
  )

  it.effect("that were missed come first, then the partial text of a run that is at work", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("missed")
      const first = yield* connect(`?channel_id=${room}`)
      const run = yield* begin("run-missed", room)
      const { id } = yield* first.until("run.started")
      first.socket.terminate()
      yield* run.tell("run.note", { text: "one" })
      // Not what may be the beginning of a token: that is held back.
      yield* run.write("Hello.")
      const second = yield* connect(`?channel_id=${room}&last_event_id=${id}`)
      assert.deepStrictEqual((yield* second.next).data, { text: "one" })
      const partial = yield* second.next
      assert.isUndefined(partial.id)
      assert.deepStrictEqual(partial.data, { message_uuid: "run-missed-text", offset: 0, text: "Hello." })
    })
  )

  it.effect("begin with a reset for an id that is not kept", () =>
    Effect.gen(function* () {
      const socket = yield* connect("?last_event_id=999999999")
      assert.strictEqual((yield* socket.next).type, "reset")
    })
  )

  it.effect("are for the page's cookie from the page's own origin", () =>
    Effect.gen(function* () {
      const { url } = yield* Api
      const room = yield* openRoom("cookie")
      const cookie = yield* logIn
      const socket = yield* connect(`?channel_id=${room}`, { headers: { cookie }, origin: url })
      yield* begin("run-cookie", room)
      assert.strictEqual((yield* socket.next).type, "run.started")
    })
  )

  it.effect("are refused as every route refuses", () =>
    Effect.gen(function* () {
      const { token, url } = yield* Api
      const cookie = yield* logIn
      const headers = { authorization: `Bearer ${token}` }
      const problem = "application/problem+json"
      const cases = [
        ["", {}, 401],
        ["", { headers: { cookie } }, 401],
        ["", { headers: { cookie }, origin: "http://evil.example" }, 403],
        ["", { headers: { cookie, "sec-fetch-site": "cross-site" }, origin: url }, 401],
        ["", { headers: { ...headers, host: "evil.example" } }, 403],
        ["", { headers: { authorization: "Bearer wrong" } }, 401],
        [`?token=${token}&access_token=${token}`, {}, 401],
        ["?channel_id=local:none", { headers }, 404],
        ["?last_event_id=yesterday", { headers }, 400]
      ] as const
      for (const [query, options, status] of cases) {
        assert.deepStrictEqual(yield* refused(query, options), { status, type: problem }, JSON.stringify(options))
      }
    })
  )

  it.effect("need a WebSocket, and another route does not become one", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const plain = yield* api.call("GET", "/api/ws")
      assert.strictEqual(plain.status, 426)
      assert.strictEqual(plain.headers.get("upgrade"), "websocket")
    })
  )

  it.effect("end for a client that sends what is too large, and for no other", () =>
    Effect.gen(function* () {
      const room = yield* openRoom("large")
      const loud = yield* connect(`?channel_id=${room}`)
      const calm = yield* connect(`?channel_id=${room}`)
      calm.socket.send("hello")
      loud.socket.send("x".repeat(100_000))
      assert.strictEqual(yield* loud.closed, 1009)
      yield* begin("run-large", room)
      assert.strictEqual((yield* calm.next).type, "run.started")
    })
  )
})

describe("a WebSocket whose client does not read", () => {
  const frames = 500
  const piece = "x".repeat(64 * 1024)
  let taken = 0
  const flood = Stream.map(Stream.rechunk(Stream.range(0, frames - 1), 1), (offset): TextFrame => {
    taken += 1
    return {
      type: "run.text",
      at: 0,
      channel_id: ChannelId.make("local:flood"),
      run_id: RunId.make("run-flood"),
      data: { message_uuid: "text", offset, text: piece }
    }
  })
  const flooded = ApiLayer.layer({
    journal: (real) => ({ ...real, subscribe: () => Effect.succeed(Stream.concat(flood, Stream.never)) })
  })

  it.live("keeps what it has not read out of the server's memory", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { next, socket } = yield* connect()
      socket.pause()
      // Until the server has done all that it can for this client: nothing was taken while it answered ten others.
      for (let calm = 0, before = -1; calm < 10; calm = taken === before ? calm + 1 : 0) {
        before = taken
        yield* api.bare("/health")
      }
      assert.isBelow(taken, frames)
      socket.resume()
      for (let offset = 0; offset < frames; offset++) {
        assert.strictEqual(((yield* next).data as { readonly offset: number }).offset, offset)
      }
    }).pipe(Effect.provide(flooded))
  )
})

describe("a quiet WebSocket", () => {
  const turn = Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
  const timePasses = Effect.forever(Effect.andThen(TestClock.adjust("1 second"), turn))

  it.effect("is pinged now and then", () =>
    Effect.gen(function* () {
      const socket = yield* connect()
      yield* Effect.raceFirst(socket.pinged, timePasses)
      assert.strictEqual(socket.socket.readyState, 1)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )

  it.effect("is let go when nobody answers", () =>
    Effect.gen(function* () {
      const socket = yield* connect("", { autoPong: false })
      assert.strictEqual(yield* Effect.raceFirst(socket.closed, timePasses), 1006)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )
})
