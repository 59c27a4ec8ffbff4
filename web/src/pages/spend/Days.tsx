/** A bar for each day; the same as a table for whoever cannot see it. */
import { useQuery } from "@tanstack/react-query"
import { dollars } from "../../lib/numbers.ts"
import { Card } from "../../ui/Card.tsx"
import { Empty, Failed, Loading } from "../../ui/States.tsx"
import { Table } from "../../ui/Table.tsx"
import { daysOf, type Range, spendQuery } from "./range.ts"

const width = 720
const height = 160
const foot = 20

/** `2031-05-04` as the viewer writes a day, whatever the zone: the key names no instant. */
const said = (key: string) =>
  new Date(`${key}T12:00:00`).toLocaleDateString(undefined, { day: "numeric", month: "short" })

interface Bar {
  readonly key: string
  readonly cost: number
  readonly runs: number
}

const Bars = ({ bars }: { readonly bars: ReadonlyArray<Bar> }) => {
  const most = Math.max(...bars.map(({ cost }) => cost), 0.000_001)
  const step = width / bars.length
  const named = Math.ceil(bars.length / 7)
  return (
    <svg className="bars" viewBox={`0 0 ${width} ${height + foot}`} aria-hidden>
      <line x1="0" x2={width} y1={height} y2={height} className="floor" />
      {bars.map(({ cost, key, runs }, at) => {
        const tall = (cost / most) * (height - 8)
        return (
          <g key={key}>
            <title>{`${said(key)}: ${dollars(cost)}, ${runs} ${runs === 1 ? "run" : "runs"}`}</title>
            <rect className="hit" x={at * step} y="0" width={step} height={height} />
            <rect
              className="bar"
              x={at * step + step * 0.15}
              y={height - tall}
              width={step * 0.7}
              height={tall}
              rx="2"
            />
            {(bars.length - 1 - at) % named === 0 && (
              <text
                x={at === bars.length - 1 ? width : at * step + step / 2}
                y={height + 15}
                textAnchor={at === bars.length - 1 ? "end" : "middle"}
              >
                {said(key)}
              </text>
            )}
          </g>
        )
      })}
    </svg>
  )
}

export const Days = ({ range }: { readonly range: Range }) => {
  const { data, error, refetch } = useQuery(spendQuery("day", range))
  if (error !== null) return <Failed error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <Loading />
  const rows = new Map(data.map((row) => [row.key, row]))
  const bars = daysOf(range).map((key) => ({ key, cost: rows.get(key)?.cost_usd ?? 0, runs: rows.get(key)?.runs ?? 0 }))
  const sum = data.reduce((all, { cost_usd }) => all + cost_usd, 0)
  if (data.length === 0) {
    return (
      <Empty title="Nothing was spent">
        <p>What each model call costs is added up here, by day, channel, task and model.</p>
      </Empty>
    )
  }
  return (
    <Card title={`${dollars(sum)} in ${range} days`}>
      <Bars bars={bars} />
      {data.some(({ estimated }) => estimated) && (
        <p className="dim small">A part is estimated: the price of a model is not known exactly.</p>
      )}
      <details>
        <summary>As a table</summary>
        <Table
          caption="Spend by day"
          rows={bars.filter(({ runs }) => runs > 0).toReversed()}
          keyOf={({ key }) => key}
          columns={[
            { name: "Day", cell: ({ key }) => said(key) },
            { name: "Runs", right: true, cell: ({ runs }) => runs },
            { name: "Cost", right: true, cell: ({ cost }) => dollars(cost) }
          ]}
        />
      </details>
    </Card>
  )
}
