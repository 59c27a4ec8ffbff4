/** What a person's decision means as an answer to the agent. */
import { Option, Schema } from "effect"
import type { AgentAnswer, AgentRequest } from "./AgentEvent.ts"

const denial = "The user denied this."

const perQuestion = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)))

/**
 * `message`: the person's own words; for a question the answer itself, for several questions a JSON object with a text
 * for each of them.
 */
export const answerOf = (
  request: AgentRequest,
  status: "allowed" | "allowed_always" | "denied" | "expired" | "withdrawn",
  message: string | null
): AgentAnswer => {
  const allowed = status === "allowed" || status === "allowed_always"
  if (!allowed || request._tag === "Tool") return { _tag: "Deny", message: message ?? denial }
  if (request._tag !== "Question") return { _tag: "Allow", input: request.input }
  const several = request.questions.length > 1 ? Option.getOrUndefined(perQuestion(message)) : undefined
  const answers = Object.fromEntries(
    request.questions.map(({ question, options }) => {
      return [question, several?.[question] ?? (several === undefined ? message : null) ?? options[0] ?? "yes"]
    })
  )
  return { _tag: "Answers", answers, input: request.input }
}
