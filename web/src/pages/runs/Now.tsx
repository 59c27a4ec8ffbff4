/** What is at work on this installation, whatever the platform. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { call, type ChannelEntry, type Run } from "../../api/client.ts"
import { Badge, Card } from "../../ui/Card.tsx"
import { Failed } from "../../ui/States.tsx"
import { Elapsed, Time } from "../../ui/Time.tsx"
import { toolName } from "../chat/steps.ts"
import { useDoing } from "./follow.ts"
import { ChannelLink, RunState, Stop } from "./RunState.tsx"

const Doing = ({ run }: { readonly run: Run }) => {
  const tool = useDoing((all) => all[run.run_id])
  return tool === undefined || run.status !== "running" ? null : <code className="runs-doing">{toolName(tool)}</code>
}

interface Props {
  readonly channels: ReadonlyMap<string, ChannelEntry>
}

const Line = ({ channels, run }: Props & { readonly run: Run }) => {
  const channel = channels.get(run.channel_id)
  return (
    <li className="now-run" data-run={run.run_id}>
      <span className="now-where">
        <ChannelLink id={run.channel_id} channel={channel} />
        <Badge>{channel?.platform ?? run.channel_id.split(":")[0]}</Badge>
      </span>
      <RunState status={run.status} />
      <Doing run={run} />
      <span className="now-time">
        <span className="dim small">
          since <Time at={run.started_at} as="clock" />
        </span>
        <Elapsed since={run.started_at} />
        <Link to="/runs/$run" params={{ run: run.run_id }} className="button text tiny">
          Follow
        </Link>
        <Stop run={run} what={`the run in ${channel?.name ?? run.channel_id}`} />
      </span>
    </li>
  )
}

/** Events tell at once; now and then it is asked anyway. */
const now = {
  queryKey: ["runs", "now"],
  queryFn: () => call("GET /api/runs", { query: { live: "true", limit: 500 } }),
  refetchInterval: 15_000
}

export const Now = ({ channels }: Props) => {
  const { data, error, refetch } = useQuery(now)
  return (
    <Card title={data === undefined || data.length === 0 ? "Now" : `Now: ${data.length} at work`}>
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      <ul className="plain runs-now" aria-label="Runs at work">
        {data?.toReversed().map((run) => (
          <Line key={run.run_id} run={run} channels={channels} />
        ))}
        {data?.length === 0 && <li className="dim now-none">Nothing is at work at the moment.</li>}
      </ul>
    </Card>
  )
}
