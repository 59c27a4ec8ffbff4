/** What agents had asked, and what was written into their turns, when a supervisor ended. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Sentence from "../../src/domain/Sentence.ts"
import { Requests } from "../../src/services/Requests.ts"
import type { Script } from "../../src/services/AgentScriptedProcess.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"
import { asking, permission, working } from "../support/Scripts.ts"

const { asked, decide, ended, pass, post, prompted, room, runs, said, serving, settle } = House

const call = { _tag: "Tool", message: { jsonrpc: "2.0", id: 1, method: "tools/call" } } as const

/** A supervisor that ends while its agent waits for a person. */
const endsWhileAsking = Effect.fnUntraced(function* (script: Script = asking()) {
  const { when } = yield* Outside
  when("may I", script)
  return yield* serving(
    Effect.gen(function* () {
      const here = yield* room("room", { container_timeout_sec: 600 })
      yield* post(here, "may I")
      return { here, approval: yield* asked(here) }
    })
  )
})

describe("A supervisor that comes back", () => {
  it.effect("gives the answer of a tool again that was carried out, and does not carry it out twice", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.when("work", (_, stage) => Effect.andThen(stage.ask(call), stage.say("Done.")))
      world.knobs.agent = (agent) => ({ ...agent, answer: () => Effect.void })
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          yield* post(here, "work")
          yield* House.until(
            "a tool call",
            Effect.sync(() => world.toolCalls.length === 1)
          )
          yield* settle
          return here
        })
      )
      world.knobs.agent = (agent) => agent
      yield* serving(ended(here))
      yield* serving(
        Effect.gen(function* () {
          assert.deepStrictEqual(yield* said(here), ["Done."])
          assert.lengthOf(world.toolCalls, 1)
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("gives the first answer to a tool call that comes a second time, and does not carry it out again", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const tool = working()
      const requested = { _tag: "Requested", requestId: "q1", request: call } as const
      const answers: Array<unknown> = []
      world.knobs.agent = (agent) => ({
        ...agent,
        answer: (id, given) =>
          Effect.andThen(
            agent.answer(id, given),
            Effect.sync(() => void answers.push(given))
          )
      })
      world.when("work", (prompt, stage) =>
        stage.tell(requested).pipe(Effect.andThen(tool.script(prompt, stage)), Effect.andThen(stage.tell(requested)))
      )
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          yield* post(here, "work")
          yield* House.until(
            "an answer",
            Effect.sync(() => answers.length === 1)
          )
          return here
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* tool.release
          yield* ended(here)
          assert.lengthOf(world.toolCalls, 1)
          // After the take-over, and when it was asked again.
          assert.deepStrictEqual(answers, [answers[0], answers[0], answers[0]])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("carries a tool call out that came while nobody was there", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const tool = working()
      world.when("work", (prompt, stage) =>
        tool.script(prompt, stage).pipe(Effect.andThen(stage.ask(call)), Effect.andThen(stage.say("Called.")))
      )
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          yield* post(here, "work")
          yield* prompted("work")
          return here
        })
      )
      yield* tool.release
      yield* settle
      assert.lengthOf(world.toolCalls, 0)
      yield* serving(
        Effect.gen(function* () {
          yield* ended(here)
          assert.strictEqual((yield* said(here)).at(-1), "Called.")
          assert.lengthOf(world.toolCalls, 1)
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("gives the answer that a person gave while nobody was there to hear it", () =>
    Effect.gen(function* () {
      const { approval, here } = yield* endsWhileAsking()
      yield* serving(
        Effect.gen(function* () {
          // Stored, and the word to the actor lost.
          yield* Requests.use((requests) => requests.decide(approval.approval_id, "denied", "Not now."))
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* ended(here)
          assert.deepStrictEqual(yield* said(here), ["Denied: Not now."])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("goes on waiting for a person, without a slot and without the clock", () =>
    Effect.gen(function* () {
      const { approval, here } = yield* endsWhileAsking()
      yield* serving(
        Effect.gen(function* () {
          const there = yield* room("there")
          yield* post(there, "hello")
          yield* ended(there)
          assert.strictEqual((yield* runs(here))[0]?.status, "waiting")
          yield* pass(14 * 60, 20)
          assert.strictEqual((yield* runs(here))[0]?.status, "waiting")
          yield* decide(approval, "allow")
          yield* ended(here)
          assert.deepStrictEqual(yield* said(here), ["Allow"])
        })
      )
    }).pipe(Effect.provide(outside({ max_concurrent_runs: 1, max_kept_processes: 4 })))
  )

  it.effect("lets a question expire at its time", () =>
    Effect.gen(function* () {
      const { here } = yield* endsWhileAsking()
      yield* pass(890, 890)
      yield* serving(
        Effect.gen(function* () {
          yield* pass(15)
          yield* ended(here)
          assert.strictEqual((yield* said(here))[0], Sentence.approvalExpired(900))
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("leaves a run the time that it had not used, waiting for a person not counted", () =>
    Effect.gen(function* () {
      const { approval, here } = yield* endsWhileAsking((_, stage) =>
        Effect.andThen(stage.ask(permission()), Effect.andThen(Effect.sleep("5 minutes"), stage.say("Done.")))
      )
      yield* serving(
        Effect.gen(function* () {
          yield* pass(800, 20)
          yield* decide(approval, "allow")
          yield* settle
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* pass(5 * 60, 10)
          assert.strictEqual((yield* ended(here)).status, "completed")
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})
