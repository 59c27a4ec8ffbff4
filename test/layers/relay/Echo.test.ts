/** An API, or a gateway before it, that repeats what it was sent: the agent reads no credential in its answer. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as path from "node:path"
import { ProcessId, RunId } from "../../../src/domain/Ids.ts"
import * as Relay from "../../../src/layers/ModelRelay.ts"
import { ModelRelay, unwatched } from "../../../src/services/ModelRelay.ts"
import { settings } from "../../support/Boxes.ts"
import * as Upstream from "../../support/Upstream.ts"

const KEY = "sk-ant-api03-the-one-that-is-repeated"
const STARS = "*".repeat(KEY.length)

class Api extends Context.Service<Api, Upstream.Upstream>()("loop/test/Api") {}

const world = Layer.unwrap(
  Effect.map(Upstream.make, (api) =>
    Layer.effect(ModelRelay, Relay.make({})).pipe(
      Layer.provideMerge(settings({ anthropic_base_url: api.url, anthropic_api_key: KEY })),
      Layer.provideMerge(Layer.succeed(Api, api))
    )
  )
)

layer(world, { excludeTestServices: true })("an answer that repeats the credential", (it) => {
  it.effect(
    "reaches the agent with asterisks in its place, in headers and text, wherever it is cut, as long as it was",
    () =>
      Effect.gen(function* () {
        const api = yield* Api
        const line = yield* ModelRelay.use((relay) => relay.open(ProcessId.make("ec0ec0ec"), unwatched))
        yield* line.assign(RunId.make("run"))
        const socketPath = path.join(line.socketDir, "model.sock")
        const ask = Upstream.ask(
          { socketPath, path: "/v1/messages", method: "POST", headers: { "accept-encoding": "gzip" } },
          "{}"
        )
        const text = `{"error":"Received API Key = ${KEY}, twice: ${KEY}${KEY}, and sk-ant-api03-another"}`
        api.script({
          status: 401,
          headers: { "x-received-api-key": KEY, "x-debug": `x-api-key: ${KEY};`, "content-length": `${text.length}` },
          body: [text]
        })
        const refused = yield* ask
        assert.strictEqual(refused.body, text.replaceAll(KEY, STARS))
        assert.strictEqual(refused.headers["x-received-api-key"], STARS)
        assert.strictEqual(refused.headers["x-debug"], `x-api-key: ${STARS};`)
        // Or it could be repeated in a form in which it is not found.
        assert.strictEqual(api.requests.at(-1)?.headers["accept-encoding"], "identity")

        for (const cut of [1, 7, KEY.length - 1]) {
          const held = api.hold({ status: 200, headers: {}, body: [`a ${KEY.slice(0, cut)}`, `${KEY.slice(cut)} z`] })
          const asked = yield* Effect.forkChild(ask, { startImmediately: true })
          yield* held.firstSent
          yield* held.release
          assert.strictEqual((yield* Upstream.join(asked)).body, `a ${STARS} z`)
        }
        api.script({ status: 200, headers: {}, body: [`it ends with ${KEY.slice(0, 9)}`] })
        assert.strictEqual((yield* ask).body, `it ends with ${KEY.slice(0, 9)}`)
      })
  )
})
