import { assert, describe, it } from "@effect/vitest"
import type { AgentRequest } from "../../src/domain/AgentEvent.ts"
import { answerOf, waitedMs } from "../../src/domain/Approval.ts"

const permission: AgentRequest = { _tag: "Permission", toolUseId: "t", tool: "Bash", input: { command: "ls" } }
const ask = (...questions: ReadonlyArray<string>): AgentRequest => ({
  _tag: "Question",
  toolUseId: "t",
  questions: questions.map((question) => ({ question, options: ["red", "green"], multiple: false })),
  input: {}
})

describe("a decision as an answer to the agent", () => {
  it("lets a tool be used with its own input", () => {
    assert.deepStrictEqual(answerOf(permission, "allowed", null), { _tag: "Allow", input: { command: "ls" } })
  })

  it("approves a plan, and agrees to a question that has no options", () => {
    const plan: AgentRequest = { _tag: "Plan", toolUseId: "t1", plan: "1. look", input: { plan: "1. look" } }
    assert.deepStrictEqual(answerOf(plan, "allowed_always", null), { _tag: "Allow", input: { plan: "1. look" } })
    const open: AgentRequest = {
      _tag: "Question",
      toolUseId: "t1",
      questions: [{ question: "Go on?", options: [], multiple: false }],
      input: {}
    }
    assert.deepInclude(answerOf(open, "allowed", null), { answers: { "Go on?": "yes" } })
  })

  it.each(["denied", "expired", "withdrawn"] as const)(
    "says no when it is %s, in the person's words if any",
    (status) => {
      assert.deepStrictEqual(answerOf(permission, status, "not now"), { _tag: "Deny", message: "not now" })
      assert.deepStrictEqual(answerOf(permission, status, null), { _tag: "Deny", message: "The user denied this." })
    }
  )

  it("gives the person's words as the answer to a question, also when they look like JSON", () => {
    const answer = (message: string | null) => answerOf(ask("Which?"), "allowed", message)
    assert.deepInclude(answer("green"), { answers: { "Which?": "green" } })
    assert.deepInclude(answer('{"Which?":"x"}'), { answers: { "Which?": '{"Which?":"x"}' } })
    assert.deepInclude(answer(null), { answers: { "Which?": "red" } })
  })

  it("gives several questions an answer each, or all the same one", () => {
    const answer = (message: string) => answerOf(ask("A?", "B?"), "allowed", message)
    assert.deepInclude(answer('{"A?":"green","B?":"blue"}'), { answers: { "A?": "green", "B?": "blue" } })
    assert.deepInclude(answer('{"A?":"green"}'), { answers: { "A?": "green", "B?": "red" } })
    assert.deepInclude(answer("both"), { answers: { "A?": "both", "B?": "both" } })
  })
})

describe("the time that approvals waited", () => {
  const open = (created_at: number, decided_at: number | null) => ({ created_at, decided_at })

  it("is the sum of each", () => {
    assert.strictEqual(waitedMs([], 100), 0)
    assert.strictEqual(waitedMs([open(10, 20), open(50, null)], 100), 60)
  })

  it("counts once what several waited together, in whatever order they are given", () => {
    assert.strictEqual(waitedMs([open(15, 30), open(10, 40), open(20, 50)], 100), 40)
  })
})
