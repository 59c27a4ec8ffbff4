/** What a person's decision means as an answer to the agent. */
import type { AgentAnswer, AgentRequest } from "./AgentEvent.ts"

const denial = "The user denied this."

/** `message`: the person's own words; for a question the answer itself. */
export const answerOf = (
  request: AgentRequest,
  status: "allowed" | "allowed_always" | "denied" | "expired" | "withdrawn",
  message: string | null
): AgentAnswer => {
  const allowed = status === "allowed" || status === "allowed_always"
  if (!allowed || request._tag === "Tool") return { _tag: "Deny", message: message ?? denial }
  if (request._tag !== "Question") return { _tag: "Allow", input: request.input }
  const answers = Object.fromEntries(
    request.questions.map(({ question, options }) => [question, message ?? options[0] ?? "yes"])
  )
  return { _tag: "Answers", answers, input: request.input }
}
