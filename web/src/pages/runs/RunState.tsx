/** What stands in every place that shows a run: its state, how long it takes or took, its channel, how to stop it. */
import { useMutation } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { Square } from "lucide-react"
import { call, type ChannelEntry, type Run, sentenceOf } from "../../api/client.ts"
import { queries } from "../../api/queries.ts"
import { duration } from "../../lib/time.ts"
import { Button } from "../../ui/Button.tsx"
import { Badge } from "../../ui/Card.tsx"
import { Elapsed } from "../../ui/Time.tsx"

const tones = {
  starting: "accent",
  running: "accent",
  waiting: "warn",
  completed: "good",
  failed: "bad",
  stopped: "",
  timed_out: "bad"
} as const

export const stateNames: Readonly<Record<Run["status"], string>> = {
  starting: "starting",
  running: "running",
  waiting: "waiting for a person",
  completed: "completed",
  failed: "failed",
  stopped: "stopped",
  timed_out: "out of time"
}

export const isLive = ({ status }: Pick<Run, "status">) =>
  status === "starting" || status === "running" || status === "waiting"

export const RunState = ({ status }: Pick<Run, "status">) => <Badge tone={tones[status]}>{stateNames[status]}</Badge>

export const Took = ({ run: { ended_at, started_at } }: { readonly run: Run }) =>
  ended_at === null ? <Elapsed since={started_at} /> : duration(Date.parse(ended_at) - Date.parse(started_at))

/** Also of a channel that is not known any more. */
export const ChannelLink = ({ channel, id }: { readonly id: string; readonly channel: ChannelEntry | undefined }) => (
  <Link to="/c/$channel" params={{ channel: id }}>
    {channel?.name ?? id}
  </Link>
)

export const Stop = ({ run, what }: { readonly run: Run; readonly what: string }) => {
  const { error, isPending, mutate } = useMutation({
    mutationFn: () => call("POST /api/runs/{id}/stop", { path: { id: run.run_id } }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["runs"] })
  })
  return (
    <>
      <Button tiny disabled={isPending} aria-label={`Stop ${what}`} onClick={() => mutate()}>
        <Square aria-hidden size={11} fill="currentColor" /> {isPending ? "Stopping" : "Stop"}
      </Button>
      {error !== null && (
        <span className="field-problem" role="alert">
          {sentenceOf(error)}
        </span>
      )}
    </>
  )
}
