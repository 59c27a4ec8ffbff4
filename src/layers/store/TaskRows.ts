/** How rows of `tasks` and `task_occurrences` are read and written. */
import { Clock, Effect, Schema, Struct } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { defaultOptions, Occurrence, Task, TaskOptions } from "../../domain/tasks/Task.ts"
import { taskView } from "../../domain/tasks/Views.ts"

import { Journal } from "../../services/Journal.ts"

const Row = Schema.Struct({
  ...Task.fields,
  enabled: Schema.BooleanFromBit,
  options: Schema.fromJsonString(TaskOptions.mapFields(Struct.map(Schema.optionalKey)))
})
const decodeRows = Schema.decodeUnknownEffect(Schema.Array(Row))
export const encode = Schema.encodeEffect(Row.mapFields(Struct.map(Schema.optionalKey)))

export const decodeTasks = (rows: unknown) =>
  Effect.map(decodeRows(rows), (tasks) =>
    tasks.map((task): Task => ({ ...task, options: { ...defaultOptions, ...task.options } }))
  )
export const decodeOccurrences = Schema.decodeUnknownEffect(Schema.Array(Occurrence))

export const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const journal = yield* Journal
  const columnsOf = (fields: object) => sql.csv(Object.keys(fields).map((column) => sql`${sql(column)}`))
  const taskColumns = columnsOf(Row.fields)
  const occurrenceColumns = columnsOf(Occurrence.fields)

  const tasks = (where: Statement.Fragment) =>
    Effect.flatMap(sql`SELECT ${taskColumns} FROM tasks ${where}`, decodeTasks)

  const occurrences = (where: Statement.Fragment) =>
    Effect.flatMap(sql`SELECT ${occurrenceColumns} FROM task_occurrences ${where}`, decodeOccurrences)

  /** Tells who watches of tasks that have changed; `deleted` of one that is gone. */
  const changed = Effect.fnUntraced(function* (all: ReadonlyArray<Task>, deleted = false) {
    const at = yield* Clock.currentTimeMillis
    yield* journal.append(
      all.map((task) => ({
        type: "task.changed" as const,
        at,
        channel_id: task.channel_id,
        run_id: null,
        data: { ...taskView(task), deleted }
      }))
    )
  })

  return { taskColumns, occurrenceColumns, tasks, occurrences, changed }
})
