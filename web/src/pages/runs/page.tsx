/** What ran on this installation, newest first. */
import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { call, type Run } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { count, dollars, tokens } from "../../lib/numbers.ts"
import { duration } from "../../lib/time.ts"
import { Badge } from "../../ui/Card.tsx"
import { Page } from "../../ui/Page.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Elapsed, Time } from "../../ui/Time.tsx"

const tones = {
  starting: "accent",
  running: "accent",
  waiting: "warn",
  completed: "good",
  failed: "bad",
  stopped: "",
  timed_out: "bad"
} as const

const Took = ({ run: { ended_at, started_at } }: { readonly run: Run }) =>
  ended_at === null ? <Elapsed since={started_at} /> : duration(Date.parse(ended_at) - Date.parse(started_at))

const Channel = ({ id, name }: { readonly id: string; readonly name: string | undefined }) => (
  <Link to="/c/$channel" params={{ channel: id }}>
    {name ?? id}
  </Link>
)

export default function RunsPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["runs"],
    queryFn: () => call("GET /api/runs", { query: { limit: 100 } }),
    refetchInterval: 5000
  })
  const { data: channels = [] } = useQuery(channelsQuery)
  const names = new Map(channels.map(({ channel_id, name }) => [channel_id, name]))
  return (
    <Page title="Runs">
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && (
        <Empty title="Nothing has run yet">
          <p>Each message that an agent works on is a run. Say something in a channel, and it is listed here.</p>
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <Table
          caption="Runs"
          rows={data}
          keyOf={({ run_id }) => run_id}
          columns={[
            { name: "Channel", cell: (run) => <Channel id={run.channel_id} name={names.get(run.channel_id)} /> },
            { name: "State", cell: ({ status }) => <Badge tone={tones[status]}>{status.replace("_", " ")}</Badge> },
            { name: "Began", cell: ({ started_at }) => <Time at={started_at} /> },
            { name: "Took", right: true, cell: (run) => <Took run={run} /> },
            { name: "Tokens", right: true, cell: ({ usage }) => count(tokens(usage)) },
            { name: "Cost", right: true, cell: ({ cost_usd }) => dollars(cost_usd) }
          ]}
        />
      )}
    </Page>
  )
}
