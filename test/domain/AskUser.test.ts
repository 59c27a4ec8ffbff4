import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { type AgentAnswer, AgentRequest } from "../../src/domain/AgentEvent.ts"
import { answerOf } from "../../src/domain/Approval.ts"
import { asQuestion } from "../../src/domain/AskUser.ts"

const call = (args: object, name = "ask_user") =>
  ({
    _tag: "Tool",
    message: { jsonrpc: "2.0", id: 7, method: "tools/call", params: { name, arguments: args } }
  }) as AgentRequest

const result = (text: string, isError: boolean): AgentAnswer => ({
  _tag: "Tool",
  message: { jsonrpc: "2.0", id: 7, result: { content: [{ type: "text", text }], isError } }
})

describe("ask_user", () => {
  const asked = asQuestion(call({ question: "Which colour?", options: ["Red", "Blue"] }))

  it("is a question to a person, like the engine's own", () => {
    assert.deepInclude(asked, {
      _tag: "Question",
      questions: [{ question: "Which colour?", options: ["Red", "Blue"], multiple: false }]
    })
    assert.deepStrictEqual(Schema.decodeUnknownSync(AgentRequest)(JSON.parse(JSON.stringify(asked))), asked)
  })

  it.each([
    call({ question: "" }),
    call({}),
    call({ question: "Well?" }, "send_message"),
    { _tag: "Tool", message: null }
  ])("is not seen in another request: %j", (request) => {
    assert.strictEqual(asQuestion(request as AgentRequest), request)
  })

  it("is answered as a tool, with the person's words or the first option", () => {
    assert.deepStrictEqual(answerOf(asked, "allowed", "Green, please"), result("Green, please", false))
    assert.deepStrictEqual(answerOf(asked, "allowed", null), result("Red", false))
    assert.deepStrictEqual(answerOf(asQuestion(call({ question: "Go on?" })), "allowed", null), result("yes", false))
  })

  it("tells the agent as a tool's failure that nobody answered, and what to do", () => {
    const more = " Go on without the answer, or say what you need in your text."
    assert.deepStrictEqual(
      answerOf(asked, "expired", "Nobody answered within 1 second."),
      result(`Nobody answered within 1 second.${more}`, true)
    )
    assert.deepStrictEqual(answerOf(asked, "denied", null), result(`The user denied this.${more}`, true))
  })
})
