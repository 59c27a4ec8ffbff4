import { connect } from "node:net"
import { assert, describe, it, vi } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, Layer, Logger, Scope } from "effect"
import type { ChannelId } from "../../src/domain/Ids.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { Server, type ServerError } from "../../src/http/Server.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { listen } from "../support/EventClient.ts"

describe("the server", () => {
  it.live("says in one sentence that its address is in use", () =>
    Effect.gen(function* () {
      const { port } = yield* Server
      const second = Layer.fresh(ApiLayer.layer({ config: { api_addr: `127.0.0.1:${port}` } }))
      const error = (yield* Effect.flip(Effect.scoped(Layer.build(second)))) as ServerError
      assert.strictEqual(error.reason, "port_in_use")
      assert.strictEqual(
        error.message,
        `The address 127.0.0.1:${port} is in use: another server runs there. Stop it, or set another api_addr.`
      )
    }).pipe(Effect.provide(ApiLayer.layer()))
  )

  it.live("is reached over loopback when it listens everywhere", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
      assert.strictEqual((yield* (yield* Api).call("GET", "/api/channels")).status, 200)
    }).pipe(Effect.provide(ApiLayer.layer({ config: { api_addr: "0.0.0.0:0", api_allow_remote: true } })))
  )

  it.live("ends event streams and waits for requests under way when it stops", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const asked = yield* Deferred.make<void>()
      const release = yield* Deferred.make<void>()
      const slow = Layer.effect(
        Conversations,
        Effect.map(Conversations, (real) => ({
          ...real,
          stop: () =>
            Deferred.succeed(asked, undefined).pipe(
              Effect.andThen(Deferred.await(release)),
              Effect.as({ stopped: true })
            )
        }))
      )
      const context = yield* Layer.build(ApiLayer.layer({ conversations: slow })).pipe(Scope.provide(scope))
      const api = Context.get(context, Api)
      const { channel_id: id } = (yield* api.call("POST", "/api/channels/create", { name: "x" })).json as {
        readonly channel_id: ChannelId
      }
      const stream = yield* listen().pipe(Effect.provideService(Api, api))
      const stopping = yield* Effect.forkChild(api.call("POST", `/api/channels/${id}/stop`))
      yield* Deferred.await(asked)

      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void), { startImmediately: true })
      yield* stream.ended
      yield* Deferred.succeed(release, undefined)
      assert.deepStrictEqual((yield* Fiber.join(stopping)).json, { stopped: true })
      yield* Fiber.join(closing)
      const after = yield* Effect.exit(Effect.tryPromise(() => fetch(`${api.url}/health`)))
      assert.isTrue(Exit.isFailure(after))
    })
  )

  it.live("prints nothing of its own when clients leave in the middle, and acts on no half of a body", () =>
    Effect.gen(function* () {
      const printed = ["log", "info", "warn", "error"].map((method) =>
        vi.spyOn(console, method as "log").mockImplementation(() => undefined)
      )
      yield* Effect.addFinalizer(() => Effect.sync(() => printed.forEach((spy) => spy.mockRestore())))
      const scope = yield* Scope.make()
      const created: Array<string> = []
      const watched = Layer.effect(
        Conversations,
        Effect.map(Conversations, (real) => ({
          ...real,
          create: (...[subject, draft]: Parameters<typeof real.create>) => {
            created.push(draft.name)
            return real.create(subject, draft)
          }
        }))
      )
      const context = yield* Layer.build(ApiLayer.layer({ conversations: watched })).pipe(Scope.provide(scope))
      const api = Context.get(context, Api)
      const { port } = Context.get(context, Server)
      yield* listen().pipe(
        Effect.flatMap((stream) => stream.close),
        Effect.provideService(Api, api)
      )
      yield* Effect.callback<void>((resume) => {
        const socket = connect(port, "127.0.0.1", () => {
          const head = `POST /api/channels/create HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${api.token}\r\n`
          const body = 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":"half of it"}'
          socket.write(head + body, () => socket.destroy())
        })
        socket.on("close", () => resume(Effect.void))
      })
      yield* Scope.close(scope, Exit.void)
      for (const spy of printed) assert.deepStrictEqual(spy.mock.calls, [])
      assert.deepStrictEqual(created, [])
    })
  )

  it.live("answers a defect with 500 and says nothing of what is inside; its log does, under the request's id", () =>
    Effect.gen(function* () {
      const logged: Array<string> = []
      const log = Logger.map(Logger.formatJson, (line) => void logged.push(line))
      const broken = Layer.effect(
        Conversations,
        Effect.map(Conversations, (real) => ({ ...real, create: () => Effect.die(new Error("secret detail")) }))
      )
      yield* Effect.gen(function* () {
        const init = { headers: { "x-request-id": "mine-2" } }
        const answer = yield* (yield* Api).call("POST", "/api/channels/create", { name: "x" }, init)
        assert.strictEqual(answer.status, 500)
        assert.include(answer.json, { request_id: "mine-2" })
        const told = logged.find((line) => line.includes("secret detail")) ?? ""
        assert.deepInclude(JSON.parse(told), { level: "ERROR" })
        assert.include(told, "mine-2")
        assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
        assert.notInclude(answer.text, "secret detail")
      }).pipe(Effect.provide(Layer.provideMerge(ApiLayer.layer({ conversations: broken }), Logger.layer([log]))))
    })
  )

  it.live("lets go of a client that left", () =>
    Effect.gen(function* () {
      const left = yield* Deferred.make<void>()
      const options: ApiLayer.ApiOptions = {
        journal: (real) => ({
          ...real,
          subscribe: (what) =>
            Effect.andThen(
              Effect.addFinalizer(() => Deferred.succeed(left, undefined)),
              real.subscribe(what)
            )
        })
      }
      yield* Effect.gen(function* () {
        const stream = yield* listen()
        yield* stream.close
        yield* Deferred.await(left)
      }).pipe(Effect.provide(ApiLayer.layer(options)))
    })
  )
})
