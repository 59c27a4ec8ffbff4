/** What goes wrong, how often it is tried again, and the sentence in which it ends. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { continuation, continuationOf } from "../../src/domain/Prompt.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import { AgentGone } from "../../src/services/Agent.ts"
import { Processes } from "../../src/services/Processes.ts"
import { SandboxError } from "../../src/services/Sandbox.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking, tool, writing } from "../support/Scripts.ts"

const { asked, ended, heard, house, post, room, said, states } = House

const modesOf = (outside: Outside["Service"]) => outside.processes().map(({ spec }) => spec.session._tag)

describe("A process that ends in the middle of a turn", () => {
  it.effect("is followed by another one, which goes on in the same session without the prompt again", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", (_, stage) => Effect.andThen(stage.say("Half."), stage.exit(137)))
        outside.when(continuation, (_, stage) => stage.say("The other half."))
        const here = yield* room("room")
        yield* post(here, "work")
        const run = yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Half.", Sentence.boxLost, "The other half."])
        assert.deepStrictEqual(outside.prompts(), ["work", continuation])
        assert.deepStrictEqual(modesOf(outside), ["New", "Resume"])
        assert.deepInclude(run, { attempt: 2, defects: 0, status: "completed" })
        assert.lengthOf(yield* Processes.use(({ list }) => list), 1)
      })
    )
  )

  it.effect("before it has said a word goes on in the same session, too", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", (_, stage) => tool(stage, "Bash", stage.exit(137)))
        outside.when(continuation, (_, stage) => stage.say("Done."))
        const here = yield* room("room")
        yield* post(here, "work")
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), [Sentence.boxLost, "Done."])
        assert.deepStrictEqual(outside.prompts(), ["work", continuation])
        assert.deepStrictEqual(modesOf(outside), ["New", "Resume"])
      })
    )
  )

  it.effect(
    "and whose session did not keep the prompt has it again with word of the restart, not as if it were new",
    () =>
      house(
        Effect.gen(function* () {
          const outside = yield* Outside
          outside.when("work", ({ text }, stage) =>
            text === "Ada: work" ? Effect.andThen(outside.loseSessions, stage.exit(137)) : stage.say("Done.")
          )
          const here = yield* room("room")
          yield* post(here, "work")
          yield* ended(here)
          assert.deepStrictEqual(yield* said(here), [Sentence.boxLost, "Done."])
          assert.deepStrictEqual(
            outside.processes().flatMap(({ written }) => written.map(({ text }) => text)),
            ["Ada: work", continuationOf("Ada: work")]
          )
        })
      )
  )

  it.effect("before it has read the prompt gets it again, under the same uuid", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        let first = true
        outside.knobs.agent = (agent) => {
          if (!first) return agent
          first = false
          return { ...agent, send: () => agent.kill }
        }
        const here = yield* room("room")
        yield* post(here, "work")
        const run = yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Answer to: work"])
        assert.deepStrictEqual(
          outside.processes().map(({ written }) => written.map(({ promptId }) => promptId)),
          [[], [run.prompt_id]]
        )
      })
    )
  )

  it.effect("is given up where it takes no prompt and says nothing either", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        let first = true
        outside.knobs.agent = (agent) => {
          if (!first) return agent
          first = false
          return { ...agent, send: () => new AgentGone({ process_id: agent.processId, detail: "no answer" }) }
        }
        const here = yield* room("room")
        yield* post(here, "work")
        yield* House.pass(10)
        assert.deepInclude(yield* ended(here), { attempt: 2, stalls: 0, status: "completed" })
        assert.deepStrictEqual(
          outside.processes().map(({ alive }) => alive()),
          [false, true]
        )
      })
    )
  )

  it.effect("time and again ends the run after five restarts, with both counters named", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", (_, stage) => stage.exit(1))
        outside.when(continuation, (_, stage) => stage.exit(1))
        const here = yield* room("room")
        yield* post(here, "work")
        const run = yield* ended(here)
        assert.deepInclude(run, { attempt: 6, stalls: 5, defects: 0, status: "failed" })
        assert.strictEqual(run.reason, Sentence.gaveUpRestarts(5, 0, Sentence.exit(1, "")))
        assert.strictEqual((yield* said(here)).at(-1), run.reason)
        assert.deepStrictEqual(yield* states(here), { work: "failed" })
        assert.lengthOf(outside.processes(), 5)
      })
    )
  )

  it.effect("is no stall where it had got on meanwhile", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        let exits = 0
        const stumble = (): boolean => ++exits <= 8
        outside.when("work", (_, stage) => stage.exit(1))
        outside.when(continuation, (_, stage) =>
          Effect.andThen(
            stage.say(`Step ${exits}.`),
            Effect.suspend(() => (stumble() ? stage.exit(1) : Effect.void))
          )
        )
        const here = yield* room("room")
        yield* post(here, "work")
        assert.deepInclude(yield* ended(here), { attempt: 10, status: "completed" })
      })
    )
  )

  it.effect("takes what it had asked with it: the next one is answered for itself", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", asking())
        outside.when(continuation, asking())
        const here = yield* room("room")
        yield* post(here, "work")
        const first = yield* asked(here)
        yield* outside.processes()[0]?.die ?? Effect.void
        const second = yield* House.until(
          "another approval",
          Effect.map(asked(here), (approval) => approval.approval_id !== first.approval_id && approval)
        )
        assert.strictEqual((yield* House.approvalOf(first))?.status, "withdrawn")
        yield* House.decide(second, "allow")
        yield* ended(here)
        assert.strictEqual((yield* said(here)).at(-1), "Allow")
      })
    )
  )
})

describe("A fault of our own", () => {
  it.effect("is tried three times, then said in a sentence with both counters and without a stack", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        let tries = 0
        outside.knobs.opening = () => Effect.suspend(() => Effect.die(new Error(`broken ${++tries}`)))
        const here = yield* room("room")
        yield* post(here, "work")
        const run = yield* ended(here)
        assert.strictEqual(tries, 3)
        assert.deepInclude(run, { defects: 3, stalls: 0, status: "failed" })
        assert.deepStrictEqual(yield* said(here), [Sentence.gaveUpDefects(3, 0, "broken 3")])
        outside.knobs.opening = () => Effect.void
        yield* post(here, "again")
        assert.strictEqual((yield* ended(here, 2)).status, "completed")
      })
    )
  )

  it.effect("in the middle of a turn costs a try and the process, and the turn is answered all the same", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        let broken = true
        outside.knobs.tool = () => {
          if (!broken) return Effect.succeed({})
          broken = false
          return Effect.die(new Error("a bad tool"))
        }
        const call = { _tag: "Tool", message: { jsonrpc: "2.0", id: 1, method: "tools/call" } } as const
        outside.when("work", (_, stage) => Effect.andThen(stage.ask(call), stage.say("Never.")))
        outside.when(continuation, (_, stage) => Effect.andThen(stage.ask(call), stage.say("Done.")))
        const here = yield* room("room")
        yield* post(here, "work")
        assert.deepInclude(yield* ended(here), { defects: 1, status: "completed" })
        assert.deepStrictEqual((yield* said(here)).at(-1), "Done.")
        assert.deepStrictEqual(
          outside.processes().map(({ alive }) => alive()),
          [false, true]
        )
      })
    )
  )
})

describe("A box that cannot be had", () => {
  it.effect("fails the run at once with what to do about it, and the next message is tried anew", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.opening = () =>
          Effect.fail(new SandboxError({ reason: "no_engine", target: "/run/docker.sock", detail: "refused" }))
        const here = yield* room("room")
        yield* post(here, "work")
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), [Sentence.sandbox("no_engine", "/run/docker.sock", "refused")])
        assert.deepStrictEqual(yield* Processes.use(({ list }) => list), [])
        assert.strictEqual(outside.sockets.size, 0)
        outside.knobs.opening = () => Effect.void
        yield* post(here, "again")
        assert.strictEqual((yield* ended(here, 2)).status, "completed")
      })
    )
  )
})

describe("Storage that fails in the middle of a run", () => {
  it.effect("loses neither the message nor a word of its answer: the next sweep takes the same process over", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const first = writing("Half.")
        outside.when("work", first.script)
        const here = yield* room("room")
        yield* post(here, "work")
        yield* heard("Half.")
        yield* House.breakStorage
        yield* first.release
        yield* House.until(
          "that it is let go",
          Effect.sync(() => outside.sockets.size === 0)
        )
        yield* House.mendStorage
        assert.deepStrictEqual(yield* states(here), { work: "running" })
        yield* House.pass(61)
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Half."])
        assert.lengthOf(outside.processes(), 1)
      })
    )
  )
})
