/** What is counted while Loop works. Labels are words of ours, never ids, names or hosts: their number is known beforehand. */
import { Effect, Metric } from "effect"
import type { NewEvent } from "./ChannelEvent.ts"
import type { Refusal } from "./egress/Policy.ts"

const count = (name: string, description: string) => Metric.counter(name, { description, incremental: true })

const events = count("loop_events_total", "Events that were stored, by type")
const runsEnded = count("loop_runs_ended_total", "Runs that ended, by how")
const egress = count("loop_egress_decisions_total", "Connections that boxes asked for: let through, or refused and why")
const occurrences = count(
  "loop_task_occurrences_total",
  "Instants of tasks that were claimed, by what was decided first"
)

const runSeconds = Metric.histogram("loop_run_duration_seconds", {
  description: "How long ended runs took, in seconds",
  boundaries: [1, 3, 10, 30, 60, 180, 600, 1800, 3600]
})
const lateSeconds = Metric.histogram("loop_task_lateness_seconds", {
  description: "How long after its instant a task was fired, in seconds",
  boundaries: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 60, 600]
})

const add = (metric: typeof events, labels: Readonly<Record<string, string>>) =>
  Metric.update(Metric.withAttributes(metric, labels), 1)

const field = (event: NewEvent, name: string): unknown =>
  typeof event.data === "object" && event.data !== null
    ? Object.entries(event.data).find(([key]) => key === name)?.[1]
    : undefined

const ended = Effect.fnUntraced(function* (event: NewEvent) {
  yield* add(runsEnded, { status: String(field(event, "status")) })
  yield* Metric.update(runSeconds, Number(field(event, "duration_ms")) / 1000)
})

const fired = Effect.fnUntraced(function* (event: NewEvent) {
  const status = String(field(event, "status"))
  yield* add(occurrences, { status })
  const late = (event.at - Date.parse(String(field(event, "occurrence_at")))) / 1000
  if (status === "waiting") yield* Metric.update(lateSeconds, Math.max(0, late))
})

/** To be called once the events are stored for good. */
export const stored = Effect.fnUntraced(function* (all: ReadonlyArray<NewEvent>) {
  for (const event of all) {
    yield* add(events, { type: event.type })
    if (event.type === "run.ended") yield* ended(event)
    if (event.type === "task.fired") yield* fired(event)
  }
})

/** A decision about a connection out of a box. */
export const decided = (refusal: Refusal | null): Effect.Effect<void> =>
  add(egress, refusal === null ? { decision: "allowed" } : { decision: "refused", reason: refusal })
