/** The relay asks before each model call, and reads from the answer what it has used. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as path from "node:path"
import { costOf } from "../../../src/domain/budget/Prices.ts"
import { ProcessId, RunId } from "../../../src/domain/Ids.ts"
import * as Relay from "../../../src/layers/ModelRelay.ts"
import { type ModelCall, ModelRelay, type ModelUse, type RelayWatch } from "../../../src/services/ModelRelay.ts"
import { settings } from "../../support/Boxes.ts"
import * as Upstream from "../../support/Upstream.ts"

class Api extends Context.Service<Api, Upstream.Upstream>()("loop/test/MeteringApi") {}

const world = Layer.unwrap(
  Effect.map(Upstream.make, (api) =>
    Layer.effect(ModelRelay, Relay.make({})).pipe(
      Layer.provideMerge(settings({ anthropic_base_url: api.url, anthropic_api_key: "sk-ant-key" })),
      Layer.provideMerge(Layer.succeed(Api, api))
    )
  )
)

const event = (data: { readonly type: string }) => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`
const model = "claude-opus-4-5-20251101"
const begun = event({
  type: "message_start",
  message: {
    model,
    usage: {
      input_tokens: 10,
      output_tokens: 1,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: 300,
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 }
    }
  }
} as never)
const text = event({
  type: "content_block_delta",
  index: 0,
  delta: { type: "text_delta", text: "x".repeat(300) }
} as never)
const over = event({ type: "message_delta", delta: {}, usage: { output_tokens: 50 } } as never)
const stream = { "content-type": "text/event-stream" }

/** A line whose watch notes what it is asked and told. */
const watched = Effect.fnUntraced(function* (id: string, over: Partial<RelayWatch> = {}) {
  const calls: Array<ModelCall> = []
  const uses: Array<ModelUse | null> = []
  const watch: RelayWatch = {
    admit: (_, call) =>
      Effect.sync(() => {
        calls.push(call)
        return { _tag: "Go", model: null, ended: (use) => Effect.sync(() => void uses.push(use)) }
      }),
    limited: () => Effect.succeed(null),
    ...over
  }
  const line = yield* ModelRelay.use((relay) => relay.open(ProcessId.make(id), watch))
  yield* line.assign(RunId.make("run"))
  const socketPath = path.join(line.socketDir, "model.sock")
  const ask = (body: string, to = "/v1/messages") => Upstream.ask({ socketPath, path: to, method: "POST" }, body)
  const told = Effect.repeat(Effect.sleep("5 millis"), { until: () => uses.length > 0, times: 400 })
  return { ask, calls, uses, told }
})

const request = JSON.stringify({ model, max_tokens: 64, messages: [] })

layer(world, { excludeTestServices: true })("a model call through the relay", (it) => {
  it.effect("is told before it is made, and with its price when its stream is over", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask, calls, told, uses } = yield* watched("0000aa01")
      // Cut where no line ends.
      const whole = begun + text + over
      api.script({ status: 200, headers: stream, body: [whole.slice(0, 37), whole.slice(37, 300), whole.slice(300)] })
      assert.strictEqual((yield* ask(request)).body, whole)
      yield* told
      assert.deepStrictEqual(calls, [{ model, bytes: request.length, maxTokens: 64 }])
      const [use] = uses
      assert.deepInclude(use?.usage, { input: 10, output: 50, cacheRead: 1000, cacheWrite: 200, cacheWriteHour: 100 })
      assert.deepInclude(use, { model, estimated: false })
      const cents = (10 * 5 + 50 * 25 + 1000 * 0.5 + 200 * 6.25 + 100 * 10) / 1_000_000
      assert.approximately(costOf(model, use?.usage ?? assert.fail()), cents, 1e-12)
    })
  )

  it.effect("whose stream breaks off is counted by what was written", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask, told, uses } = yield* watched("0000aa02")
      api.script({ status: 200, headers: stream, body: [begun, text], cut: true })
      yield* Effect.result(ask(request))
      yield* told
      assert.strictEqual(uses[0]?.estimated, true)
      assert.isAtLeast(uses[0]?.usage.output ?? 0, 100)
    })
  )

  it.effect("that is refused never leaves the machine, and is not tried again", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const before = api.requests.length
      const { ask } = yield* watched("0000aa03", {
        admit: () => Effect.succeed({ _tag: "Stop", sentence: "No money." })
      })
      const answer = yield* ask(request)
      assert.deepStrictEqual([answer.status, answer.headers["x-should-retry"]], [403, "false"])
      assert.include(answer.body, "No money.")
      assert.strictEqual(api.requests.length, before)
    })
  )

  it.effect("is made again with the model that stands in while the API's usage limit is reached", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const seen: Array<number> = []
      const limited: RelayWatch["limited"] = (_run, _model, until) =>
        Effect.sync(() => {
          seen.push(until)
          return seen.length === 1 ? "claude-haiku-4-5" : null
        })
      const { ask } = yield* watched("0000aa04", { limited })
      const reset = 4_000_000_000
      const refusal = {
        status: 429,
        headers: {
          "anthropic-ratelimit-unified-status": "rejected",
          "anthropic-ratelimit-unified-reset": String(reset)
        },
        body: ["{}"]
      }
      api.script(refusal)
      api.script({ status: 200, headers: stream, body: [begun, over] })
      assert.strictEqual((yield* ask(request)).status, 200)
      assert.deepStrictEqual(JSON.parse(api.requests.at(-1)?.body ?? ""), {
        model: "claude-haiku-4-5",
        max_tokens: 64,
        messages: []
      })
      // Without one the agent is told not to try again.
      api.script(refusal)
      const answer = yield* ask(request)
      assert.deepStrictEqual([answer.status, answer.headers["x-should-retry"]], [429, "false"])
      assert.deepStrictEqual(seen, [reset * 1000, reset * 1000])
    })
  )

  it.effect("is left to the agent, which tries again, where the API asks for less than two minutes", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const seen: Array<number> = []
      const { ask } = yield* watched("0000aa05", {
        limited: (_run, _model, until) => Effect.sync(() => (seen.push(until), null))
      })
      const refusal = (seconds: number) => ({ status: 429, headers: { "retry-after": String(seconds) }, body: ["{}"] })
      api.script(refusal(119))
      assert.notStrictEqual((yield* ask(request)).headers["x-should-retry"], "false")
      assert.deepStrictEqual(seen, [])
      api.script(refusal(120))
      assert.strictEqual((yield* ask(request)).headers["x-should-retry"], "false")
      assert.strictEqual(seen.length, 1)
    })
  )

  it.effect("that only counts tokens is neither asked for nor paid", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { ask, calls, told, uses } = yield* watched("0000aa06")
      api.script({ status: 200, headers: {}, body: ['{"input_tokens":7}'] })
      assert.strictEqual((yield* ask(request, "/v1/messages/count_tokens")).body, '{"input_tokens":7}')
      api.script({ status: 200, headers: stream, body: [begun, over] })
      yield* ask(request)
      yield* told
      assert.deepStrictEqual([calls.length, uses.length], [1, 1])
    })
  )
})
