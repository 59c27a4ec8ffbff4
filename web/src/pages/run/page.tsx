/** One run: what it is, what was said and done, when each tool ran, where its box went, and everything that was noted. */
import { useMutation, useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import { RefreshCw } from "lucide-react"
import { call, Problem, type Run, sentenceOf } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Page } from "../../ui/Page.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { isLive, Stop } from "../runs/RunState.tsx"
import { Egress } from "./Egress.tsx"
import { RunFacts } from "./Facts.tsx"
import { JournalView } from "./JournalView.tsx"
import { ToolTimeline } from "./ToolTimeline.tsx"
import { Transcript } from "./Transcript.tsx"
import { useRun } from "./useRun.ts"
import "../runs/follow.ts"
import "./run.css"

const route = getRouteApi("/runs/$run")

const Again = ({ run }: { readonly run: Run }) => {
  const { data, error, isPending, mutate } = useMutation({
    mutationFn: () => call("POST /api/runs/{id}/retry", { path: { id: run.run_id } })
  })
  if (data !== undefined) {
    return (
      <Link to="/c/$channel" params={{ channel: data.channel_id }} className="button text">
        It was said again
      </Link>
    )
  }
  return (
    <>
      {error !== null && (
        <span className="field-problem" role="alert">
          {sentenceOf(error)}
        </span>
      )}
      <Button disabled={isPending} onClick={() => mutate()}>
        <RefreshCw aria-hidden size={14} /> Try again
      </Button>
    </>
  )
}

const Back = () => (
  <Link to="/runs" className="button text">
    All runs
  </Link>
)

const OneRun = ({ id }: { readonly id: string }) => {
  const { error, isRead, journal, messages, retry, run } = useRun(id)
  const { data: channels } = useQuery(channelsQuery)
  const channel = channels?.find(({ channel_id }) => channel_id === run?.channel_id)
  if (run === undefined || messages === undefined || !isRead) {
    const isGone = error instanceof Problem && error.status === 404
    return (
      <Page title="Run">
        {error === null && <Loading what="Loading the run" />}
        {isGone && (
          <Empty title="There is no such run" actions={<Back />}>
            <p>Its channel may have been deleted since, and its runs with it.</p>
          </Empty>
        )}
        {error !== null && !isGone && <Failed error={error} onRetry={retry} />}
      </Page>
    )
  }
  const actions = (
    <>
      {isLive(run) && <Stop run={run} what="this run" />}
      {(run.status === "failed" || run.status === "stopped" || run.status === "timed_out") && <Again run={run} />}
      <Back />
    </>
  )
  return (
    <Page title={`Run in ${channel?.name ?? run.channel_id}`} actions={actions}>
      {error !== null && <Failed error={error} onRetry={retry} />}
      <Card title="Facts">
        <RunFacts run={run} channel={channel} />
        {run.reason !== undefined && <p className="run-reason">{run.reason}</p>}
      </Card>
      <Card title="Tools">
        <ToolTimeline run={run} journal={journal} />
      </Card>
      <Card title="Network">
        <Egress journal={journal} />
      </Card>
      <Card title="Transcript">
        <Transcript channel={run.channel_id} messages={messages} journal={journal} />
      </Card>
      <Card title="Journal">
        <JournalView journal={journal} />
      </Card>
    </Page>
  )
}

export default function RunPage() {
  const { run } = route.useParams()
  return <OneRun key={run} id={run} />
}
