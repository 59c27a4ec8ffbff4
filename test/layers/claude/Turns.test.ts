/** One agent, the real CLI, turn after turn. */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import * as ClaudeCode from "../../../src/layers/claude/ClaudeCode.ts"
import * as EngineBench from "../../support/EngineBench.ts"
import * as HostSandbox from "../../support/HostSandbox.ts"

const Engine = Layer.mergeAll(ClaudeCode.layer, NodeFileSystem.layer).pipe(Layer.provideMerge(HostSandbox.layer))

layer(Engine, { excludeTestServices: true })("A Claude Code process", (it) => {
  it.effect("answers a prompt: received, streamed, whole, ended", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open()
      const promptId = EngineBench.promptId()
      const ended = yield* say("alice: say: hello brave world", { promptId })

      assert.deepStrictEqual(
        told.events().flatMap(({ _tag }) => (_tag === "Requested" ? [] : [_tag])),
        ["TurnStarted", "PromptReceived", "TextDelta", "TextDelta", "TextDelta", "Text", "TurnEnded"]
      )
      assert.strictEqual(told.all("PromptReceived")[0]?.promptId, promptId)
      const [text] = told.all("Text")
      const deltas = told.all("TextDelta")
      assert.strictEqual(deltas.map((delta) => delta.text).join(""), "hello brave world")
      assert.deepStrictEqual(
        deltas.map((delta) => delta.offset),
        [0, 5, 11]
      )
      assert.isTrue(deltas.every((delta) => delta.messageUuid === text?.messageUuid && !delta.reset))
      assert.strictEqual(text?.text, "hello brave world")
      assert.strictEqual(ended.outcome, "completed")
      assert.strictEqual(ended.text, "hello brave world")
      assert.isAbove(ended.costUsd, 0)
      assert.isAbove(ended.usage.input_tokens, 0)
    })
  )

  it.effect("keeps its session and counts each turn's cost alone", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { say } = yield* open()
      const first = yield* say("alice: say: one")
      const second = yield* say("alice: say: two")

      assert.strictEqual(first.sessionId, second.sessionId)
      const price = first.costUsd / (first.usage.input_tokens + 5 * first.usage.output_tokens)
      assert.closeTo(second.costUsd, price * (second.usage.input_tokens + 5 * second.usage.output_tokens), 1e-9)
      assert.include(JSON.stringify(api.requests[1]?.body), "say: one")
    })
  )

  it.effect("counts only the new turn's cost after a resume", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const sessionId = EngineBench.sessionId()
      const before = yield* open({ session: { _tag: "New", sessionId } })
      const first = yield* before.say("alice: say: one")
      yield* before.agent.close
      const after = yield* open({ session: { _tag: "Resume", sessionId } })
      const second = yield* after.say("alice: say: two")

      assert.strictEqual(second.sessionId, sessionId)
      assert.isAbove(second.costUsd, 0)
      assert.isBelow(second.costUsd, 2 * first.costUsd)
    })
  )

  it.effect("runs a tool and tells its start and its end", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open()
      const ended = yield* say("alice: tool: bash echo from the shell")

      const [started] = told.all("ToolStarted")
      const [done] = told.all("ToolEnded")
      assert.strictEqual(started?.name, "Bash")
      assert.strictEqual(done?.toolUseId, started?.toolUseId)
      assert.strictEqual(done?.output, "from the shell")
      assert.isFalse(done?.isError)
      assert.strictEqual(ended.text, "The tool said: from the shell")
    })
  )

  it.effect("runs two tools asked for at once", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open()
      const ended = yield* say("alice: parallel: echo one ;; echo two")

      const started = told.all("ToolStarted").map((event) => event.toolUseId)
      assert.lengthOf(new Set(started), 2)
      assert.deepStrictEqual(
        told
          .all("ToolEnded")
          .map((event) => event.toolUseId)
          .toSorted(),
        started.toSorted()
      )
      assert.match(ended.text, /^The tool said: (one and two|two and one)$/)
    })
  )

  it.effect("calls an in-band tool without asking anybody, in every mode", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open()
      for (const permissionMode of ["bypass", "ask"] as const) {
        const ended = yield* say('alice: mcp: echo {"text":"hi"}', { permissionMode })
        assert.strictEqual(ended.text, "The tool said: echo: hi")
      }
      assert.isTrue(told.all("Requested").every(({ request }) => request._tag === "Tool"))
    })
  )

  it.effect("tells what the model thought", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open()
      yield* say("alice: thinking: a deep thought\nsay: done")

      assert.deepStrictEqual(
        told.all("Thinking").map((event) => event.text),
        ["a deep thought"]
      )
      assert.strictEqual(told.all("Text")[0]?.messageUuid, told.all("TextDelta")[0]?.messageUuid)
    })
  )

  it.effect("reads a line of twenty megabytes", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { say } = yield* open()
      const ended = yield* say("alice: long 20000000")
      assert.lengthOf(ended.text, 20_000_000)
    })
  )

  it.effect("compacts the conversation on its own command and by itself when it has grown too long", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* say("alice: say: one")
      const compacted = yield* say("/compact")
      assert.strictEqual(compacted.outcome, "completed")
      assert.isAbove(compacted.costUsd, 0)
      assert.lengthOf(told.all("Compacted"), 1)
      // A supervisor that comes back may write the command again, under its uuid.
      const again = EngineBench.turn("/compact")
      const since = told.entries.length
      yield* agent.send(again)
      yield* told.next("TurnEnded", undefined, since)
      yield* agent.send(again)
      const mark = told.entries.length
      const after = EngineBench.turn("alice: say: two")
      yield* agent.send(after)
      yield* told.next("TurnEnded", ({ text }) => text === "two", mark)
      assert.lengthOf(
        told.entries.slice(since).filter(({ event }) => event._tag === "TurnEnded"),
        2
      )

      const other = yield* open()
      yield* other.say("alice: say: one")
      const ended = yield* other.say("alice: overflow")
      assert.strictEqual(ended.text, "Answered after compacting.")
      assert.lengthOf(other.told.all("Compacted"), 1)
    })
  )

  it.effect("changes the model between turns", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const { say } = yield* open({ model: "claude-sonnet-4-5" })
      yield* say("alice: say: one", { model: "claude-sonnet-4-5" })
      yield* say("alice: say: two", { model: "claude-haiku-4-5" })
      yield* say("alice: say: three", { model: "" })
      const models = api.requests.filter(({ body }) => body?.stream === true).map(({ body }) => body?.model ?? "")
      assert.include(models[0], "sonnet-4-5")
      assert.include(models[1], "haiku-4-5")
      assert.notInclude(models[2], "haiku")
    })
  )

  it.effect("says which of the user's own MCP servers did not start", () =>
    Effect.gen(function* () {
      const { open } = yield* EngineBench.make()
      const { told, say } = yield* open({ mcpServers: { broken: { command: "/nonexistent", args: [], env: {} } } })
      yield* say("alice: say: hi")
      const status = Object.fromEntries(
        (told.all("TurnStarted")[0]?.mcpServers ?? []).map((server) => [server.name, server.status])
      )
      assert.deepStrictEqual(status, { broken: "failed", loop: "connected" })
    })
  )
})
