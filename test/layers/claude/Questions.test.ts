/** What the agent asks, and what our answers do. */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { AgentRequest } from "../../../src/domain/AgentEvent.ts"
import * as ClaudeCode from "../../../src/layers/claude/ClaudeCode.ts"
import * as EngineBench from "../../support/EngineBench.ts"
import * as HostSandbox from "../../support/HostSandbox.ts"

const Engine = Layer.mergeAll(ClaudeCode.layer, NodeFileSystem.layer).pipe(Layer.provideMerge(HostSandbox.layer))

type Asked<T extends AgentRequest["_tag"]> = Extract<AgentRequest, { readonly _tag: T }>

const ask = Effect.fnUntraced(function* <T extends AgentRequest["_tag"]>(
  told: EngineBench.Listener,
  tag: T,
  since = 0
) {
  const event = yield* told.next("Requested", ({ request }) => request._tag === tag, since)
  return { requestId: event.requestId, request: event.request as Asked<T> }
})

layer(Engine, { excludeTestServices: true })("A question of the agent", (it) => {
  it.effect("for permission is allowed or denied; allowed tools are not asked about", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      const asking = { permissionMode: "ask", allowedTools: ["Bash(touch *)"] } as const
      yield* agent.send(EngineBench.turn("alice: tool: bash mkdir one", asking))
      const first = yield* ask(told, "Permission")
      assert.strictEqual(first.request.tool, "Bash")
      assert.deepInclude(first.request.input, { command: "mkdir one" })
      yield* agent.answer(first.requestId, { _tag: "Allow", input: first.request.input })
      yield* told.next("TurnEnded")
      assert.isFalse(told.all("ToolEnded")[0]?.isError)

      const since = told.entries.length
      yield* agent.send(EngineBench.turn("alice: tool: bash mkdir two", asking))
      const second = yield* ask(told, "Permission", since)
      yield* agent.answer(second.requestId, { _tag: "Deny", message: "Alice said no." })
      yield* agent.answer(second.requestId, { _tag: "Deny", message: "Alice said no." })
      const denied = yield* told.next("TurnEnded", undefined, since)
      assert.strictEqual(denied.text, "The tool said: Alice said no.")

      const later = told.entries.length
      yield* agent.send(EngineBench.turn("alice: tool: bash touch three", asking))
      yield* told.next("TurnEnded", undefined, later)
      assert.isTrue(told.entries.slice(later).every(({ event }) => event._tag !== "Requested"))
    })
  )

  it.effect("to the user carries its options, in every mode, and takes any text", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      yield* agent.send(EngineBench.turn("alice: ask: Which color? | Red | Blue"))
      const { request, requestId } = yield* ask(told, "Question")
      assert.deepStrictEqual(request.questions, [
        { question: "Which color?", options: ["Red", "Blue"], multiple: false }
      ])
      const answers = { "Which color?": "rather green" }
      yield* agent.answer(requestId, { _tag: "Answers", answers, input: request.input })
      assert.include((yield* told.next("TurnEnded")).text, "rather green")
    })
  )

  it.effect("about a plan carries the plan; after a yes the work begins, in the mode of before", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* agent.send(EngineBench.turn("alice: plan: first this, then that", { permissionMode: "plan" }))
      const { request, requestId } = yield* ask(told, "Plan")
      assert.strictEqual(request.plan, "first this, then that")
      yield* agent.answer(requestId, { _tag: "Allow", input: request.input })
      assert.include((yield* told.next("TurnEnded")).text, "approved your plan")
      yield* say("alice: tool: bash touch done", { permissionMode: "bypass" })
      assert.isTrue(told.all("Requested").every((event) => event.request._tag !== "Permission"))
    })
  )

  it.effect("is asked again in plan mode after a plan was turned down", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      const planning = { permissionMode: "plan" } as const
      yield* agent.send(EngineBench.turn("alice: plan: hurry", planning))
      const { requestId } = yield* ask(told, "Plan")
      yield* agent.answer(requestId, { _tag: "Deny", message: "Read the tests first." })
      assert.include((yield* told.next("TurnEnded")).text, "Read the tests first.")
      const since = told.entries.length
      yield* agent.send(EngineBench.turn("alice: tool: bash touch x", planning))
      const asked = yield* ask(told, "Permission", since)
      yield* agent.answer(asked.requestId, { _tag: "Deny", message: "no" })
      yield* told.next("TurnEnded", undefined, since)
    })
  )
})
