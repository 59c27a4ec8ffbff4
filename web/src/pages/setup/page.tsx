/** How this installation is: its version, and what it is connected to. */
import { useQuery } from "@tanstack/react-query"
import { call } from "../../api/client.ts"
import { duration } from "../../lib/time.ts"
import { Badge, Card } from "../../ui/Card.tsx"
import { Page } from "../../ui/Page.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"

const tones = { connected: "good", connecting: "warn", down: "bad" } as const

export default function SetupPage() {
  const { data, error, refetch } = useQuery({
    queryKey: ["health"],
    queryFn: () => call("GET /health"),
    refetchInterval: 10_000
  })
  return (
    <Page title="Setup">
      {error !== null && <Failed error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Loading />}
      {data !== undefined && (
        <Card
          title={`Loop ${data.version}`}
          actions={<Badge tone={data.status === "ok" ? "good" : "bad"}>{data.status}</Badge>}
        >
          <p className="dim">It has been running for {duration(data.uptime_sec * 1000)}.</p>
          <Table
            caption="Platforms"
            rows={Object.entries(data.platforms)}
            keyOf={([name]) => name}
            columns={[
              { name: "Platform", cell: ([name]) => name },
              { name: "State", cell: ([, { state }]) => <Badge tone={tones[state]}>{state}</Badge> },
              {
                name: "Last heard of",
                cell: ([, { last_event_at }]) =>
                  last_event_at === null ? "–" : <Time at={last_event_at} as="relative" />
              },
              { name: "", cell: ([, { reason = "" }]) => reason }
            ]}
          />
        </Card>
      )}
    </Page>
  )
}
