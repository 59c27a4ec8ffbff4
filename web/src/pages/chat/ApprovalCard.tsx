/** What waits for a person: may a tool be used, is a plan good, which answer is right. And what became of it. */
import { memo, useState } from "react"
import type { Approval, Request } from "../../live/events.ts"
import { CodeBlock } from "../../markdown/CodeBlock.tsx"
import { Markdown } from "../../markdown/Markdown.tsx"
import { Button } from "../../ui/Button.tsx"
import { act } from "./problem.ts"
import { Questions } from "./Questions.tsx"
import { toolName } from "./steps.ts"
import { ToolDetail } from "./ToolDetail.tsx"

type Decision = "allow" | "allow_always" | "deny"
type Decide = (decision: Decision, message?: string) => void

const outcomes = {
  pending: "",
  allowed: "Allowed",
  allowed_always: "Allowed, now and later",
  denied: "Denied",
  expired: "Nobody decided in time",
  withdrawn: "No longer asked"
}
const answered = { ...outcomes, allowed: "Answered", allowed_always: "Answered", denied: "Not answered" }

/** What is decided about must be what is seen: characters that hide, or turn the order of, others are written out. */
const candid = (text: string): string =>
  text.replaceAll(
    /[\p{Cf}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/gu,
    (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`
  )

/** `Allowed by Ada, now and later`. */
const byWhom = (outcome: string, by: string) => outcome.replace(/^[^,]+/, (verb) => `${verb} by ${by}`)

const Permission = ({
  approval: { always, cwd },
  decide,
  request
}: {
  readonly approval: Approval
  readonly request: Extract<Request, { _tag: "Permission" }>
  readonly decide: Decide
}) => {
  const { input, tool } = request
  const shown = { tool_use_id: "", name: tool, state: "succeeded", input } as const
  const change = typeof input === "object" && input !== null && ("old_string" in input || "edits" in input)
  return (
    <>
      <p>
        May the agent use <code>{candid(tool)}</code>
        {cwd === undefined ? "" : " in "}
        {cwd !== undefined && <code>{candid(cwd)}</code>}?
      </p>
      {change && <ToolDetail tool={shown} />}
      <CodeBlock code={candid(JSON.stringify(input, null, 2))} language="json" />
      {always !== undefined && (
        <p className="small">
          “Always” allows {always.meaning}, in this channel{always.rule.length <= 200 && ": "}
          {always.rule.length <= 200 && <code>{candid(always.rule)}</code>}
        </p>
      )}
      <div className="buttons">
        <Button look="primary" onClick={() => decide("allow")}>
          Allow
        </Button>
        <Button onClick={() => decide("allow_always")}>Always allow</Button>
        <Button onClick={() => decide("deny")}>Deny</Button>
      </div>
    </>
  )
}

const Plan = ({ decide, plan }: { readonly plan: string; readonly decide: Decide }) => (
  <>
    <p>The agent’s plan:</p>
    <div className="body">
      <Markdown text={plan} />
    </div>
    <div className="buttons">
      <Button look="primary" onClick={() => decide("allow")}>
        Go ahead
      </Button>
      <Button onClick={() => decide("deny")}>Not like this</Button>
    </div>
  </>
)

const Pending = ({ approval, decide }: { readonly approval: Approval; readonly decide: Decide }) => {
  const { request } = approval
  switch (request._tag) {
    case "Permission":
      return <Permission approval={approval} request={request} decide={decide} />
    case "Plan":
      return <Plan plan={request.plan} decide={decide} />
    case "Question":
      return (
        <Questions
          asked={request.questions}
          onAnswer={(message) => decide("allow", message)}
          onSkip={() => decide("deny")}
        />
      )
    default:
      return null
  }
}

/** The answer to each of several questions, where it is one. */
const eachAnswer = (message: string | undefined): ReadonlyMap<string, string> | undefined => {
  try {
    const all: unknown = JSON.parse(message ?? "")
    if (typeof all !== "object" || all === null) return undefined
    return new Map(Object.entries(all).map(([question, answer]) => [question, String(answer)]))
  } catch {
    return undefined
  }
}

const Settled = ({ approval }: { readonly approval: Approval }) => {
  const { decided_by: by, message, request, status } = approval
  const outcome = (request._tag === "Question" ? answered : outcomes)[status]
  const who = by === undefined || status === "expired" || status === "withdrawn" ? outcome : byWhom(outcome, by)
  const asked = request._tag === "Question" ? request.questions : []
  const answers = asked.length > 1 && status.startsWith("allowed") ? eachAnswer(message) : undefined
  const verdict = [who, answers === undefined ? message : undefined].filter((each) => each !== undefined && each !== "")
  return (
    <>
      {request._tag === "Permission" && (
        <p>
          <b>{toolName(request.tool)}</b>
        </p>
      )}
      {request._tag === "Plan" && <p>The agent’s plan</p>}
      {asked.map(({ question }) => (
        <div key={question}>
          <p>{question}</p>
          {answers?.has(question) === true && <p className="answer">{answers.get(question)}</p>}
        </div>
      ))}
      <p className="small">{verdict.join(": ")}</p>
    </>
  )
}

export const ApprovalCard = memo(({ approval }: { readonly approval: Approval }) => {
  const { approval_id: id, status } = approval
  const [busy, setBusy] = useState(false)
  const decide: Decide = (decision, message) => {
    if (busy) return
    setBusy(true)
    const body = { decision, ...(message !== undefined && { message }) }
    void act("POST /api/approvals/{id}", { path: { id }, body }).then(({ ok }) => {
      setBusy(false)
      if (ok) document.querySelector<HTMLElement>("#timeline")?.focus({ preventScroll: true })
    })
  }
  return (
    <section className="ask" data-status={status} aria-label="Decision" aria-busy={busy}>
      {status === "pending" ? <Pending approval={approval} decide={decide} /> : <Settled approval={approval} />}
    </section>
  )
})
