/** The scripted engine keeps the promises of `Agent`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { ChannelId, ProcessId, SessionId } from "../../src/domain/Ids.ts"
import { Agent, type AgentSpec, type SessionChoice } from "../../src/services/Agent.ts"
import * as AgentScripted from "../../src/services/AgentScripted.ts"
import type { Script } from "../../src/services/AgentScriptedProcess.ts"
import { listen, promptId, turn } from "../support/EngineBench.ts"

const processId = ProcessId.make("0badcafe")
const session: SessionChoice = { _tag: "New", sessionId: SessionId.make("s1") }

const spec = (choice: SessionChoice = session): AgentSpec => ({
  box: {
    processId,
    channelId: ChannelId.make("local:x"),
    title: "x",
    image: "",
    env: {},
    workDir: "/",
    home: "/",
    socketDir: "/",
    mounts: [],
    copyFiles: [],
    limits: { memoryMb: 1, cpus: 1, pids: 1 },
    forwards: [],
    timezone: "UTC",
    configHash: ""
  },
  session: choice,
  binary: "",
  model: "",
  systemPrompt: "",
  mcpServers: {},
  credential: "api_key"
})

const inWorld = <A, E>(
  script: Script,
  body: (world: AgentScripted.World) => Effect.Effect<A, E, Agent | Scope.Scope>
) => Effect.flatMap(AgentScripted.makeWorld(script), (world) => Effect.provide(body(world), world.layer))

const opened = Effect.gen(function* () {
  const agent = yield* Effect.flatMap(Agent, (engine) => engine.open(spec()))
  return { agent, told: yield* listen(agent) }
})

describe("A scripted agent", () => {
  it.effect("echoes a prompt as a turn", () =>
    inWorld(AgentScripted.echo, () =>
      Effect.gen(function* () {
        const { agent, told } = yield* opened
        yield* agent.send(turn("hello"))
        const ended = yield* told.next("TurnEnded")
        assert.strictEqual(ended.text, "You said: hello")
        assert.deepStrictEqual(
          told.events().map(({ _tag }) => _tag),
          ["TurnStarted", "PromptReceived", "TextDelta", "Text", "TurnEnded"]
        )
      })
    )
  )

  it.effect("runs a prompt once, however often it is written", () =>
    inWorld(AgentScripted.echo, (world) =>
      Effect.gen(function* () {
        const { agent, told } = yield* opened
        const once = turn("hello")
        yield* agent.send(once)
        yield* told.next("TurnEnded")
        yield* agent.send(once)
        yield* told.next("PromptReceived", undefined, told.entries.length)
        assert.lengthOf(told.all("TurnEnded"), 1)
        assert.lengthOf(world.processes.get(processId)?.written ?? [], 2)
      })
    )
  )

  it.effect("can be interrupted, and lives on", () =>
    inWorld(
      (prompt, stage) => (prompt.text === "hang" ? Effect.never : stage.say("fine")),
      () =>
        Effect.gen(function* () {
          const { agent, told } = yield* opened
          yield* agent.send(turn("hang"))
          yield* told.next("PromptReceived")
          yield* agent.interrupt
          assert.strictEqual((yield* told.next("TurnEnded")).outcome, "interrupted")
          yield* agent.send(turn("go on"))
          assert.strictEqual((yield* told.next("TurnEnded", ({ text }) => text === "fine")).outcome, "completed")
        })
    )
  )

  it.effect("absorbs a steered prompt where its script does, and asks where its script asks", () =>
    inWorld(
      Effect.fnUntraced(function* (_, stage) {
        const steered = yield* stage.absorb
        const answer = yield* stage.ask({ _tag: "Permission", toolUseId: "t", tool: "Bash", input: {} })
        yield* stage.say(`${steered.text}: ${answer._tag}`)
      }),
      () =>
        Effect.gen(function* () {
          const { agent, told } = yield* opened
          yield* agent.send(turn("begin"))
          yield* agent.steer(promptId(), "more")
          const { requestId } = yield* told.next("Requested")
          yield* agent.answer("unknown", { _tag: "Deny", message: "" })
          yield* agent.answer(requestId, { _tag: "Deny", message: "no" })
          assert.strictEqual((yield* told.next("TurnEnded")).text, "more: Deny")
          assert.lengthOf(told.all("PromptReceived"), 2)
        })
    )
  )

  it.effect("is taken over from a cursor, outliving the layer it was opened with", () =>
    inWorld(AgentScripted.echo, (world) =>
      Effect.gen(function* () {
        const cursor = yield* Effect.scoped(
          Effect.gen(function* () {
            const { agent, told } = yield* opened
            yield* agent.send(turn("one"))
            yield* told.next("TurnEnded")
            return told.entries.at(-1)?.cursor ?? null
          })
        )
        const adopted = yield* Effect.flatMap(Agent, (engine) =>
          engine.adopt({ processId, cursor, since: 0, costTotal: 0 })
        ).pipe(Effect.provide(world.layer))
        assert.isDefined(adopted)
        if (adopted === undefined) return
        const told = yield* listen(adopted)
        yield* adopted.send(turn("two"))
        assert.strictEqual((yield* told.next("TurnEnded")).text, "You said: two")
        assert.lengthOf(told.all("TurnEnded"), 1)
      })
    )
  )

  it.effect("ends at once when its session is missing, and fails what is asked of it then", () =>
    inWorld(AgentScripted.echo, () =>
      Effect.gen(function* () {
        const engine = yield* Agent
        const agent = yield* engine.open(spec({ _tag: "Resume", sessionId: SessionId.make("nowhere") }))
        const told = yield* listen(agent)
        assert.strictEqual((yield* told.next("Exited")).failure?.kind, "session_missing")
        assert.strictEqual((yield* Effect.flip(agent.send(turn("x"))))._tag, "AgentGone")
      })
    )
  )
})
