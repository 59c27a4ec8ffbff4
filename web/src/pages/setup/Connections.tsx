/** What runs here, and what it is connected to. */
import { useQuery } from "@tanstack/react-query"
import { duration } from "../../lib/time.ts"
import { Badge, Card } from "../../ui/Card.tsx"
import { Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { Time } from "../../ui/Time.tsx"
import { PlatformTest } from "./PlatformTest.tsx"
import { healthQuery } from "./queries.ts"

const tones = { connected: "good", connecting: "warn", down: "bad" } as const

export const Connections = () => {
  const { data, error, refetch } = useQuery(healthQuery)
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading />
  return (
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
            cell: ([, { last_event_at }]) => (last_event_at === null ? "–" : <Time at={last_event_at} as="relative" />)
          },
          { name: "Why", cell: ([, { reason = "" }]) => reason }
        ]}
      />
      {data.platforms["discord"] !== undefined && <PlatformTest />}
      {data.platforms["discord"] === undefined && (
        <p className="dim">
          Discord is not set up: <code>loop onboard:global</code> leads through it and prints the invite link.
        </p>
      )}
    </Card>
  )
}
