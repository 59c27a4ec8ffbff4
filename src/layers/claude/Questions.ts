/** The agent's questions and their answers, from and to the control protocol. */
import { Option, Schema } from "effect"
import type { AgentAnswer, AgentRequest } from "../../domain/AgentEvent.ts"
import type { ControlRequest } from "./Lines.ts"

const QuestionInput = Schema.Struct({
  questions: Schema.Array(
    Schema.Struct({
      question: Schema.String,
      multiSelect: Schema.optionalKey(Schema.Boolean),
      options: Schema.optionalKey(Schema.Array(Schema.Struct({ label: Schema.String })))
    })
  )
})
const decodeQuestions = Schema.decodeUnknownOption(QuestionInput)
const decodePlan = Schema.decodeUnknownOption(Schema.Struct({ plan: Schema.String }))

/** What the agent asks; undefined where this version does not know the kind of question. */
export const requestOf = ({ request }: ControlRequest): AgentRequest | undefined => {
  if (request.subtype === "mcp_message") return { _tag: "Tool", message: request.message ?? null }
  if (request.subtype !== "can_use_tool") return undefined
  const { tool_name: tool = "", tool_use_id: toolUseId = "" } = request
  const input = request.input ?? {}
  const common = { toolUseId: toolUseId ?? "", input }
  if (tool === "ExitPlanMode") {
    const plan = Option.match(decodePlan(input), { onNone: () => "", onSome: (found) => found.plan })
    return { _tag: "Plan", ...common, plan }
  }
  const asked = tool === "AskUserQuestion" ? decodeQuestions(input) : Option.none()
  if (Option.isSome(asked)) {
    const questions = asked.value.questions.map(({ question, multiSelect = false, options = [] }) => ({
      question,
      options: options.map(({ label }) => label),
      multiple: multiSelect
    }))
    return { _tag: "Question", ...common, questions }
  }
  return { _tag: "Permission", ...common, tool: tool ?? "" }
}

const fields = (input: Schema.Json): Schema.JsonObject =>
  typeof input === "object" && input !== null && !Array.isArray(input) ? (input as Schema.JsonObject) : {}

const body = (answer: AgentAnswer): Schema.Json => {
  switch (answer._tag) {
    case "Allow":
      return { behavior: "allow", updatedInput: answer.input }
    case "Deny":
      return { behavior: "deny", message: answer.message }
    case "Answers":
      return { behavior: "allow", updatedInput: { ...fields(answer.input), answers: answer.answers } }
    case "Tool":
      // A notification wants an answer too, though it says nothing.
      return { mcp_response: answer.message ?? { jsonrpc: "2.0", id: 0, result: {} } }
  }
}

/** The line that answers a question. */
export const answerLine = (requestId: string, answer: AgentAnswer): Schema.Json => ({
  type: "control_response",
  response: { subtype: "success", request_id: requestId, response: body(answer) }
})

/** The line that tells the engine that nobody here understands its question, so that it does not wait. */
export const refusalLine = (requestId: string): Schema.Json => ({
  type: "control_response",
  response: { subtype: "error", request_id: requestId, error: "This request is not supported." }
})
