/** Stopping a turn, and writing into it. */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ClaudeCode from "../../../src/layers/claude/ClaudeCode.ts"
import * as EngineBench from "../../support/EngineBench.ts"
import * as HostSandbox from "../../support/HostSandbox.ts"

const Engine = Layer.mergeAll(ClaudeCode.layer, NodeFileSystem.layer).pipe(Layer.provideMerge(HostSandbox.layer))

layer(Engine, { excludeTestServices: true })("An interrupted turn", (it) => {
  it.effect("keeps the partial text when it is interrupted while text streams", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* api.hold("middle", "one two")
      yield* agent.send(EngineBench.turn("alice: say: one two three four"))
      yield* told.next("TextDelta", (delta) => delta.text === " two")
      yield* agent.interrupt
      const ended = yield* told.next("TurnEnded")

      assert.strictEqual(ended.outcome, "interrupted")
      assert.strictEqual(ended.text, "one two")
      assert.isNull(ended.failure)
      const next = yield* say("alice: say: same session")
      assert.strictEqual(next.text, "same session")
      assert.strictEqual(next.sessionId, ended.sessionId)
    })
  )

  it.effect("ends before the model has said anything, with its prompt received", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      const turn = EngineBench.turn("alice: hang")
      yield* agent.send(turn)
      yield* api.awaitRequest(({ prompt }) => prompt === "alice: hang")
      yield* agent.interrupt
      const ended = yield* told.next("TurnEnded")
      assert.strictEqual(ended.outcome, "interrupted")
      assert.strictEqual(told.all("PromptReceived")[0]?.promptId, turn.promptId)
    })
  )

  it.effect("kills the command of a tool that runs", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* agent.send(EngineBench.turn("alice: tool: bash echo $$ > pid; exec tail -f /dev/null"))
      yield* told.next("ToolStarted")
      const tails = Effect.map(agent.processes, (all) => all.filter(({ command }) => command.includes("tail -f")))
      yield* tails.pipe(Effect.repeat({ until: (found) => found.length > 0 }))
      yield* agent.interrupt
      const ended = yield* told.next("TurnEnded")

      assert.strictEqual(ended.outcome, "interrupted")
      assert.isTrue(told.all("ToolEnded")[0]?.isError)
      assert.deepStrictEqual(yield* tails, [])
      assert.strictEqual((yield* say("alice: say: next")).text, "next")
    })
  )

  it.effect("ends on SIGINT with its partial text, and so does the process", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      yield* api.hold("middle", "one two")
      yield* agent.send(EngineBench.turn("alice: say: one two three four"))
      yield* told.next("TextDelta", (delta) => delta.text === " two")
      yield* agent.signal("SIGINT")
      const ended = yield* told.next("TurnEnded")
      assert.strictEqual(ended.text, "one two")
      assert.strictEqual((yield* told.next("Exited")).code, 0)
    })
  )

  it.effect("takes back the question that it waits with", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      yield* agent.send(EngineBench.turn("alice: tool: bash touch x", { permissionMode: "ask" }))
      const asked = yield* told.next("Requested", ({ request }) => request._tag === "Permission")
      yield* agent.interrupt
      const cancelled = yield* told.next("RequestCancelled")
      assert.strictEqual(cancelled.requestId, asked.requestId)
      assert.strictEqual((yield* told.next("TurnEnded")).outcome, "interrupted")
    })
  )
})

layer(Engine, { excludeTestServices: true })("A steered message", (it) => {
  it.effect("written while a tool runs is absorbed into the turn", () =>
    Effect.gen(function* () {
      const { open, paths } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      yield* agent.send(EngineBench.turn("alice: tool: bash until test -e go; do /bin/sleep 0.05; done"))
      yield* told.next("ToolStarted")
      const steered = EngineBench.promptId()
      yield* agent.steer(steered, "bob: say: heard you")
      yield* agent.answer("nobody", { _tag: "Deny", message: "late answers are harmless" })
      yield* EngineBench.touch(`${paths.work}/go`)
      const ended = yield* told.next("TurnEnded")

      assert.strictEqual(ended.text, "heard you")
      assert.deepStrictEqual(
        told.events().flatMap((event) => (event._tag === "PromptReceived" ? [event.promptId] : [])),
        [told.all("PromptReceived")[0]!.promptId, steered]
      )
      assert.lengthOf(told.all("TurnEnded"), 1)
    })
  )

  it.effect("written while text streams has a turn of its own, after this one", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      const gate = yield* api.hold("middle", "one two")
      yield* agent.send(EngineBench.turn("alice: say: one two three"))
      yield* gate.reached
      const steered = EngineBench.promptId()
      yield* agent.steer(steered, "bob: say: second")
      yield* gate.release
      const second = yield* told.next("TurnEnded", (event) => event.text === "second")

      assert.strictEqual(second.outcome, "completed")
      assert.deepStrictEqual(
        told.events().flatMap(({ _tag }) => (_tag === "PromptReceived" || _tag === "TurnEnded" ? [_tag] : [])),
        ["PromptReceived", "TurnEnded", "PromptReceived", "TurnEnded"]
      )
    })
  )

  it.effect("and a prompt, written twice under one uuid, run once", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      const turn = EngineBench.turn("alice: say: once")
      yield* say(turn.text, turn)
      yield* agent.send(turn)
      yield* told.next("PromptReceived", ({ promptId }) => promptId === turn.promptId, told.entries.length)
      yield* say("alice: say: next")
      assert.deepStrictEqual(
        told.all("TurnEnded").map(({ text }) => text),
        ["once", "next"]
      )
      assert.lengthOf(api.requests, 2)
    })
  )
})
