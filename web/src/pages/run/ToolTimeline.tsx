/** When each tool ran, as a picture; and the same as a table, for whoever cannot see it or wants it exactly. */
import { duration } from "../../lib/time.ts"
import { Table } from "../../ui/Table.tsx"
import { useNow } from "../../ui/Time.tsx"
import { type Lane, lanesOf, type Span, spansOf, ticksOf } from "./spans.ts"
import type { Run } from "../../api/client.ts"
import type { ServerEvent } from "../../live/events.ts"

const rowHeight = 16
const states = { started: "at work", succeeded: "done", failed: "failed", waiting: "waited" }

const percent = (part: number, whole: number) => `${((100 * Math.min(Math.max(part, 0), whole)) / whole).toFixed(3)}%`

const Bars = ({ begin, end, lane }: { readonly lane: Lane; readonly begin: number; readonly end: number }) => (
  <svg width="100%" height={lane.rows.length * rowHeight} aria-hidden>
    {lane.rows.map((row, n) =>
      row.map(({ about, from, key, state, to = end }) => (
        <rect
          key={key}
          className="bar-of-tool"
          data-state={state}
          x={percent(from - begin, end - begin)}
          width={percent(to - from, end - begin)}
          y={n * rowHeight + 2}
          height={rowHeight - 4}
          rx={2}
        >
          <title>{`${lane.name} ${about}`.trim().slice(0, 300) + ` (${duration(to - from)})`}</title>
        </rect>
      ))
    )}
  </svg>
)

const Axis = ({ length }: { readonly length: number }) => (
  <svg width="100%" height={20} className="tools-axis" aria-hidden>
    {ticksOf(length).map((tick) => (
      <g key={tick}>
        <line x1={percent(tick, length)} x2={percent(tick, length)} y1={0} y2={5} />
        <text
          x={percent(tick, length)}
          y={17}
          textAnchor={tick === 0 ? "start" : tick > length * 0.94 ? "end" : "middle"}
        >
          {tick === 0 ? "0" : duration(tick)}
        </text>
      </g>
    ))}
  </svg>
)

const Exactly = ({
  begin,
  end,
  spans
}: {
  readonly spans: ReadonlyArray<Span>
  readonly begin: number
  readonly end: number
}) => (
  <details className="run-exactly">
    <summary>As a table</summary>
    <Table
      caption="When each tool ran"
      rows={spans}
      keyOf={({ key }) => key}
      columns={[
        { name: "After", right: true, cell: ({ from }) => duration(from - begin) },
        { name: "Tool", cell: ({ lane }) => lane },
        { name: "On what", cell: ({ about }) => <code className="run-about">{about}</code> },
        { name: "How", cell: ({ state }) => states[state] },
        { name: "Took", right: true, cell: ({ from, to = end }) => duration(to - from) }
      ]}
    />
  </details>
)

export const ToolTimeline = ({ journal, run }: { readonly run: Run; readonly journal: ReadonlyArray<ServerEvent> }) => {
  const ended = run.ended_at === null ? undefined : Date.parse(run.ended_at)
  const now = useNow(1000, ended === undefined)
  const spans = spansOf(journal, ended)
  if (spans.length === 0) return <p className="dim">It has used no tools{ended === undefined ? " yet" : ""}.</p>
  const begin = Math.min(Date.parse(run.started_at), spans[0]?.from ?? 0)
  const last = Math.max(...spans.map(({ from, to = from }) => to))
  const end = Math.max(ended ?? Math.max(now, last), last, begin + 1)
  const busy = spans.filter(({ state }) => state !== "waiting").length
  return (
    <>
      <figure
        className="tools-figure"
        aria-label={`${busy} ${busy === 1 ? "call" : "calls"} of tools in ${duration(end - begin)}; the table below tells of each`}
      >
        {lanesOf(spans).map((lane) => (
          <div key={lane.name} className="tools-lane">
            <span className="tools-lane-name" title={lane.name}>
              {lane.name}
            </span>
            <Bars lane={lane} begin={begin} end={end} />
          </div>
        ))}
        <div className="tools-lane">
          <span />
          <Axis length={end - begin} />
        </div>
      </figure>
      <Exactly spans={spans} begin={begin} end={end} />
    </>
  )
}
