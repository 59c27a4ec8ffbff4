/** The same sum by channel, by task and by model. */
import { useQuery } from "@tanstack/react-query"
import { call } from "../../api/client.ts"
import { channelsQuery } from "../../api/queries.ts"
import { count, dollars, tokens } from "../../lib/numbers.ts"
import { Card } from "../../ui/Card.tsx"
import { Failed } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { type Group, type Range, spendQuery } from "./range.ts"

const Part = ({
  group,
  name,
  nameOf,
  range
}: {
  readonly group: Group
  readonly name: string
  readonly range: Range
  readonly nameOf: (key: string) => string
}) => {
  const { data, error, refetch } = useQuery(spendQuery(group, range))
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined || data.length === 0) return null
  const most = Math.max(...data.map(({ cost_usd }) => cost_usd), 0.000_001)
  return (
    <Card title={`By ${name.toLowerCase()}`}>
      <Table
        caption={`Spend by ${name.toLowerCase()}`}
        rows={data}
        keyOf={({ key }) => key}
        columns={[
          {
            name,
            cell: ({ cost_usd, key }) => (
              <>
                {nameOf(key)}
                <meter className="share" min={0} max={most} value={cost_usd} aria-hidden />
              </>
            )
          },
          { name: "Runs", right: true, cell: ({ runs }) => runs },
          { name: "Tokens", right: true, cell: ({ usage }) => count(tokens(usage)) },
          {
            name: "Cost",
            right: true,
            cell: ({ cost_usd, estimated }) => `${estimated ? "≈ " : ""}${dollars(cost_usd)}`
          }
        ]}
      />
    </Card>
  )
}

export const Parts = ({ range }: { readonly range: Range }) => {
  const { data: channels = [] } = useQuery(channelsQuery)
  const { data: tasks = [] } = useQuery({ queryKey: ["tasks", "names"], queryFn: () => call("GET /api/tasks") })
  const channelNames = new Map(channels.map(({ channel_id, name }) => [channel_id, name]))
  const taskNames = new Map(tasks.map(({ id, prompt }) => [String(id), prompt]))
  const taskName = (key: string) =>
    key === "" ? "asked for by people" : `#${key}${taskNames.has(key) ? ` ${taskNames.get(key)?.slice(0, 80)}` : ""}`
  return (
    <>
      <Part group="channel" name="Channel" range={range} nameOf={(key) => channelNames.get(key) ?? key} />
      <Part group="task" name="Task" range={range} nameOf={taskName} />
      <Part group="model" name="Model" range={range} nameOf={(key) => (key === "" ? "unknown" : key)} />
    </>
  )
}
