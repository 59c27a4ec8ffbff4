/** What a run of earlier did: read when somebody asks. */
import { useQuery } from "@tanstack/react-query"
import { ChevronRight } from "lucide-react"
import { useState } from "react"
import { call } from "../../api/client.ts"
import type { Approval, ServerEvent } from "../../live/events.ts"
import { Failed } from "../../ui/States.tsx"
import { ApprovalCard } from "./ApprovalCard.tsx"
import { stepsOf } from "./steps.ts"
import { WorkView } from "./WorkView.tsx"

const decidedIn = (journal: ReadonlyArray<ServerEvent>): ReadonlyArray<Approval> => [
  ...new Map(
    journal.flatMap((event) =>
      event.type === "approval.requested" || event.type === "approval.decided"
        ? [[event.data.approval_id, event.data] as const]
        : []
    )
  ).values()
]

export const PastWork = ({ run }: { readonly run: string }) => {
  const [asked, setAsked] = useState(false)
  const { data, error, refetch } = useQuery({
    queryKey: ["run", run, "journal"],
    queryFn: async () => (await call("GET /api/runs/{id}/events", { path: { id: run } })) as ReadonlyArray<ServerEvent>,
    enabled: asked,
    staleTime: Infinity
  })
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (asked && data !== undefined) {
    const steps = stepsOf(data)
    const approvals = decidedIn(data)
    return (
      <>
        {steps.length + approvals.length === 0 && <p className="small dim">It used no tools.</p>}
        {steps.length > 0 && <WorkView steps={steps} open />}
        {approvals.map((approval) => (
          <ApprovalCard key={approval.approval_id} approval={approval} />
        ))}
      </>
    )
  }
  return (
    <button
      type="button"
      className="work-head past"
      aria-busy={asked}
      aria-expanded={false}
      onClick={() => setAsked(true)}
    >
      <ChevronRight className="chevron" aria-hidden size={14} />
      What the agent did
    </button>
  )
}
