/** That an agent is at work here, for how long, on what; and how to stop it. */
import { Square } from "lucide-react"
import { useEffect, useState } from "react"
import { Button } from "../../ui/Button.tsx"
import { Elapsed } from "../../ui/Time.tsx"
import { act, useProblem } from "./problem.ts"
import { toolName } from "./steps.ts"
import { type Opened, useConversation } from "./store.ts"

const doingOf = ({ entries, run }: Opened): string => {
  if (run === undefined) return ""
  const asks = entries.some(
    (entry) => entry.kind === "approval" && entry.run === run.id && entry.approval.status === "pending"
  )
  if (asks) return "Waiting for you"
  const work = entries.findLast((entry) => entry.kind === "work" && entry.run === run.id)
  const step = work?.kind === "work" ? work.steps.at(-1) : undefined
  return step?.kind === "tool" && step.tool.state === "started" ? toolName(step.tool.name) : "Working"
}

export const Working = ({ id }: { readonly id: string }) => {
  const run = useConversation(id, (state) => state.run)
  const doing = useConversation(id, doingOf)
  const problem = useProblem(({ text }) => text)
  const [stopping, setStopping] = useState(false)
  const stop = async () => {
    if (stopping) return
    setStopping(true)
    await act("POST /api/channels/{id}/stop", { path: { id } })
    setStopping(false)
  }
  useEffect(() => {
    if (run === undefined) return undefined
    const press = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) void stop()
    }
    window.addEventListener("keydown", press)
    return () => window.removeEventListener("keydown", press)
  })
  return (
    <>
      {problem !== undefined && (
        <p id="problem" className="problem" role="alert">
          {problem}
        </p>
      )}
      {run !== undefined && (
        <div id="working">
          <span className="pulse" aria-hidden />
          <span id="doing" role="status">
            {stopping ? "Stopping" : doing}
          </span>
          <span className="dim small" aria-hidden>
            <Elapsed since={run.since} />
          </span>
          <Button id="stop" tiny disabled={stopping} onClick={() => void stop()}>
            <Square aria-hidden size={11} fill="currentColor" /> Stop <kbd>Esc</kbd>
          </Button>
        </div>
      )}
    </>
  )
}
