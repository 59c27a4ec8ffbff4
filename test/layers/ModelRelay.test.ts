import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import type * as Http from "node:http"
import * as path from "node:path"
import { ProcessId, RunId } from "../../src/domain/Ids.ts"
import * as Relay from "../../src/layers/ModelRelay.ts"
import * as SettingsFile from "../../src/layers/SettingsFile.ts"
import { ModelRelay, unwatched } from "../../src/services/ModelRelay.ts"
import { settings } from "../support/Boxes.ts"
import * as Upstream from "../support/Upstream.ts"

const real = { excludeTestServices: true } as const
const KEY = "sk-ant-the-real-key"

/** The upstream that a test scripts. */
class Api extends Context.Service<Api, Upstream.Upstream>()("loop/test/Api") {}

const world = (keys: Readonly<Record<string, unknown>> = { anthropic_api_key: KEY }, env = {}) =>
  Layer.unwrap(
    Effect.map(Upstream.make, (api) =>
      Layer.effect(ModelRelay, Relay.make(env)).pipe(
        Layer.provideMerge(settings({ anthropic_base_url: api.url, anthropic_max_retries: 2, ...keys })),
        Layer.provideMerge(Layer.succeed(Api, api))
      )
    )
  )

const newId = () => ProcessId.make(randomBytes(4).toString("hex"))
const RUN = RunId.make("run")

/** A line with a run at work, and a way to ask through it. */
const line = Effect.gen(function* () {
  const relay = yield* ModelRelay
  const opened = yield* relay.open(newId(), unwatched)
  yield* opened.assign(RUN)
  const socketPath = path.join(opened.socketDir, "model.sock")
  return {
    ...opened,
    ask: (body: string, over: Http.RequestOptions = {}) =>
      Upstream.ask({ socketPath, path: "/v1/messages?beta=true", method: "POST", ...over }, body)
  }
})

layer(world(), real)("the relay", (it) => {
  it.effect("puts the real key in the placeholder's place and passes the rest on, both ways", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      api.script({ status: 200, headers: { "request-id": "req_1", connection: "close" }, body: ["hello ", "world"] })
      const answer = yield* ask('{"q":1}', {
        headers: {
          "x-api-key": "placeholder",
          authorization: "Bearer placeholder",
          "anthropic-beta": "a,b",
          "x-app": "cli",
          host: "elsewhere.example",
          te: "trailers"
        }
      })
      const seen = api.requests.at(-1)
      assert.strictEqual(seen?.url, "/v1/messages?beta=true")
      assert.strictEqual(seen?.body, '{"q":1}')
      assert.deepInclude(seen?.headers, { "x-api-key": KEY, "anthropic-beta": "a,b", "x-app": "cli" })
      assert.doesNotHaveAnyKeys(seen?.headers, ["authorization", "te"])
      assert.match(seen?.headers.host ?? "", /^127\.0\.0\.1:\d+$/)
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(answer.body, "hello world")
      assert.strictEqual(answer.headers["request-id"], "req_1")
    })
  )

  it.effect("passes pieces on as they come, before the answer has ended", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const opened = yield* line
      const held = api.hold({ status: 200, headers: {}, body: ["one", "two"] })
      const first = yield* opened.ask("{}").pipe(Effect.forkChild({ startImmediately: true }))
      // The upstream sends its second piece only after the first has reached the asker.
      yield* held.firstSent
      yield* held.release
      assert.strictEqual((yield* Upstream.join(first)).body, "onetwo")
    })
  )

  it.effect("lets nothing through without a run, in the API's own words for it", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask, assign } = yield* line
      yield* assign(null)
      const before = api.requests.length
      const answer = yield* ask("{}")
      assert.strictEqual(answer.status, 403)
      assert.strictEqual(answer.headers["x-should-retry"], "false")
      assert.deepInclude(JSON.parse(answer.body), { type: "error" })
      assert.strictEqual(JSON.parse(answer.body).error.type, "permission_error")
      assert.strictEqual(api.requests.length, before)
    })
  )

  it.effect("waits for the first run of a line that was just opened", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const relay = yield* ModelRelay
      const opened = yield* relay.open(newId(), unwatched)
      api.script({ status: 200, headers: {}, body: ["after"] })
      const asked = yield* Upstream.ask(
        { socketPath: path.join(opened.socketDir, "model.sock"), path: "/v1/messages", method: "POST" },
        "{}"
      ).pipe(Effect.forkChild({ startImmediately: true }))
      yield* opened.assign(RUN)
      assert.strictEqual((yield* Upstream.join(asked)).body, "after")
    })
  )

  it.effect("lets an agent use the Messages API and nothing else", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      const before = api.requests.length
      for (const [method, url] of [
        ["GET", "/v1/messages"],
        ["GET", "/v1/models"],
        ["POST", "/v1/messages/batches"],
        ["POST", "/v1/messages/../organizations/api_keys"],
        ["POST", "/v1/messagesque"],
        ["POST", "//evil.example/v1/messages"],
        ["DELETE", "/v1/files/1"]
      ] as const) {
        assert.strictEqual((yield* ask("{}", { method, path: url })).status, 403, `${method} ${url}`)
      }
      assert.strictEqual((yield* ask("", { method: "HEAD", path: "/api/hello" })).status, 200)
      assert.strictEqual(api.requests.length, before)
    })
  )

  it.effect("forgives as many failures of one request as configured, then ends the retries", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      const verdicts = []
      for (const status of [529, 500, 429]) {
        api.script({ status, headers: {}, body: ["{}"] })
        verdicts.push((yield* ask("same")).headers["x-should-retry"])
      }
      assert.deepStrictEqual(verdicts, [undefined, undefined, "false"])
      api.script({ status: 529, headers: {}, body: ["{}"] })
      assert.isUndefined((yield* ask("another request")).headers["x-should-retry"])
    })
  )

  it.effect("counts anew after a success", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      const verdicts = []
      for (const status of [529, 529, 200, 529, 529, 529]) {
        api.script({ status, headers: {}, body: ["{}"] })
        verdicts.push((yield* ask("again")).headers["x-should-retry"])
      }
      assert.deepStrictEqual(verdicts, [undefined, undefined, undefined, undefined, undefined, "false"])
    })
  )

  it.effect("ends the retries at once where trying again cannot help", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      for (const status of [400, 401, 403, 413]) {
        api.script({ status, headers: { "x-should-retry": "true" }, body: ["{}"] })
        assert.strictEqual((yield* ask(`final ${status}`)).headers["x-should-retry"], "false")
      }
    })
  )

  it.effect("counts answers that break off, and then refuses the request instead of trying it again", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      for (let attempt = 0; attempt < 3; attempt++) {
        api.script({ status: 200, headers: {}, body: ["half an ans"], cut: true })
        assert.isTrue((yield* Effect.result(ask("cut")))._tag === "Failure")
      }
      // The upstream has no answer left: were it asked, this would wait for ever.
      const answer = yield* ask("cut")
      assert.deepStrictEqual([answer.status, answer.headers["x-should-retry"]], [502, "false"])
      assert.include(answer.body, "broke off")
    })
  )

  it.effect("ends its own request when the agent hangs up", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      const held = api.hold({ status: 200, headers: {}, body: ["one", "two"] })
      const asked = yield* ask("{}").pipe(Effect.forkChild({ startImmediately: true }))
      yield* held.firstSent
      yield* Upstream.hangUp(asked)
      yield* held.closed
    })
  )

  it.effect("holds back an upstream that sends faster than the agent reads", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      const size = 64 * 1024 * 1024
      const flood = api.flood(size)
      const answer = yield* ask("{}", { headers: { "x-slow": "1" } })
      assert.strictEqual(answer.body.length, size)
      assert.isTrue(yield* flood.wasHeldBack)
    })
  )

  it.effect("binds its socket anew over one that was left behind, in a directory that is the owner's alone", () =>
    Effect.gen(function* () {
      const relay = yield* ModelRelay
      const id = newId()
      const first = yield* Effect.scoped(relay.open(id, unwatched))
      fs.writeFileSync(path.join(first.socketDir, "model.sock"), "left behind")
      const second = yield* relay.open(id, unwatched)
      assert.strictEqual(first.socketDir, second.socketDir)
      assert.strictEqual(fs.statSync(path.dirname(second.socketDir)).mode & 0o777, 0o700)
      assert.strictEqual(fs.statSync(second.socketDir).mode & 0o777, 0o755)
      assert.strictEqual(fs.statSync(path.join(second.socketDir, "model.sock")).mode & 0o777, 0o666)
      yield* relay.discard(id)
      assert.isFalse(fs.existsSync(second.socketDir))
      yield* relay.discard(id)
    })
  )

  it.effect("says that the configured key is accepted, at the price of an empty request", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const relay = yield* ModelRelay
      api.script({
        status: 400,
        headers: {},
        body: ['{"type":"error","error":{"type":"invalid_request_error","message":"model: Field required"}}']
      })
      assert.isUndefined(yield* relay.check)
      assert.deepInclude(api.requests.at(-1), { body: "{}", url: "/v1/messages" })
      assert.strictEqual(api.requests.at(-1)?.headers["x-api-key"], KEY)
    })
  )

  it.effect("gives the API's own words about a key that is refused", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const relay = yield* ModelRelay
      api.script({
        status: 401,
        headers: {},
        body: ['{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}']
      })
      assert.deepStrictEqual(yield* relay.check, { status: 401, detail: "invalid x-api-key" })
    })
  )
})

layer(world({ claude_code_oauth_token: "oat-real", anthropic_api_key: KEY }), real)("with an OAuth token", (it) => {
  it.effect("the relay sends the token and its beta header, whatever placeholder the agent has", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask } = yield* line
      for (const placeholder of [
        { "x-api-key": "p" },
        { authorization: "Bearer p", "anthropic-beta": "oauth-2025-04-20,x" }
      ]) {
        api.script({ status: 200, headers: {}, body: [] })
        yield* ask("{}", { headers: placeholder })
        const headers = api.requests.at(-1)?.headers
        assert.strictEqual(headers?.authorization, "Bearer oat-real")
        assert.match(String(headers?.["anthropic-beta"]), /^(x,)?oauth-2025-04-20$/)
        assert.isUndefined(headers?.["x-api-key"])
      }
    })
  )
})

layer(world({ anthropic_base_url: "http://127.0.0.1:9/gateway" }), real)("with nobody at the API's address", (it) => {
  it.effect("the relay says so to the agent, and ends the retries after as many as configured", () =>
    Effect.gen(function* () {
      const { ask } = yield* line
      const verdicts = []
      for (let attempt = 0; attempt < 3; attempt++) {
        const answer = yield* ask("{}")
        assert.strictEqual(answer.status, 502)
        assert.include(answer.body, "127.0.0.1:9 could not be reached")
        verdicts.push(answer.headers["x-should-retry"])
      }
      assert.deepStrictEqual(verdicts, ["true", "true", "false"])
    })
  )

  it.effect("a check gives status 0", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* (yield* ModelRelay).check)?.status, 0)
    })
  )
})

layer(Layer.empty, real)("a relay", (it) => {
  it.effect("behind a proxy reaches the API through it, except where NO_PROXY says otherwise", () =>
    Effect.gen(function* () {
      const proxy = yield* Upstream.makeProxy
      const ask = (keys: Readonly<Record<string, unknown>>, env: Readonly<Record<string, string>>) =>
        Effect.gen(function* () {
          const api = yield* Api
          const { ask: through } = yield* line
          api.script({ status: 200, headers: {}, body: ["ok"] })
          return yield* through("{}")
        }).pipe(Effect.provide(world({ anthropic_api_key: KEY, ...keys }, env), { local: true }))

      assert.strictEqual((yield* ask({}, { HTTP_PROXY: proxy.url })).body, "ok")
      assert.match(proxy.targets[0] ?? "", /^POST http:\/\/127\.0\.0\.1:\d+\/v1\/messages\?beta=true$/)
      for (const env of [{ http_proxy: proxy.url, no_proxy: "127.0.0.1" }, { HTTPS_PROXY: proxy.url }, {}]) {
        assert.strictEqual((yield* ask({}, env)).body, "ok")
      }
      assert.strictEqual(proxy.targets.length, 1)
      // Nothing there speaks TLS; what counts is that the way leads through the proxy.
      const secure = yield* ask({ anthropic_base_url: "https://127.0.0.1:9" }, { https_proxy: proxy.url })
      assert.deepStrictEqual([secure.status, proxy.targets[1]], [502, "CONNECT 127.0.0.1:9"])
    })
  )

  it.effect("in a LOOP_HOME whose path is too long for sockets says so", () =>
    Effect.gen(function* () {
      const home = `/tmp/${"long/".repeat(25)}`
      const error = yield* ModelRelay.use((relay) => Effect.flip(relay.open(newId(), unwatched))).pipe(
        Effect.provide(Relay.layer),
        Effect.provide(SettingsFile.layerTest({}, { HOME: "/", LOOP_HOME: home }))
      )
      assert.include(String(error.cause), "give LOOP_HOME a shorter path")
    })
  )
})
