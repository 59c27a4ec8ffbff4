// What waits for a person: may a tool be used, is a plan good, which answer is right.
import { el } from "./dom.js"
import { markdown } from "./markdown.js"

const outcomes = {
  allowed: "Allowed",
  allowed_always: "Allowed, now and later",
  denied: "Denied",
  expired: "Nobody decided in time",
  withdrawn: "No longer asked"
}

/** `Allowed by Ada, now and later`. */
const byWhom = (outcome, by) => outcome.replace(/^[^,]+/, (verb) => `${verb} by ${by}`)

const answered = { ...outcomes, allowed: "Answered", allowed_always: "Answered", denied: "Not answered" }

const button = (text, kind, act) => el("button", { class: kind, type: "button", onclick: act }, text)

const permission = ({ tool, input }) => [
  el("p", {}, "May the agent use ", el("b", {}, tool), "?"),
  el("pre", {}, typeof input?.command === "string" ? input.command : JSON.stringify(input, null, 2))
]

const choose = (decide) => [
  button("Allow", "", () => decide("allow")),
  button("Always allow", "quiet", () => decide("allow_always")),
  button("Deny", "quiet", () => decide("deny"))
]

const planButtons = (decide) => [
  button("Go ahead", "", () => decide("allow")),
  button("Not like this", "quiet", () => decide("deny"))
]

/** One question: its options as choices, and room for words of one's own; who writes there has chosen them. */
const questionField = ({ question, options, multiple }, index) => {
  const name = `question-${index}-${crypto.getRandomValues(new Uint32Array(1))[0]}`
  const type = multiple ? "checkbox" : "radio"
  const closed = options.length > 0
  const placeholder = closed ? "Something else" : "Your answer"
  const own = el("input", { type: "text", class: "own", placeholder, "aria-label": placeholder })
  const other = el("input", { type, name })
  const boxes = options.map(() => el("input", { type, name }))
  const choices = options.map((option, n) => el("label", {}, boxes[n], " ", option))
  const others = closed ? el("p", { class: "other" }, el("label", {}, other, " Other…"), own) : own
  const field = el("fieldset", {}, el("legend", {}, question), ...choices, others)
  own.addEventListener("input", () => (other.checked = own.value.trim() !== ""))
  other.addEventListener("change", () => other.checked && own.focus())
  const answer = () => {
    const picked = options.filter((_, n) => boxes[n].checked)
    const words = closed && !other.checked ? "" : own.value.trim()
    return [...picked, words].filter(Boolean).join(", ")
  }
  /** Where an answer is missing. */
  const begin = () => (other.checked || !closed ? own : boxes[0]).focus()
  return { question, field, answer, begin }
}

const questions = (asked, decide) => {
  const fields = asked.map(questionField)
  const missing = el("p", { class: "missing", role: "alert" })
  const send = (event) => {
    event.preventDefault()
    const empty = fields.find(({ answer }) => answer() === "")
    missing.textContent = empty === undefined ? "" : "Choose or write an answer first."
    if (empty !== undefined) return empty.begin()
    const answers = fields.map(({ question, answer }) => [question, answer()])
    decide("allow", answers.length === 1 ? answers[0][1] : JSON.stringify(Object.fromEntries(answers)))
  }
  const skip = button("Do not answer", "quiet", () => decide("deny"))
  const buttons = el("p", { class: "buttons" }, el("button", { type: "submit" }, "Answer"), skip)
  return [el("form", { onsubmit: send }, ...fields.map(({ field }) => field), missing, buttons)]
}

const pending = (request, decide) => {
  switch (request._tag) {
    case "Permission":
      return [...permission(request), el("p", { class: "buttons" }, ...choose(decide))]
    case "Plan":
      return [
        el("p", {}, "The agent's plan:"),
        el("div", { class: "body" }, ...markdown(request.plan)),
        el("p", { class: "buttons" }, ...planButtons(decide))
      ]
    case "Question":
      return questions(request.questions, decide)
    default:
      return []
  }
}

/** The answer to each of several questions, where it is one. */
const eachAnswer = (message) => {
  try {
    const all = JSON.parse(message)
    return typeof all === "object" && all !== null ? all : undefined
  } catch {
    return undefined
  }
}

/** What was asked, and what became of it. */
const settled = ({ decided_by: by, message, request, status }) => {
  const asked = request._tag === "Question" ? request.questions : []
  const outcome = (request._tag === "Question" ? answered : outcomes)[status]
  const who = by === undefined || status === "expired" || status === "withdrawn" ? outcome : byWhom(outcome, by)
  const answers = asked.length > 1 && status.startsWith("allowed") ? eachAnswer(message) : undefined
  const said = answers === undefined ? message : undefined
  const verdict = el("p", { class: "small" }, [who, said].filter(Boolean).join(": "))
  if (request._tag === "Plan") return [el("p", {}, "The agent's plan"), verdict]
  if (request._tag !== "Question") return [el("p", {}, el("b", {}, request.tool ?? "")), verdict]
  const lines = asked.flatMap(({ question }) => {
    const answer = answers !== undefined && Object.hasOwn(answers, question) ? String(answers[question]) : undefined
    return [el("p", {}, question), answer === undefined ? undefined : el("p", { class: "answer" }, answer)]
  })
  return [...lines.filter(Boolean), verdict]
}

/** `data` is an approval as the server shows it; `onDecide(id, decision, message)`. */
export const approvalCard = (data, onDecide) => {
  const { approval_id: id, request, status } = data
  const card = el("section", { class: "card", "data-status": status, "aria-label": "Decision" })
  const decide = (decision, words) => {
    for (const control of card.querySelectorAll("button, input")) control.disabled = true
    onDecide(id, decision, words).catch(() => {
      for (const control of card.querySelectorAll("button, input")) control.disabled = false
    })
  }
  if (status === "pending") card.append(...pending(request, decide))
  else card.append(...settled(data))
  return card
}
