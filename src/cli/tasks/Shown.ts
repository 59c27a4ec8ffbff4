/** Tasks as the server tells of them, and as the terminal shows them. */
import { Console, DateTime, Effect, Option, Schema } from "effect"
import { OccurrenceStatus, TaskType } from "../../domain/tasks/Task.ts"
import { printableLine } from "../../domain/Printable.ts"
import { summary } from "../../domain/Text.ts"

export const Task = Schema.Struct({
  id: Schema.Int,
  channel_id: Schema.String,
  type: TaskType,
  schedule: Schema.String,
  prompt: Schema.String,
  enabled: Schema.Boolean,
  next_run_at: Schema.NullOr(Schema.String),
  template_name: Schema.optionalKey(Schema.String),
  paused_reason: Schema.optionalKey(Schema.String),
  next_runs: Schema.optionalKey(Schema.Array(Schema.String)),
  zone: Schema.optionalKey(Schema.String)
})
export type Task = typeof Task.Type

export const Occurrence = Schema.Struct({
  occurrence_at: Schema.String,
  status: OccurrenceStatus,
  reason: Schema.optionalKey(Schema.String),
  run_id: Schema.optionalKey(Schema.String)
})
export type Occurrence = typeof Occurrence.Type

const two = (value: number) => String(value).padStart(2, "0")

/** `Mon 2031-05-05 09:00:00` in that zone; what is no instant or zone is left as it is. */
export const local = (instant: string, zone: string): string => {
  const zoned = Option.flatMap(DateTime.make(instant), (at) => DateTime.setZoneNamed(at, zone))
  if (Option.isNone(zoned)) return instant
  const { day, hour, minute, month, second, weekDay, year } = DateTime.toParts(zoned.value)
  const name = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][weekDay] ?? ""
  return `${name} ${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

const stateOf = ({ enabled, paused_reason }: Task): string =>
  enabled ? "on" : paused_reason === undefined ? "off" : "paused"

export const head = ["ID", "STATE", "TYPE", "SCHEDULE", "NEXT", "PROMPT"]

export const row = (task: Task): ReadonlyArray<string> => [
  String(task.id),
  stateOf(task),
  task.type,
  task.schedule,
  task.next_run_at ?? "-",
  summary(task.prompt, 60)
]

export const historyHead = ["AT", "STATUS", "RUN", "REASON"]

export const historyRow = ({ occurrence_at, reason = "", run_id = "-", status }: Occurrence): ReadonlyArray<string> => [
  occurrence_at,
  status,
  run_id,
  reason
]

/** What a task has become: one sentence, and its next instants in the zone that it means. */
export const announce = Effect.fnUntraced(function* (task: Task, what: string) {
  yield* Console.log(`Task ${task.id} ${what}.`)
  const { next_runs = [], paused_reason, zone = "UTC" } = task
  if (paused_reason !== undefined) yield* Console.log(`It has paused itself: ${printableLine(paused_reason)}`)
  if (next_runs.length === 0) return yield* Console.log(task.enabled ? "It does not run again." : "It is off.")
  yield* Console.log(`Its next times (${zone}):`)
  yield* Effect.forEach(next_runs, (at) => Console.log(`  ${local(at, zone)}`))
})
