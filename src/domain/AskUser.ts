/**
 * The tool `ask_user` of a run: the same question to a person as one of the agent's own engine, shown, waited for and
 * answered as that is. Only the words in which it comes and in which its answer goes back are those of a tool.
 */
import { Option, Schema } from "effect"
import type { AgentAnswer, AgentRequest } from "./AgentEvent.ts"

export const name = "ask_user"

/** The tool's arguments. */
export const Input = Schema.Struct({
  question: Schema.NonEmptyString.annotate({ description: "The question, in the words of the people you ask" }),
  options: Schema.optionalKey(
    Schema.Array(Schema.NonEmptyString).annotate({
      description: "Answers to choose from; any other text stays possible"
    })
  )
})

const Call = Schema.Struct({
  jsonrpc: Schema.Literal("2.0"),
  id: Schema.Union([Schema.String, Schema.Finite]),
  method: Schema.Literal("tools/call"),
  params: Schema.Struct({ name: Schema.Literal(name), arguments: Input })
})
const decode = Schema.decodeUnknownOption(Call)

type Question = Extract<AgentRequest, { _tag: "Question" }>

/** A call of the tool as a question; any other request, also a call with wrong arguments, as it is. */
export const asQuestion = (request: AgentRequest): AgentRequest => {
  if (request._tag !== "Tool") return request
  const call = Option.getOrUndefined(decode(request.message))
  if (call === undefined) return request
  const { options = [], question } = call.params.arguments
  const asked = { question, options, multiple: false }
  return { _tag: "Question", toolUseId: "", questions: [asked], input: request.message, via: "tool" }
}

/** The answer to the call; `text` undefined: nobody answered, for that reason. */
export const answerOf = (
  request: Question,
  answer: { readonly text: string } | { readonly reason: string }
): AgentAnswer => {
  const call = Option.getOrUndefined(decode(request.input))
  const given = "text" in answer
  const text = given ? answer.text : `${answer.reason} Go on without the answer, or say what you need in your text.`
  const result = { content: [{ type: "text", text }], isError: !given }
  return { _tag: "Tool", message: { jsonrpc: "2.0", id: call?.id ?? null, result } }
}
