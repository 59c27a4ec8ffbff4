/** The part of `Tasks` in SQL that is about instants of tasks: their letters, their runs, their threads, their history. */
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ChannelId, MessageId, RunId } from "../../domain/Ids.ts"
import type { Occurrence, Task } from "../../domain/tasks/Task.ts"
import * as Words from "../../domain/tasks/Words.ts"
import type { StoreError } from "../../services/Store.ts"
import { orStoreError } from "./Errors.ts"
import * as TaskRows from "./TaskRows.ts"

/** The row of one instant. */
export const exactly =
  (sql: SqlClient.SqlClient) =>
  ({ occurrence_at, task_id }: Occurrence) =>
    sql`task_id = ${task_id} AND occurrence_at = ${occurrence_at}`

export const make = Effect.fnUntraced(function* (get: (id: number) => Effect.Effect<Task | undefined, StoreError>) {
  const sql = yield* SqlClient.SqlClient
  const rows = yield* TaskRows.make
  const one = exactly(sql)

  const open = Effect.fn("Tasks.open")(function* (ids: ReadonlyArray<number>) {
    if (ids.length === 0) return new Map<number, number>()
    const counted = yield* sql<{ task_id: number; open: number }>`
      SELECT task_id, COUNT(*) AS open FROM task_occurrences
      WHERE ${sql.in("task_id", ids)} AND status IN ('waiting', 'running') GROUP BY task_id`
    return new Map(counted.map((row) => [row.task_id, Number(row.open)]))
  }, orStoreError("Tasks.open"))

  const withTask = Effect.fnUntraced(function* (found: ReadonlyArray<Occurrence>) {
    const [occurrence] = found
    const task = occurrence && (yield* get(occurrence.task_id))
    return occurrence === undefined || task === undefined ? undefined : { task, occurrence }
  })

  const letter = Effect.fn("Tasks.letter")(function* (channel: ChannelId, message: MessageId) {
    return yield* withTask(
      yield* rows.occurrences(sql`WHERE channel_id = ${channel} AND message_id = ${message} AND status = 'waiting'`)
    )
  }, orStoreError("Tasks.letter"))

  const ofRun = Effect.fn("Tasks.ofRun")(function* (run: RunId) {
    return yield* withTask(yield* rows.occurrences(sql`WHERE run_id = ${run}`))
  }, orStoreError("Tasks.ofRun"))

  const begun = Effect.fn("Tasks.begun")(function* (occurrence: Occurrence, run: RunId) {
    yield* sql`UPDATE task_occurrences SET status = 'running', run_id = ${run}
      WHERE ${one(occurrence)} AND status = 'waiting'`
  }, orStoreError("Tasks.begun"))

  const threadOpened = Effect.fn("Tasks.threadOpened")(function* (occurrence: Occurrence, thread: ChannelId) {
    yield* sql`UPDATE task_occurrences SET thread_id = ${thread} WHERE ${one(occurrence)}`
  }, orStoreError("Tasks.threadOpened"))

  const history = Effect.fn("Tasks.history")(function* (
    id: number,
    page: { readonly limit: number; readonly before?: number }
  ) {
    const earlier = page.before === undefined ? sql.literal("") : sql`AND occurrence_at < ${page.before}`
    return yield* rows.occurrences(
      sql`WHERE task_id = ${id} ${earlier} ORDER BY occurrence_at DESC LIMIT ${page.limit}`
    )
  }, orStoreError("Tasks.history"))

  const settleLost = Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* sql`UPDATE task_occurrences SET status = 'skipped', reason = ${Words.takenOut}, ended_at = ${now}
      WHERE status IN ('waiting', 'running') AND NOT EXISTS (
        SELECT 1 FROM messages m WHERE m.channel_id = task_occurrences.channel_id
          AND m.message_id = task_occurrences.message_id AND m.state IN ('queued', 'running'))`
  }).pipe(orStoreError("Tasks.settleLost"), Effect.withSpan("Tasks.settleLost"))

  return { open, letter, ofRun, begun, threadOpened, history, settleLost }
})
