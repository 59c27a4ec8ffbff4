/** Who did what that needed a right, newest first. */
import { useQuery } from "@tanstack/react-query"
import { call } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { Badge, Card } from "../../ui/Card.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"

const most = 200
const tones = { done: "good", denied: "bad", failed: "warn" } as const

export const Audit = () => {
  const { data, error, refetch } = useQuery({
    queryKey: ["audit"],
    queryFn: () => call("GET /api/audit", { query: { limit: most } }),
    refetchInterval: 10_000
  })
  const { data: channels = [] } = useQuery(channelsQuery)
  const names = new Map(channels.map(({ channel_id, name }) => [channel_id, name]))
  return (
    <Card title="Audit log">
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data?.length === 0 && (
        <Empty title="Nothing yet">
          <p>Roles, tokens, approvals, hosts, deletions: each such act will be here, also those that were refused.</p>
        </Empty>
      )}
      {data !== undefined && data.length > 0 && (
        <Table
          caption={`The last ${most} acts`}
          rows={data}
          keyOf={({ id }) => id}
          columns={[
            { name: "When", cell: ({ at }) => <Time at={at} /> },
            {
              name: "Who",
              cell: ({ actor, via }) => `${actor.name === "" ? actor.id : actor.name} (${actor.kind}, by ${via})`
            },
            { name: "What", cell: ({ action }) => <code>{action}</code> },
            { name: "On", cell: ({ target }) => target },
            {
              name: "Channel",
              cell: ({ channel_id }) => (channel_id === undefined ? "–" : (names.get(channel_id) ?? channel_id))
            },
            { name: "Outcome", cell: ({ outcome }) => <Badge tone={tones[outcome]}>{outcome}</Badge> }
          ]}
        />
      )}
    </Card>
  )
}
