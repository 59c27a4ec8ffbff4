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

/** One question: its options as choices, and room for words of one's own. */
const questionField = ({ question, options, multiple }, index) => {
  const name = `question-${index}-${crypto.getRandomValues(new Uint32Array(1))[0]}`
  const type = multiple ? "checkbox" : "radio"
  const own = el("input", { type: "text", placeholder: options.length > 0 ? "Something else" : "Your answer" })
  const choices = options.map((option) => el("label", {}, el("input", { type, name, value: option }), " ", option))
  const field = el("fieldset", {}, el("legend", {}, question), ...choices, own)
  const answer = () => {
    const picked = [...field.querySelectorAll("input:checked")].map(({ value }) => value)
    const words = own.value.trim()
    return (multiple ? [...picked, words] : [words || picked[0]]).filter(Boolean).join(", ")
  }
  return { question, field, answer }
}

const questions = (asked, decide) => {
  const fields = asked.map(questionField)
  const send = () => {
    const answers = fields.map(({ question, answer }) => [question, answer()])
    if (answers.some(([, answer]) => answer === "")) return
    decide("allow", answers.length === 1 ? answers[0][1] : JSON.stringify(Object.fromEntries(answers)))
  }
  return [
    ...fields.map(({ field }) => field),
    el("p", { class: "buttons" }, button("Answer", "", send), button("Do not answer", "quiet", () => decide("deny")))
  ]
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

const settled = (request) =>
  request._tag === "Question"
    ? request.questions.map(({ question }) => el("p", {}, question))
    : request._tag === "Plan"
      ? [el("p", {}, "The agent's plan")]
      : [el("p", {}, el("b", {}, request.tool ?? ""))]

/** `data` is an approval as the server shows it; `onDecide(id, decision, message)`. */
export const approvalCard = (data, onDecide) => {
  const { approval_id: id, request, status, message } = data
  const card = el("section", { class: "card", "data-status": status, "aria-label": "Decision" })
  const decide = (decision, words) => {
    for (const control of card.querySelectorAll("button, input")) control.disabled = true
    onDecide(id, decision, words).catch(() => {
      for (const control of card.querySelectorAll("button, input")) control.disabled = false
    })
  }
  if (status === "pending") card.append(...pending(request, decide))
  else {
    const outcome = (request._tag === "Question" ? answered : outcomes)[status]
    card.append(...settled(request), el("p", { class: "small" }, [outcome, message].filter(Boolean).join(": ")))
  }
  return card
}
