/** Sessions over more than one process: resumed, forked, taken over, looked into. */
import { NodeFileSystem } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, FileSystem, Layer, Schedule } from "effect"
import * as ClaudeCode from "../../../src/layers/claude/ClaudeCode.ts"
import type { AdoptSpec } from "../../../src/services/Agent.ts"
import * as EngineBench from "../../support/EngineBench.ts"
import * as HostSandbox from "../../support/HostSandbox.ts"

const Engine = Layer.mergeAll(ClaudeCode.layer, NodeFileSystem.layer).pipe(Layer.provideMerge(HostSandbox.layer))

const spoken = (request: unknown): string =>
  JSON.stringify((request as { body?: { messages?: unknown } }).body?.messages)

layer(Engine, { excludeTestServices: true })("A session", (it) => {
  it.effect("is forked at an assistant's message, while its parent lives", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const sessionId = EngineBench.sessionId()
      const parent = yield* open({ session: { _tag: "New", sessionId } })
      yield* parent.say("alice: say: alpha")
      yield* parent.say("alice: say: beta")
      const at = parent.told.all("Text")[0]?.uuid ?? ""
      const child = EngineBench.sessionId()
      const { say } = yield* open({ session: { _tag: "Fork", from: sessionId, at, sessionId: child } })
      const ended = yield* say("alice: say: gamma")

      assert.strictEqual(ended.sessionId, child)
      const last = spoken(api.requests.at(-1))
      assert.include(last, "alpha")
      assert.notInclude(last, "beta")
    })
  )

  it.effect("that has begun on disk is resumed, though it was to be begun", () =>
    Effect.gen(function* () {
      const { open, api } = yield* EngineBench.make()
      const session = { _tag: "New", sessionId: EngineBench.sessionId() } as const
      const first = yield* open({ session })
      yield* first.say("alice: say: alpha")
      yield* first.agent.kill
      const second = yield* open({ session })
      const ended = yield* second.say("alice: say: beta")
      assert.strictEqual(ended.sessionId, session.sessionId)
      assert.include(spoken(api.requests.at(-1)), "alpha")
    })
  )

  it.effect("holds a prompt once work on it has begun, and does not begin it again after a resume", () =>
    Effect.gen(function* () {
      const { open, engine, paths, api } = yield* EngineBench.make()
      const sessionId = EngineBench.sessionId()
      const turn = EngineBench.turn("alice: tool: bash tail -f /dev/null")
      const holds = engine.holds(paths.home, sessionId, turn.promptId)
      const first = yield* open({ session: { _tag: "New", sessionId } })
      assert.isFalse(yield* holds)
      yield* first.agent.send(turn)
      // The CLI writes its file some time after it has spoken.
      yield* holds.pipe(Effect.repeat({ until: (held) => held, schedule: Schedule.spaced("20 millis") }))
      assert.isFalse(yield* engine.holds(paths.home, sessionId, EngineBench.promptId()))
      yield* first.agent.kill

      const second = yield* open({ session: { _tag: "Resume", sessionId } })
      yield* second.agent.send(turn)
      const refused = yield* second.told.next("TurnEnded")
      assert.strictEqual(refused.outcome, "failed")
      assert.include(refused.failure?.detail, "dealt with this prompt before")
      const ended = yield* second.say("alice: say: and now")
      assert.strictEqual(ended.text, "and now")
      assert.lengthOf(api.requests, 2)
    })
  )

  it.effect("holds a prompt that was absorbed while a tool ran, once it is answered", () =>
    Effect.gen(function* () {
      const { open, engine, paths } = yield* EngineBench.make()
      const sessionId = EngineBench.sessionId()
      const { agent, told } = yield* open({ session: { _tag: "New", sessionId } })
      yield* agent.send(EngineBench.turn("alice: tool: bash until test -e go; do /bin/sleep 0.05; done"))
      yield* told.next("ToolStarted")
      const steered = EngineBench.promptId()
      yield* agent.steer(steered, "bob: say: heard")
      assert.isFalse(yield* engine.holds(paths.home, sessionId, steered))
      yield* EngineBench.touch(`${paths.work}/go`)
      yield* told.next("TurnEnded")
      yield* agent.close
      assert.isTrue(yield* engine.holds(paths.home, sessionId, steered))
    })
  )

  it.effect("does not hold a prompt that nothing followed, and runs it when it is written again", () =>
    Effect.gen(function* () {
      const { open, engine, paths, api } = yield* EngineBench.make()
      const sessionId = EngineBench.sessionId()
      const gate = yield* api.hold("first byte", "patience")
      const before = yield* open({ session: { _tag: "New", sessionId } })
      yield* before.say("alice: say: alpha")
      const turn = EngineBench.turn("alice: say: patience")
      yield* before.agent.send(turn)
      yield* gate.reached
      yield* before.agent.kill
      assert.isFalse(yield* engine.holds(paths.home, sessionId, turn.promptId))

      yield* gate.release
      const { say } = yield* open({ session: { _tag: "Resume", sessionId } })
      assert.strictEqual((yield* say(turn.text, turn)).text, "patience")
    })
  )

  it.effect("is not looked for behind links that the agent made", () =>
    Effect.gen(function* () {
      const fs = yield* FileSystem.FileSystem
      const { engine, paths } = yield* EngineBench.make()
      const sessionId = EngineBench.sessionId()
      const promptId = EngineBench.promptId()
      const projects = `${paths.home}/.claude/projects`
      yield* fs.makeDirectory(`${projects}/real`, { recursive: true })
      yield* fs.makeDirectory(`${paths.work}/elsewhere`)
      const secret = `${paths.work}/elsewhere/${sessionId}.jsonl`
      yield* fs.writeFileString(secret, `{"type":"user","uuid":"${promptId}"}\n{"type":"assistant"}\n`)

      yield* fs.symlink(`${paths.work}/elsewhere`, `${projects}/linked`)
      yield* fs.symlink(secret, `${projects}/real/${sessionId}.jsonl`)
      assert.isFalse(yield* engine.holds(paths.home, sessionId, promptId))
      yield* fs.remove(`${projects}/real/${sessionId}.jsonl`)
      yield* fs.copyFile(secret, `${projects}/real/${sessionId}.jsonl`)
      assert.isTrue(yield* engine.holds(paths.home, sessionId, promptId))
    })
  )
})

layer(Engine, { excludeTestServices: true })("A process that is taken over", (it) => {
  it.effect("tells everything behind the cursor, and finishes its turn", () =>
    Effect.gen(function* () {
      const { engine, open, api } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* say("alice: say: first")
      const cursor = told.entries.at(-1)?.cursor ?? null
      assert.isNotNull(cursor)
      const gate = yield* api.hold("middle", "second")
      yield* agent.send(EngineBench.turn("alice: say: second two three"))
      yield* told.next("TextDelta", ({ text }) => text === "second")

      const known: AdoptSpec = { processId: agent.processId, cursor, since: 0, costTotal: 0 }
      const adopted = yield* engine.adopt(known)
      assert.isDefined(adopted)
      const later = yield* EngineBench.listen(adopted!)
      yield* later.next("TextDelta")
      yield* gate.release
      const ended = yield* later.next("TurnEnded")

      assert.strictEqual(ended.text, "second two three")
      assert.deepStrictEqual(
        later.events().flatMap(({ _tag }) => (_tag === "TextDelta" ? [] : [_tag])),
        ["TurnStarted", "PromptReceived", "Text", "TurnEnded"]
      )
      assert.strictEqual(
        later
          .all("TextDelta")
          .map(({ text }) => text)
          .join(""),
        "second two three"
      )
      yield* adopted!.send(EngineBench.turn("alice: say: third"))
      assert.strictEqual((yield* later.next("TurnEnded", ({ text }) => text === "third")).outcome, "completed")
    })
  )

  it.effect("tells its end and what it said before when it has ended meanwhile", () =>
    Effect.gen(function* () {
      const { engine, open } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* say("alice: say: first")
      yield* agent.close
      yield* told.next("Exited")
      const adopted = yield* engine.adopt({ processId: agent.processId, cursor: null, since: 0, costTotal: 0 })
      const later = yield* EngineBench.listen(adopted!)
      const exited = yield* later.next("Exited")
      assert.strictEqual(exited.code, 0)
      assert.strictEqual(later.all("TurnEnded")[0]?.text, "first")
    })
  )

  it.effect("tells everything when the cursor's line is gone from its log", () =>
    Effect.gen(function* () {
      const { engine, open } = yield* EngineBench.make()
      const { agent, told, say } = yield* open()
      yield* say("alice: say: first")
      yield* agent.close
      yield* told.next("Exited")
      const adopted = yield* engine.adopt({ processId: agent.processId, cursor: "gone", since: 0, costTotal: 0 })
      const later = yield* EngineBench.listen(adopted!)
      yield* later.next("Exited")
      assert.strictEqual(later.all("TurnEnded")[0]?.text, "first")
    })
  )
})
