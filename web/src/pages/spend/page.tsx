/** What the last runs have cost, by channel. */
import { useQuery } from "@tanstack/react-query"
import { call, type Run } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { count, dollars, tokens } from "../../lib/numbers.ts"
import { Page } from "../../ui/Page.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"

const most = 500

const byChannel = (runs: ReadonlyArray<Run>) =>
  [...Map.groupBy(runs, ({ channel_id }) => channel_id)]
    .map(([id, all]) => ({
      id,
      runs: all.length,
      tokens: all.reduce((sum, { usage }) => sum + tokens(usage), 0),
      cost: all.reduce((sum, { cost_usd }) => sum + cost_usd, 0)
    }))
    .toSorted((a, b) => b.cost - a.cost)

export default function SpendPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["runs", "spend"],
    queryFn: () => call("GET /api/runs", { query: { limit: most } })
  })
  const { data: channels = [] } = useQuery(channelsQuery)
  const names = new Map(channels.map(({ channel_id, name }) => [channel_id, name]))
  return (
    <Page title="Spend">
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && (
        <Empty title="Nothing has been spent">
          <p>What each run costs is added up here.</p>
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <>
          <p className="dim">{data.length < most ? "All runs so far." : `The last ${most} runs.`}</p>
          <Table
            caption="Spend by channel"
            rows={byChannel(data)}
            keyOf={({ id }) => id}
            columns={[
              { name: "Channel", cell: ({ id }) => names.get(id) ?? id },
              { name: "Runs", right: true, cell: ({ runs }) => runs },
              { name: "Tokens", right: true, cell: (row) => count(row.tokens) },
              { name: "Cost", right: true, cell: ({ cost }) => dollars(cost) }
            ]}
          />
        </>
      )}
    </Page>
  )
}
