/** Every way in which a turn or a process fails ends in a fact that a sentence can be made of. */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as Sentence from "../../../src/domain/Sentence.ts"
import * as ClaudeCode from "../../../src/layers/claude/ClaudeCode.ts"
import { apiError } from "../../../src/layers/demo/ApiErrors.ts"
import * as EngineBench from "../../support/EngineBench.ts"
import * as HostSandbox from "../../support/HostSandbox.ts"

const Engine = Layer.mergeAll(ClaudeCode.layer, NodeFileSystem.layer).pipe(Layer.provideMerge(HostSandbox.layer))

layer(Engine, { excludeTestServices: true })("A failing turn", (it) => {
  it.effect("tells the status of every refusal of the API, and the process lives on", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { say } = yield* open()
      for (const status of [400, 401, 402, 403, 404, 413, 429, 500, 529]) {
        const ended = yield* say(`alice: status ${status} final`)
        assert.strictEqual(ended.outcome, "failed", `${status}`)
        assert.strictEqual(ended.failure?.kind, "api", `${status}`)
        assert.strictEqual(ended.failure?.status, status)
        const sentence = ended.failure === null ? "" : Sentence.failure(ended.failure, false)
        assert.match(sentence, new RegExp(`\\(${status}\\).*[.!?] [A-Z].+\\.$`))
        assert.notInclude(sentence, "API Error")
      }
      const after = yield* say("alice: say: still here")
      assert.strictEqual(after.text, "still here")
    })
  )

  it.effect("says that the key was refused, and never posts the engine's own words as an answer", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open()
      const ended = yield* say("alice: status 401 final")
      assert.include(Sentence.failure(ended.failure!, false), "The API key was refused (401). Set anthropic_api_key")
      assert.deepStrictEqual(told.all("Text"), [])
    })
  )

  it.effect("tells each retry, and the answer that came after it", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open()
      const ended = yield* say("alice: status 529 times 1")
      assert.strictEqual(ended.text, "Answered after 529.")
      const [retry] = told.all("Retry")
      assert.strictEqual(retry?.status, 529)
      assert.strictEqual(retry?.attempt, 1)
      assert.strictEqual(retry?.maxRetries, 10)
    })
  )

  it.effect("voids the partial text of a stream that was cut and tells the new one from its beginning", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { told, agent } = yield* open()
      const gate = yield* api.hold("middle", "cut 1")
      yield* agent.send(EngineBench.turn("alice: cut 1"))
      yield* told.next("TextDelta")
      yield* gate.release
      const ended = yield* told.next("TurnEnded")

      assert.strictEqual(ended.text, "This text was not cut.")
      const deltas = told.all("TextDelta")
      const reset = deltas.findIndex((delta) => delta.reset)
      assert.isAbove(reset, 0)
      const [text] = told.all("Text")
      const anew = deltas.slice(reset + 1)
      assert.strictEqual(anew.map((delta) => delta.text).join(""), text?.text)
      assert.isTrue(anew.every((delta) => delta.messageUuid === text?.messageUuid))
      assert.isTrue(deltas.slice(0, reset).every((delta) => delta.messageUuid !== text?.messageUuid))
    })
  )

  it.effect("is an API failure without a status when nobody answers at the API's address", () =>
    Effect.gen(function* () {
      const { open, paths, spec } = yield* EngineBench.make()
      const box = { ...spec().box, socketDir: paths.work }
      const { agent, told } = yield* open({ box })
      yield* agent.send(EngineBench.turn("alice: say: hello?"))
      const retry = yield* told.next("Retry")
      assert.isNull(retry.status)
    })
  )

  it.effect("tells that the conversation is too long when compacting did not help", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { say } = yield* open()
      yield* say("alice: say: one")
      const ended = yield* say("alice: overflow always")
      assert.strictEqual(ended.failure?.kind, "prompt_too_long")
      assert.include(ended.failure?.detail, "Prompt is too long")
    })
  )

  it.effect("fails the turn when the model it wants is not there, and writes no prompt", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { say } = yield* open()
      api.respond(({ body, serial }) =>
        body?.stream === true ? undefined : { _tag: "Refusal", error: apiError(404, `req_${serial}`) }
      )
      const ended = yield* say("alice: say: hi", { model: "no-such-model" })
      assert.strictEqual(ended.failure?.kind, "api")
      assert.strictEqual(ended.failure?.status, 404)
      assert.deepStrictEqual(
        api.requests.filter(({ body }) => body?.stream === true),
        []
      )
      const after = yield* say("alice: say: back", { model: "" })
      assert.strictEqual(after.text, "back")
    })
  )
})

layer(Engine, { excludeTestServices: true })("A process that cannot go on", (it) => {
  it.effect("tells that the session to be resumed does not exist", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told } = yield* open({ session: { _tag: "Resume", sessionId: EngineBench.sessionId() } })
      const exited = yield* told.next("Exited")
      assert.strictEqual(exited.failure?.kind, "session_missing")
      assert.strictEqual(exited.code, 1)
      assert.deepStrictEqual(told.all("TurnEnded"), [])
    })
  )

  it.effect("tells that the place to fork from does not exist", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const sessionId = EngineBench.sessionId()
      const parent = yield* open({ session: { _tag: "New", sessionId } })
      yield* parent.say("alice: say: one")
      const nowhere = EngineBench.promptId()
      const { told } = yield* open({
        session: { _tag: "Fork", from: sessionId, at: nowhere, sessionId: EngineBench.sessionId() }
      })
      const exited = yield* told.next("Exited")
      assert.strictEqual(exited.failure?.kind, "session_missing")
    })
  )

  it.effect("fails what is asked of it after its end", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* say("alice: say: one")
      yield* agent.kill
      yield* told.next("Exited")
      const error = yield* Effect.flip(agent.send(EngineBench.turn("alice: say: two")))
      assert.strictEqual(error._tag, "AgentGone")
      assert.strictEqual((yield* Effect.flip(agent.interrupt))._tag, "AgentGone")
    })
  )

  it.effect("is told by its end when it dies in the middle of a turn", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told } = yield* open()
      yield* agent.send(EngineBench.turn("alice: hang in the middle"))
      yield* told.next("TextDelta")
      yield* agent.signal("SIGKILL")
      const exited = yield* told.next("Exited")
      assert.isNull(exited.code)
      assert.isNull(exited.failure)
    })
  )
})
