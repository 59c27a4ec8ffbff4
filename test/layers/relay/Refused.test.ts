/** An OAuth token that the API refuses, with a token endpoint on this machine. */
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { ProcessId, RunId } from "../../../src/domain/Ids.ts"
import * as Relay from "../../../src/layers/ModelRelay.ts"
import { ModelRelay, unwatched } from "../../../src/services/ModelRelay.ts"
import { Settings } from "../../../src/services/Settings.ts"
import { settings } from "../../support/Boxes.ts"
import * as Upstream from "../../support/Upstream.ts"

class Api extends Context.Service<Api, Upstream.Upstream>()("loop/test/RefusingApi") {}
class Tokens extends Context.Service<Tokens, Upstream.Upstream>()("loop/test/TokenEndpoint") {}

const REFRESH = "the-refresh-token"

const world = (keys: object) =>
  Layer.unwrap(
    Effect.gen(function* () {
      const [api, tokens] = [yield* Upstream.make, yield* Upstream.make]
      const urls = { anthropic_base_url: api.url, claude_oauth_token_url: `${tokens.url}/token` }
      return Layer.effect(ModelRelay, Relay.make({})).pipe(
        Layer.provideMerge(settings({ ...urls, ...keys })),
        Layer.provideMerge(Layer.merge(Layer.succeed(Api, api), Layer.succeed(Tokens, tokens)))
      )
    })
  )

const renewable = world({ claude_code_oauth_token: "configured", claude_code_oauth_refresh_token: REFRESH })

const line = Effect.gen(function* () {
  const relay = yield* ModelRelay
  const opened = yield* relay.open(ProcessId.make("0a070a07"), unwatched)
  yield* opened.assign(RunId.make("run"))
  const socketPath = path.join(opened.socketDir, "model.sock")
  return Upstream.ask({ socketPath, path: "/v1/messages", method: "POST" }, '{"model":"m"}')
})

/** As it was kept: good for a day, as far as anybody knows. */
const keep = Settings.use(({ paths }) =>
  Effect.sync(() => {
    const of = createHash("sha256").update(REFRESH).digest("hex")
    const kept = { of, access_token: "first-token", refresh_token: "next", failing_since: null, tried_at: 0 }
    fs.mkdirSync(paths.home, { recursive: true })
    fs.writeFileSync(
      path.join(paths.home, "oauth.json"),
      JSON.stringify({ ...kept, expires_at: Date.now() + 86_400_000 })
    )
  })
)

const refusal = { status: 401, headers: {}, body: ['{"error":{"type":"authentication_error"}}'] }
const json = (value: object) => ({ status: 200, headers: {}, body: [JSON.stringify(value)] })
const bearers = (api: Upstream.Upstream) => api.requests.map(({ headers }) => headers.authorization)

describe("an OAuth token that the API refuses", () => {
  it.live("is renewed once, and the agent's request is made again with the new one", () =>
    Effect.gen(function* () {
      yield* keep
      const [api, tokens, ask] = [yield* Api, yield* Tokens, yield* line]
      api.script(refusal)
      // A gateway that tells what it was sent.
      api.script(json({ before: "first-token", now: "second-token" }))
      tokens.script(json({ access_token: "second-token", expires_in: 3600 }))
      const answer = yield* ask
      assert.deepStrictEqual([answer.status, answer.body], [200, '{"before":"***********","now":"************"}'])
      assert.deepStrictEqual(bearers(api), ["Bearer first-token", "Bearer second-token"])
      assert.strictEqual(api.requests[1]?.body, '{"model":"m"}')
      assert.include(tokens.requests[0]?.body, '"refresh_token":"next"')
      assert.isUndefined(yield* ModelRelay.use(({ notice }) => notice))
    }).pipe(Effect.provide(renewable))
  )

  it.live("also when it is new, is said and not asked for again and again; an answer takes that back", () =>
    Effect.gen(function* () {
      yield* keep
      const [api, tokens, ask] = [yield* Api, yield* Tokens, yield* line]
      for (let n = 0; n < 3; n++) api.script(refusal)
      tokens.script(json({ access_token: "second-token", expires_in: 3600 }))
      const answer = yield* ask
      assert.deepStrictEqual([answer.status, answer.headers["x-should-retry"]], [401, "false"])
      assert.strictEqual((yield* ask).status, 401)
      assert.deepStrictEqual(bearers(api), ["Bearer first-token", "Bearer second-token", "Bearer second-token"])
      assert.strictEqual(tokens.requests.length, 1)
      const notice = yield* ModelRelay.use((relay) => relay.notice)
      assert.include(notice?.detail, "refuses the OAuth token")
      assert.include(notice?.mend, "claude_code_oauth_refresh_token anew")
      api.script(json({}))
      yield* ask
      assert.isUndefined(yield* ModelRelay.use((relay) => relay.notice))
    }).pipe(Effect.provide(renewable))
  )

  it.live("and that nothing can renew is said with the next step", () =>
    Effect.gen(function* () {
      const [api, ask] = [yield* Api, yield* line]
      api.script(refusal)
      assert.strictEqual((yield* ask).status, 401)
      const notice = yield* ModelRelay.use((relay) => relay.notice)
      assert.include(notice?.mend, "claude setup-token")
    }).pipe(Effect.provide(world({ claude_code_oauth_token: "configured" })))
  )
})
