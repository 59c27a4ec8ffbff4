/** When each tool ran, from a run's journal: what the picture shows. Pure; epoch milliseconds. */
import type { ServerEvent, ToolData } from "../../live/events.ts"
import { stepsOf, telling, toolName } from "../chat/steps.ts"

export interface Span {
  readonly key: string
  readonly lane: string
  /** The telling part of what went in. */
  readonly about: string
  readonly from: number
  /** Undefined while it is at work. */
  readonly to: number | undefined
  readonly state: ToolData["state"] | "waiting"
}

export interface Lane {
  readonly name: string
  /** Those in one row do not overlap. */
  readonly rows: ReadonlyArray<ReadonlyArray<Span>>
}

export const waitingLane = "Waiting for a person"

const waits = (journal: ReadonlyArray<ServerEvent>): ReadonlyArray<Span> => {
  const decided = new Map(
    journal.flatMap(({ at, data, type }) => (type === "approval.decided" ? [[data.approval_id, Date.parse(at)]] : []))
  )
  return journal.flatMap(({ at, data, type }): ReadonlyArray<Span> => {
    if (type !== "approval.requested") return []
    const { approval_id: key, request } = data
    const about =
      request._tag === "Permission" ? toolName(request.tool) : request._tag === "Plan" ? "a plan" : "a question"
    return [{ key, lane: waitingLane, about, from: Date.parse(at), to: decided.get(key), state: "waiting" }]
  })
}

/** In the order in which they began. `ended`: what had not come to its end by then, ended with the run. */
export const spansOf = (journal: ReadonlyArray<ServerEvent>, ended: number | undefined): ReadonlyArray<Span> => {
  const tools = stepsOf(journal).flatMap((step): ReadonlyArray<Span> => {
    if (step.kind !== "tool") return []
    const { duration_ms, name, state } = step.tool
    const from = Date.parse(step.at)
    const to = duration_ms === undefined ? undefined : from + duration_ms
    return [{ key: step.key, lane: toolName(name) || "Tool", about: telling(step.tool), from, to, state }]
  })
  return [...tools, ...waits(journal)]
    .map((span) => (span.to === undefined ? Object.assign(span, { to: ended }) : span))
    .toSorted((a, b) => a.from - b.from)
}

/** One for each tool, by when it was used first; calls beside each other stand below each other. */
export const lanesOf = (spans: ReadonlyArray<Span>): ReadonlyArray<Lane> => {
  const lanes = new Map<string, Array<Array<Span>>>()
  for (const span of spans) {
    const rows = lanes.get(span.lane) ?? []
    const free = rows.find((row) => (row.at(-1)?.to ?? Number.POSITIVE_INFINITY) <= span.from)
    if (free === undefined) rows.push([span])
    else free.push(span)
    lanes.set(span.lane, rows)
  }
  return [...lanes].map(([name, rows]) => ({ name, rows }))
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400]

/** Where the axis has its marks, in milliseconds from the beginning: round ones, six at most. */
export const ticksOf = (length: number): ReadonlyArray<number> => {
  const step = 1000 * (steps.find((each) => length / (each * 1000) <= 6) ?? Math.ceil(length / 6000 / 86_400) * 86_400)
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => n * step)
}
