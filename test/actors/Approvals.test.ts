/** What an agent asks a person: allowed, denied, allowed always, expired; and what stands still meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Sentence from "../../src/domain/Sentence.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { asking, permission } from "../support/Scripts.ts"

const { asked, decide, ended, house, pass, post, room, runs, said, settle } = House

/** A channel whose agent asks for something and waits for the answer. */
const askingRoom = Effect.gen(function* () {
  const outside = yield* Outside
  outside.when("may I", asking())
  const here = yield* room("room")
  yield* post(here, "may I")
  return { outside, here, approval: yield* asked(here) }
})

describe("An agent that asks", () => {
  it.effect("goes on when it is allowed to", () =>
    house(
      Effect.gen(function* () {
        const { approval, here } = yield* askingRoom
        assert.strictEqual((yield* runs(here))[0]?.status, "waiting")
        yield* decide(approval, "allow")
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Allow"])
      })
    )
  )

  it.effect("is told no in the person's own words", () =>
    house(
      Effect.gen(function* () {
        const { approval, here } = yield* askingRoom
        yield* decide(approval, "deny", "Not on main.")
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Denied: Not on main."])
      })
    )
  )

  it.effect("is not asked again about what was allowed always, also not in the same turn", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("twice", (_, stage) =>
          stage.ask(permission()).pipe(
            Effect.andThen(stage.ask(permission())),
            Effect.flatMap(({ _tag }) => stage.say(_tag))
          )
        )
        outside.when("may I", asking())
        const here = yield* room("room", { allowed_tools: ["Read"] })
        yield* post(here, "twice")
        const approval = yield* asked(here)
        yield* decide(approval, "allow_always")
        yield* ended(here)
        yield* post(here, "may I")
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* said(here), ["Allow", "Allow"])
      })
    )
  )

  it.effect("for two things at once goes on when both are answered", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("both", (_, stage) =>
          Effect.all([stage.ask(permission("Bash")), stage.ask(permission("Write"))], { concurrency: 2 }).pipe(
            Effect.flatMap((answers) => stage.say(answers.map(({ _tag }) => _tag).join(", ")))
          )
        )
        const here = yield* room("room")
        yield* post(here, "both")
        const newest = yield* House.until(
          "both approvals",
          Effect.map(
            asked(here),
            (approval) => approval.request._tag === "Permission" && approval.request.tool === "Write" && approval
          )
        )
        yield* decide(newest, "deny")
        yield* settle
        assert.strictEqual((yield* runs(here))[0]?.status, "waiting")
        const other = yield* asked(here)
        assert.notStrictEqual(other.approval_id, newest.approval_id)
        yield* decide(other, "allow")
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Allow, Deny"])
      })
    )
  )

  it.effect("is denied, and the channel told, when nobody answers in time", () =>
    house(
      Effect.gen(function* () {
        const { approval, here } = yield* askingRoom
        yield* pass(899, 20)
        assert.strictEqual((yield* House.approvalOf(approval))?.status, "pending")
        yield* pass(2)
        yield* ended(here)
        const sentence = Sentence.approvalExpired(900)
        assert.strictEqual((yield* House.approvalOf(approval))?.status, "expired")
        assert.deepStrictEqual(yield* said(here), [sentence, `Denied: ${sentence}`])
      })
    )
  )

  it.effect("can have an answer once; who comes second is told what it was", () =>
    house(
      Effect.gen(function* () {
        const { approval, here } = yield* askingRoom
        yield* decide(approval, "deny")
        const refused = yield* Effect.flip(decide(approval, "allow"))
        assert.deepInclude(refused, { reason: "conflict", message: "That was answered already: it is denied." })
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Denied: The user denied this."])
      })
    )
  )

  it.effect("keeps its run's time while it waits", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("slowly", (_, stage) =>
          Effect.sleep("4 minutes").pipe(
            Effect.andThen(stage.ask(permission())),
            Effect.andThen(Effect.sleep("5 minutes")),
            Effect.andThen(stage.say("Done."))
          )
        )
        const here = yield* room("room", { container_timeout_sec: 600 })
        yield* post(here, "slowly")
        yield* pass(4 * 60, 10)
        const approval = yield* asked(here)
        yield* pass(14 * 60, 20)
        yield* decide(approval, "allow")
        yield* pass(5 * 60, 10)
        assert.strictEqual((yield* ended(here)).status, "completed")
      })
    )
  )

  it.effect("has the rest of its time after the answer, and no more", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("slowly", (_, stage) =>
          Effect.sleep("4 minutes").pipe(Effect.andThen(stage.ask(permission())), Effect.andThen(Effect.never))
        )
        const here = yield* room("room", { container_timeout_sec: 600 })
        yield* post(here, "slowly")
        yield* pass(4 * 60, 10)
        const approval = yield* asked(here)
        yield* pass(60, 20)
        yield* decide(approval, "allow")
        yield* pass(6 * 60 - 5, 5)
        assert.strictEqual((yield* runs(here))[0]?.status, "running")
        yield* pass(8)
        assert.strictEqual((yield* ended(here)).status, "timed_out")
      })
    )
  )

  it.effect("in a turn that nobody asked for reaches nobody", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        yield* post(here, "hello")
        yield* ended(here)
        const [process] = outside.processes()
        yield* (
          process?.begin((stage) => Effect.andThen(stage.say("I woke up."), stage.ask(permission()))) ?? Effect.void
        )
        yield* settle
        assert.lengthOf(yield* runs(here), 1)
        assert.deepStrictEqual(yield* said(here), ["Answer to: hello"])
        assert.strictEqual(process?.log.at(-1)?.event._tag, "TurnEnded")
      })
    )
  )
})
