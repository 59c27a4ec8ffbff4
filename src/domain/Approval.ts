/** What a person's decision means as an answer to the agent. */
import { Option, Schema } from "effect"
import type { AgentAnswer, AgentRequest } from "./AgentEvent.ts"
import * as AskUser from "./AskUser.ts"

/** How long one or more of these were open, in milliseconds; instants are epoch milliseconds, null: still open. */
export const waitedMs = (
  approvals: ReadonlyArray<{ readonly created_at: number; readonly decided_at: number | null }>,
  now: number
): number => {
  let sum = 0
  let counted = 0
  for (const { created_at, decided_at } of approvals.toSorted((a, b) => a.created_at - b.created_at)) {
    const end = decided_at ?? now
    sum += Math.max(0, end - Math.max(created_at, counted))
    counted = Math.max(counted, end)
  }
  return sum
}

const denial = "The user denied this."

const perQuestion = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Record(Schema.String, Schema.String)))

/**
 * The message of a request of questions once one of them (from 0) has this answer, and how many have none. `before`: its
 * message until then. Undefined where there is no such question.
 */
export const withAnswer = (
  request: AgentRequest,
  before: string | null,
  question: number,
  text: string
): { readonly message: string; readonly left: number } | undefined => {
  const questions = request._tag === "Question" ? request.questions : []
  const asked = questions[question]
  if (asked === undefined) return undefined
  if (questions.length === 1) return { message: text, left: 0 }
  const answers = { ...Option.getOrUndefined(perQuestion(before)), [asked.question]: text }
  const left = questions.filter((each) => !Object.hasOwn(answers, each.question)).length
  return { message: JSON.stringify(answers), left }
}

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
  if (request._tag === "Question" && request.via === "tool") {
    const text = message ?? request.questions[0]?.options[0] ?? "yes"
    return AskUser.answerOf(request, allowed ? { text } : { reason: message ?? denial })
  }
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
