/** When tasks are due: of a schedule that is being written, and of all tasks on the days of a calendar. */
import { Effect, Schema } from "effect"
import { mostDays, perDay } from "../domain/tasks/Calendar.ts"
import { TaskType } from "../domain/tasks/Task.ts"
import { instant } from "../domain/Views.ts"
import { TaskControl } from "../services/TaskControl.ts"
import { route } from "./Route.ts"
import { Instant } from "./Shapes.ts"

const PreviewShape = Schema.Struct({
  next_runs: Schema.Array(Instant).annotate({ description: "The next instants, five at most." }),
  zone: Schema.String.annotate({ description: "The zone that the schedule means." })
}).annotate({ identifier: "SchedulePreview" })

const preview = route(
  "POST",
  "/api/tasks/preview",
  {
    summary: "When a task would be due; 422 with the reason where it never is. Nothing is stored",
    body: Schema.Struct({
      type: TaskType,
      schedule: Schema.NonEmptyString.check(Schema.isMaxLength(1000)),
      timezone: Schema.optionalKey(Schema.NullOr(Schema.String.check(Schema.isMaxLength(100))))
    }),
    answer: { status: 200, description: "Its next instants", schema: PreviewShape },
    problems: [422]
  },
  function* ({ body }) {
    const { next, zone } = yield* TaskControl.use((control) => control.preview(body))
    return { next_runs: next.map(instant), zone }
  }
)

const CalendarShape = Schema.Struct({
  task_id: Schema.Int,
  date: Schema.String.annotate({ format: "date" }),
  instants: Schema.Array(Instant).annotate({ description: `The first of the day, ${perDay} at most.` }),
  more: Schema.Boolean.annotate({ description: "Whether the day has further ones." })
}).annotate({ identifier: "TaskDay" })

const calendar = route(
  "GET",
  "/api/tasks/calendar",
  {
    summary: "What lies ahead of the tasks that the token may read, by days; 500 tasks at most, those due next first",
    query: Schema.Struct({
      from: Schema.NonEmptyString.annotate({ description: "The first day, such as `2030-01-31`" }),
      days: Schema.FiniteFromString.check(Schema.isInt(), Schema.isBetween({ minimum: 1, maximum: mostDays })).pipe(
        Schema.withDecodingDefaultKey(Effect.succeed("7"))
      ),
      zone: Schema.NonEmptyString.annotate({ description: "The zone whose days they are, such as `Europe/Berlin`" })
    }),
    answer: { status: 200, description: "The days on which tasks are due", schema: Schema.Array(CalendarShape) }
  },
  function* ({ query, subject }) {
    const entries = yield* TaskControl.use((control) => control.calendar(subject, query))
    return entries.map(({ date, instants, more, task_id }) => {
      return { task_id, date, instants: instants.map(instant), more }
    })
  }
)

export const taskTimeRoutes = [preview, calendar]
