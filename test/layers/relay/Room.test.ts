/** What agents' requests may take of the server's memory and connections. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Fiber, Layer } from "effect"
import * as Http from "node:http"
import * as net from "node:net"
import * as path from "node:path"
import { ProcessId, RunId } from "../../../src/domain/Ids.ts"
import * as Relay from "../../../src/layers/ModelRelay.ts"
import * as Body from "../../../src/layers/relay/Body.ts"
import * as Room from "../../../src/layers/relay/Room.ts"
import { ModelRelay, unwatched } from "../../../src/services/ModelRelay.ts"
import { settings } from "../../support/Boxes.ts"
import * as Upstream from "../../support/Upstream.ts"

class Api extends Context.Service<Api, Upstream.Upstream>()("loop/test/RoomApi") {}

const roomOf = (all: number, each: number, reading = 60_000) =>
  Layer.unwrap(
    Effect.map(Upstream.make, (api) =>
      Layer.effect(ModelRelay, Relay.make({}, { all, each, reading, connections: 2 })).pipe(
        Layer.provideMerge(settings({ anthropic_base_url: api.url, anthropic_api_key: "sk-ant-key" })),
        Layer.provideMerge(Layer.succeed(Api, api))
      )
    )
  )
const world = (reading?: number) => roomOf(3, 2, reading)

const chunked = { "transfer-encoding": "chunked" }

const open = Effect.fnUntraced(function* (id: string) {
  const line = yield* ModelRelay.use((relay) => relay.open(ProcessId.make(id), unwatched))
  yield* line.assign(RunId.make("run"))
  const socketPath = path.join(line.socketDir, "model.sock")
  const ask = (megabytes: number) => {
    const body = "x".repeat(megabytes * 1024 * 1024)
    const headers = { "content-length": body.length }
    return Upstream.ask({ socketPath, path: "/v1/messages", method: "POST", headers }, body)
  }
  const untold = Upstream.ask({ socketPath, path: "/v1/messages", method: "POST", headers: chunked }, "{}")
  return { socketPath, ask, untold }
})

const ok = { status: 200, headers: {}, body: ["be", "gun"] }

describe("agents' requests", () => {
  it.live("are held up to a total over all processes: what is more is refused unread, and can be tried again", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const [one, other] = [yield* open("00000001"), yield* open("00000002")]
      const held = api.wait(ok)
      const first = yield* Effect.forkChild(one.ask(2), { startImmediately: true })
      yield* held.asked
      const refused = yield* other.ask(2)
      assert.deepStrictEqual([refused.status, refused.headers["x-should-retry"]], [529, "true"])
      assert.include(refused.body, "3 MB over all agents")
      assert.strictEqual(api.requests.length, 1)
      api.script(ok)
      assert.strictEqual((yield* other.ask(1)).status, 200)
      yield* held.release
      assert.strictEqual((yield* Upstream.join(first)).status, 200)
      api.script(ok)
      assert.strictEqual((yield* other.ask(2)).status, 200)
    }).pipe(Effect.provide(world()))
  )

  it.live("of one process wait for each other beyond what it may have held", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const [one, other] = [yield* open("00000003"), yield* open("00000005")]
      const held = api.wait(ok)
      const first = yield* Effect.forkChild(one.ask(1), { startImmediately: true })
      yield* held.asked
      const second = yield* Effect.forkChild(one.ask(2), { startImmediately: true })
      // While that one waits it takes nothing of the room of all: another process gets what is left.
      api.script(ok)
      assert.strictEqual((yield* other.ask(2)).status, 200)
      assert.deepStrictEqual(
        api.requests.map(({ body }) => body.length / 1024 / 1024),
        [1, 2]
      )
      api.script(ok)
      yield* held.release
      assert.strictEqual((yield* Upstream.join(first)).body, "begun")
      assert.strictEqual((yield* Upstream.join(second)).status, 200)
    }).pipe(Effect.provide(world()))
  )

  it.live("take no room any more once their answer begins, however slowly that is read", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* open("0000000a")
      const held = api.hold(ok)
      const first = yield* Effect.forkChild(ask(2), { startImmediately: true })
      yield* held.firstSent
      api.script(ok)
      assert.strictEqual((yield* ask(2)).status, 200)
      yield* held.release
      assert.strictEqual((yield* Upstream.join(first)).body, "begun")
    }).pipe(Effect.provide(world()))
  )

  it.live("come one at a time over a connection: what does not wait for its answer loses it", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { socketPath } = yield* open("0000000b")
      const request = "POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"
      yield* Effect.callback<void>((resume) => {
        const socket = net.connect(socketPath, () => socket.write(request.repeat(3000)))
        socket.on("error", () => {})
        socket.on("close", () => resume(Effect.void))
      })
      assert.isAtMost(api.requests.length, 1)
    }).pipe(Effect.provide(world()))
  )

  it.effect("wait no longer than their clients", () =>
    Effect.gen(function* () {
      const own = Room.make({ ...Room.usual, each: 2 }).ofProcess()
      const holding = yield* Effect.forkChild(
        own.hold(2, Effect.never, () => Effect.never),
        { startImmediately: true }
      )
      const gone = Deferred.makeUnsafe<void>()
      let begun = false
      const waiting = yield* Effect.forkChild(
        own.hold(1, Deferred.await(gone), () => Effect.sync(() => void (begun = true))),
        { startImmediately: true }
      )
      yield* Deferred.succeed(gone, undefined)
      yield* Fiber.join(waiting)
      yield* Fiber.interrupt(holding)
      assert.isFalse(begun)
      // One that is at work is left alone.
      const late = Deferred.makeUnsafe<void>()
      const work = Deferred.succeed(late, undefined).pipe(
        Effect.andThen(Effect.yieldNow),
        Effect.andThen(Effect.sync(() => void (begun = true)))
      )
      yield* own.hold(2, Deferred.await(late), () => work)
      assert.isTrue(begun)
    })
  )

  it.live("are not read any further once they took too long, nor kept", () =>
    Effect.gen(function* () {
      const request = new Http.IncomingMessage(new net.Socket())
      request.push("begun")
      const stop = new AbortController()
      const read = Body.read(request, stop.signal)
      yield* Effect.promise(() => new Promise((go) => setImmediate(go)))
      stop.abort()
      request.push("more")
      request.push(null)
      assert.isUndefined(yield* Effect.promise(() => read))
    })
  )

  it.live("that do not tell their length count as the longest", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const [one, other] = [yield* open("00000006"), yield* open("00000007")]
      const held = api.wait(ok)
      const first = yield* Effect.forkChild(one.untold, { startImmediately: true })
      yield* held.asked
      assert.strictEqual((yield* other.untold).status, 529)
      yield* held.release
      assert.strictEqual((yield* Upstream.join(first)).status, 200)
    }).pipe(Effect.provide(roomOf(40, 40)))
  )

  it.live("that do not come to their end give their room back, and connections are counted", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask, socketPath } = yield* open("00000004")
      const begun = "POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\nx"
      const answer = (text: string) =>
        Effect.callback<string>((resume) => {
          let said = ""
          const socket = net.connect(socketPath, () => socket.write(text))
          socket.on("data", (piece: Buffer) => (said += piece.toString()))
          socket.on("error", () => {})
          socket.on("close", () => resume(Effect.succeed(said)))
        })
      const answers = yield* Effect.all([answer(begun), answer(begun), answer(begun)], { concurrency: "unbounded" })
      // The first is timed out, the second then too; the third was never let in.
      assert.deepStrictEqual(answers.map((said) => said.slice(9, 12)).sort(), ["", "408", "408"])
      api.script(ok)
      assert.strictEqual((yield* ask(2)).status, 200)
    }).pipe(Effect.provide(world(300)))
  )
})
