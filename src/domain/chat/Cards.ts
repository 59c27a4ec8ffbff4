/** What a person is asked on a chat platform: the exact request, and buttons to answer it with. */
import type { AgentRequest } from "../AgentEvent.ts"
import type { ApprovalId, RunId } from "../Ids.ts"
import { summary } from "../Text.ts"
import * as ButtonIds from "./ButtonIds.ts"
import type { FileSource } from "./Dress.ts"
import { permissionCard } from "./PermissionCard.ts"
import { discordLimit, split } from "./Split.ts"
import type { Button } from "./Words.ts"

export interface Card {
  readonly content: string
  readonly buttons: ReadonlyArray<ReadonlyArray<Button>>
  readonly files: ReadonlyArray<FileSource>
}

interface Asked {
  readonly approval_id: ApprovalId
  readonly request: AgentRequest
  /** Where the run works; empty where that is not known. */
  readonly cwd: string
}

/** Five rows of five. */
const mostButtons = 25
const longestLabel = 80
/** Room for the words around a text, and for the verdict later. */
const shownUnits = discordLimit - 900

/** On one line, in at most so many units; platforms refuse what is blank. */
const short = (text: string, units: number): string => {
  const line = summary(text, units)
  return (line.length <= units ? line : summary(text, units / 2)) || "…"
}

const rows = (buttons: ReadonlyArray<Button>): Card["buttons"] =>
  Array.from({ length: Math.ceil(buttons.length / 5) }, (_, n) => buttons.slice(5 * n, 5 * n + 5))

const plan = (id: ApprovalId, text: string): Card => {
  const [first = "", ...others] = split(text, shownUnits)
  return {
    content: `**The plan:**\n${first}${others.length > 0 ? "\n\nThis is its beginning: all of it is in plan.md." : ""}`,
    buttons: rows([
      { id: ButtonIds.decision("allow", id), label: "Go ahead", style: "success" },
      { id: ButtonIds.decision("deny", id), label: "Not like this", style: "danger" }
    ]),
    files: others.length > 0 ? [{ name: "plan.md", from: "text", text }] : []
  }
}

type Questions = Extract<AgentRequest, { _tag: "Question" }>["questions"]

const question = (id: ApprovalId, questions: Questions): Card => {
  const several = questions.length > 1
  const text = questions
    .map(({ options, multiple, question }, n) => {
      const list = options.map((option) => `- ${option}`).join("\n")
      const hint = multiple ? "\n*(several may be chosen: write them)*" : ""
      return `${several ? `**${n + 1}.** ` : ""}${question}${hint}${list === "" ? "" : `\n${list}`}`
    })
    .join("\n\n")
  const label = (n: number, words: string) => short(several ? `${n + 1}: ${words}` : words, longestLabel)
  let option = 0
  const choices = questions.flatMap(({ options }, n) =>
    options.map((words): Button => ({
      id: ButtonIds.option(id, option++),
      label: label(n, words),
      style: "primary"
    }))
  )
  const own = questions.slice(0, mostButtons).map(({ options, question }, n): Button => ({
    id: ButtonIds.answer(id, n),
    label: label(n, options.length === 0 ? "Answer…" : "Other…"),
    style: "secondary",
    asks: short(question, 45)
  }))
  const [first = "", ...others] = split(text, shownUnits)
  return {
    content:
      `**The agent asks:**\n${first}` +
      (others.length > 0 ? "\n\nThis is its beginning: all of it is in question.md." : ""),
    buttons: rows(choices.length + own.length > mostButtons ? own : [...choices, ...own]),
    files: others.length > 0 ? [{ name: "question.md", from: "text", text }] : []
  }
}

/** Under the sentence that a failed run ends with. */
export const retry = (run: RunId): Card["buttons"] => [[{ id: ButtonIds.retry(run), label: "Retry", style: "primary" }]]

/** Undefined for a request that nobody is asked about. */
export const card = ({ approval_id, cwd, request }: Asked): Card | undefined => {
  switch (request._tag) {
    case "Permission":
      return permissionCard(approval_id, request, cwd)
    case "Plan":
      return plan(approval_id, request.plan)
    case "Question":
      return question(approval_id, request.questions)
    default:
      return undefined
  }
}

/** What the `n`th option button of a request stands for: the number of its question, and the answer. */
export const optionOf = (
  request: AgentRequest,
  n: number
): { readonly question: number; readonly answer: string } | undefined =>
  request._tag === "Question"
    ? request.questions.flatMap(({ options }, question) => options.map((answer) => ({ question, answer })))[n]
    : undefined

type Verdict = "allowed" | "allowed_always" | "denied" | "expired" | "withdrawn"

const verdictOf = (request: AgentRequest, status: Verdict, message: string | null, by: string | null): string => {
  const who = by === null ? "" : ` by ${short(by, 60)}`
  const words = message === null ? "" : `: ${short(message, 200)}`
  switch (status) {
    case "allowed":
      return request._tag === "Question" ? `Answered${who}${words}` : `Allowed${who}.`
    case "allowed_always":
      return `Allowed${who}, from now on always: \`/loop rules\` shows it.`
    case "denied":
      return words === "" ? `Denied${who}.` : `Denied${who}${words}`
    case "expired":
      return "Nobody answered in time, so it was denied."
    case "withdrawn":
      return "No longer asked."
  }
}

/** The card once it has been decided: what was asked, and what became of it. */
export const decided = (
  asked: Asked & {
    readonly status: Verdict
    readonly message: string | null
    readonly decided_by: string | null
  }
): string =>
  `${card(asked)?.content ?? ""}\n**${verdictOf(asked.request, asked.status, asked.message, asked.decided_by).replaceAll("**", "")}**`
