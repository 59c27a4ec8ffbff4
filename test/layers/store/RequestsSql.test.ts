import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import type { AgentAnswer } from "../../../src/domain/AgentEvent.ts"
import type { ApprovalId } from "../../../src/domain/Ids.ts"
import { Requests } from "../../../src/services/Requests.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { approval, events, fresh, openRoom, processId, request, run, runId } from "./support.ts"

const deny: AgentAnswer = { _tag: "Deny", message: "no" }
const begin = Effect.andThen(
  openRoom(),
  Runs.use((runs) => runs.insert(run("r1")))
)
const id = (text: string) => text as ApprovalId

describe("a request", () => {
  it.effect("is stored as unanswered when it is met, and keeps its first answer", () =>
    Effect.gen(function* () {
      const requests = yield* Requests
      yield* begin
      const asked = request("q1", { run_id: runId("r1") })
      assert.deepStrictEqual(yield* requests.meet(asked), { ...asked, answer: null })
      yield* requests.answer(processId, "q1", deny)
      yield* requests.answer(processId, "q1", { _tag: "Allow", input: {} })
      assert.deepStrictEqual(yield* requests.meet(request("q1")), { ...asked, answer: deny })
      assert.deepStrictEqual(yield* requests.ofRun(runId("r1")), [{ ...asked, answer: deny }])
    }).pipe(Effect.provide(fresh))
  )
})

describe("an approval", () => {
  it.effect("is opened once for a request, and told", () =>
    Effect.gen(function* () {
      const requests = yield* Requests
      yield* begin
      const first = yield* requests.ask(approval("q1"))
      assert.deepStrictEqual(first, {
        ...approval("q1"),
        status: "pending",
        message: null,
        decided_at: null,
        decided_by: null
      })
      assert.deepStrictEqual(yield* requests.ask(approval("q1", { approval_id: id("another") })), first)
      assert.deepStrictEqual(yield* requests.approval(first.approval_id), first)
      assert.deepStrictEqual(yield* requests.approval(id("another")), undefined)
      assert.deepStrictEqual(
        (yield* events).map(({ type, run_id, data }) => ({ type, run_id, data })),
        [
          {
            type: "approval.requested",
            run_id: runId("r1"),
            data: {
              approval_id: "approval-q1",
              request: { ...approval("q1").request },
              cwd: "/work",
              always: { rule: "Bash(ls)", meaning: "exactly this command and no other" },
              status: "pending",
              created_at: "1970-01-01T00:00:00.001Z",
              expires_at: "1970-01-01T00:00:01.000Z",
              decided_at: null
            }
          }
        ]
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("keeps a part of its answer until it is decided", () =>
    Effect.gen(function* () {
      const requests = yield* Requests
      yield* begin
      const { approval_id } = yield* requests.ask(approval("q1"))
      assert.isTrue(yield* requests.note(approval_id, "half"))
      assert.deepInclude(yield* requests.approval(approval_id), { status: "pending", message: "half" })
      yield* requests.decide(approval_id, "allowed", "whole")
      assert.isFalse(yield* requests.note(approval_id, "late"))
      assert.deepInclude(yield* requests.approval(approval_id), { status: "allowed", message: "whole" })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is decided once, by whoever comes first", () =>
    Effect.gen(function* () {
      const requests = yield* Requests
      yield* begin
      yield* TestClock.setTime(50)
      const { approval_id } = yield* requests.ask(approval("q1"))
      const both = [
        requests.decide(approval_id, "denied", "not now", "Ada"),
        requests.decide(approval_id, "allowed", null)
      ]
      assert.deepStrictEqual(yield* Effect.all(both, { concurrency: "unbounded" }), [true, false])
      assert.isFalse(yield* requests.decide(id("unknown"), "allowed", null))
      const decided = yield* requests.approval(approval_id)
      assert.deepInclude(decided, { status: "denied", message: "not now", decided_at: 50, decided_by: "Ada" })
      const told = (yield* events).map(({ type, data }) => [type, (data as { status: string }).status])
      assert.deepStrictEqual(told, [
        ["approval.requested", "pending"],
        ["approval.decided", "denied"]
      ])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is listed with its run, oldest first", () =>
    Effect.gen(function* () {
      const requests = yield* Requests
      yield* begin
      yield* requests.ask(approval("q1", { created_at: 9 }))
      yield* requests.ask(approval("q2", { created_at: 8 }))
      const listed = yield* requests.approvals(runId("r1"))
      assert.deepStrictEqual(
        listed.map(({ request_id }) => request_id),
        ["q2", "q1"]
      )
    }).pipe(Effect.provide(fresh))
  )
})
