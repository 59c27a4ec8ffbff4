/** What an agent does besides talking: tools with what went in and came out, thoughts, refusals. Folded once it is past. */
import {
  Brain,
  ChevronRight,
  CircleAlert,
  CircleCheck,
  CircleX,
  Info,
  LoaderCircle,
  RefreshCw,
  ShieldX
} from "lucide-react"
import { memo, useState } from "react"
import { duration } from "../../lib/time.ts"
import { Elapsed } from "../../ui/Time.tsx"
import { type Step, telling, toolName } from "./steps.ts"
import { ToolDetail } from "./ToolDetail.tsx"

const marks = { started: LoaderCircle, succeeded: CircleCheck, failed: CircleX }
const markNames = { started: "at work", succeeded: "done", failed: "failed" }

const ToolStep = ({ step }: { readonly step: Extract<Step, { kind: "tool" }> }) => {
  const { tool } = step
  const [open, setOpen] = useState(false)
  const Mark = marks[tool.state]
  return (
    <li className="tool" data-state={tool.state}>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <Mark className="mark" size={15} aria-label={markNames[tool.state]} role="img" />
          <b>{toolName(tool.name) || "Tool"}</b>
          <code>{telling(tool)}</code>
          <span className="took num">
            {tool.duration_ms !== undefined ? (
              duration(tool.duration_ms)
            ) : tool.state === "started" ? (
              <Elapsed since={step.at} />
            ) : (
              ""
            )}
          </span>
          <ChevronRight className="chevron" aria-hidden size={14} />
        </summary>
        {open && <ToolDetail tool={tool} />}
      </details>
    </li>
  )
}

const pictures = { retry: RefreshCw, note: Info, refusal: ShieldX }

export const StepView = memo(({ step }: { readonly step: Step }) => {
  if (step.kind === "tool") return <ToolStep step={step} />
  if (step.kind === "thought") {
    return (
      <li className="thought">
        <details>
          <summary>
            <Brain className="mark" aria-hidden size={15} />
            <span>Thought</span>
            <span className="gist">{step.text}</span>
            <ChevronRight className="chevron" aria-hidden size={14} />
          </summary>
          <p>{step.text}</p>
        </details>
      </li>
    )
  }
  const Picture = pictures[step.kind] ?? CircleAlert
  return (
    <li className={step.kind}>
      <Picture className="mark" aria-hidden size={15} />
      <span>{step.text}</span>
    </li>
  )
})

const plural = (count: number, one: string) => `${count} ${one}${count === 1 ? "" : "s"}`

const labelOf = (steps: ReadonlyArray<Step>) => {
  const tools = steps.filter(({ kind }) => kind === "tool").length
  return tools === 0 ? plural(steps.length, "step") : `${plural(tools, "tool")} used`
}

/** While it is at work the last steps are shown, and the others are folded above them. */
const shownAtWork = 5

export const WorkView = memo(({ open, steps }: { readonly open: boolean; readonly steps: ReadonlyArray<Step> }) => {
  const [asked, setAsked] = useState<boolean>()
  const all = asked ?? steps.length <= shownAtWork
  const isOpen = open || asked === true
  const shown = !isOpen ? [] : open && !all ? steps.slice(-shownAtWork) : steps
  return (
    <section className="work" aria-label="What the agent did">
      <button
        type="button"
        className="work-head"
        aria-expanded={isOpen}
        onClick={() => setAsked(open ? !all : !isOpen)}
      >
        <ChevronRight className="chevron" aria-hidden size={14} />
        {labelOf(steps)}
        {open && !all && ` · ${steps.length - shown.length} earlier`}
      </button>
      {shown.length > 0 && (
        <ul className="plain steps">
          {shown.map((step) => (
            <StepView key={step.key} step={step} />
          ))}
        </ul>
      )}
    </section>
  )
})
