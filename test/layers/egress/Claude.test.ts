/** The real CLI in a real box with the proxy's variables: whom it speaks to, and by which way. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { forwards, proxyEnv } from "../../../src/domain/egress/Inside.ts"
import { RunId, SessionId } from "../../../src/domain/Ids.ts"
import { engineSettings, env } from "../../../src/layers/claude/Arguments.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import * as SecretsLive from "../../../src/layers/secrets/SecretsLive.ts"
import * as Relay from "../../../src/layers/ModelRelay.ts"
import * as SandboxBubblewrap from "../../../src/layers/sandbox/SandboxBubblewrap.ts"
import type { AgentSpec } from "../../../src/services/Agent.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { ModelRelay, unwatched } from "../../../src/services/ModelRelay.ts"
import { Sandbox } from "../../../src/services/Sandbox.ts"
import { Boxes, boxesOver, settings, until } from "../../support/Boxes.ts"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"
import * as MessagesApi from "../../support/MessagesApi.ts"

const real = { timeout: "5 minutes", excludeTestServices: true } as const

class Api extends Context.Service<Api, MessagesApi.MessagesApi>()("loop/test/EgressApi") {}

const world = Layer.unwrap(
  Effect.map(MessagesApi.make(), (api) =>
    boxesOver(SandboxBubblewrap.layer).pipe(
      Layer.provideMerge(Relay.layer),
      Layer.provideMerge(Layer.provide(Layer.effect(Egress, EgressProxy.make({})), SecretsLive.layer)),
      Layer.provideMerge(StandIn.layer),
      Layer.provideMerge(settings({ anthropic_api_key: "sk", anthropic_base_url: api.url })),
      Layer.provideMerge(Layer.succeed(Api, api))
    )
  )
)

/** Without the tools of Loop's own, which somebody would have to answer for. */
const claude = [
  ["claude", "-p", "--verbose", "--input-format", "stream-json", "--output-format", "stream-json"],
  ["--replay-user-messages", "--allow-dangerously-skip-permissions", "--dangerously-skip-permissions"],
  ["--settings", engineSettings]
].flat()

/** One turn; its result and what the proxy was asked for. */
const turn = Effect.fnUntraced(function* (prompt: string, policy = Line.policy()) {
  const boxes = yield* Boxes
  const sandbox = yield* Sandbox
  const relay = yield* ModelRelay
  const plain = boxes.spec([], {
    env: proxyEnv(policy),
    forwards: forwards(policy),
    limits: { memoryMb: 2048, cpus: 2, pids: 512 }
  })
  const agent: AgentSpec = {
    box: plain,
    session: { _tag: "New", sessionId: SessionId.make(crypto.randomUUID()) },
    binary: "claude",
    model: "",
    systemPrompt: "",
    mcpServers: {},
    credential: "api_key"
  }
  const spec = { ...plain, argv: claude, env: env(agent) }
  const model = yield* relay.open(spec.processId, unwatched)
  yield* model.assign(RunId.make("run"))
  const { decisions } = yield* Line.open(spec.processId, policy)
  const box = yield* sandbox.start(spec)
  yield* box.write(
    JSON.stringify({ type: "user", uuid: crypto.randomUUID(), message: { role: "user", content: prompt } })
  )
  const lines = yield* Effect.ensuring(until(box, '"type":"result"'), box.kill)
  const { is_error, result } = JSON.parse(lines.at(-1) ?? "") as { readonly is_error: boolean; readonly result: string }
  return { is_error, result, decisions }
}, Effect.scoped)

layer(world, real)("the CLI in a box with a proxy", (it) => {
  it.effect("speaks with its model by the model's own socket alone", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const before = api.requests.length
      const { decisions, is_error, result } = yield* turn("say: hello")
      assert.deepStrictEqual([is_error, result, decisions], [false, "hello", []])
      assert.strictEqual(api.requests.length, before + 1)
    })
  )

  it.effect("asks the proxy for the page it is to fetch, and nobody else whether it may", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      outer.name("site.example.com", "93.184.216.34")
      const fetch = 'tool: WebFetch {"url":"https://site.example.com/","prompt":"what is it"}'
      const listed = yield* turn(fetch, Line.policy({ allow: ["site.example.com"] }))
      // Nobody is there to answer it.
      assert.deepStrictEqual(listed.decisions, [{ host: "site.example.com", port: 443, refusal: "unreachable" }])
      const refused = yield* turn(fetch)
      assert.deepStrictEqual(refused.decisions, [{ host: "site.example.com", port: 443, refusal: "not_listed" }])
    })
  )
})
