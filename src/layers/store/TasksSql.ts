/** `Tasks` in SQL. Every change sets the columns that it is about and no others. */
import { Clock, Effect, Layer, Queue } from "effect"
import { SqlClient } from "effect/sql"
import type { ChannelId, SessionId } from "../../domain/Ids.ts"
import { backOffMs, mostFailures } from "../../domain/tasks/Occurrences.ts"
import type { Occurrence } from "../../domain/tasks/Task.ts"
import * as Words from "../../domain/tasks/Words.ts"
import { type Author, together } from "../../domain/Subject.ts"
import { Journal } from "../../services/Journal.ts"
import { type Claim, type Ending, type NewTask, type TaskPatch, Tasks } from "../../services/Tasks.ts"
import { orStoreError } from "./Errors.ts"
import * as Behalf from "./Behalf.ts"
import * as FadingThreads from "./FadingThreads.ts"
import * as MessageRows from "./MessageRows.ts"
import * as TaskClaims from "./TaskClaims.ts"
import * as TaskOccurrences from "./TaskOccurrences.ts"
import * as TaskRows from "./TaskRows.ts"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const journal = yield* Journal
  const rows = yield* TaskRows.make
  const messages = yield* MessageRows.make
  const signal = yield* Queue.sliding<void>(1)
  const tell = sql.afterCommit(Effect.asVoid(Queue.offer(signal, undefined)))

  const exactly = TaskOccurrences.exactly(sql)

  const insert = Effect.fn("Tasks.insert")(
    function* ({ on_behalf = [], ...task }: NewTask) {
      const created_at = yield* Clock.currentTimeMillis
      const columns = yield* TaskRows.encode({ ...task, enabled: true, created_at })
      const row = { ...columns, on_behalf: yield* Behalf.encode(on_behalf) }
      const inserted =
        yield* sql`INSERT INTO tasks ${sql.insert(row)} ON CONFLICT DO NOTHING RETURNING ${rows.taskColumns}`
      const made = yield* TaskRows.decodeTasks(inserted)
      yield* rows.changed(made)
      yield* tell
      return made[0]
    },
    sql.withTransaction,
    orStoreError("Tasks.insert")
  )

  const authorsOf = Effect.fn("Tasks.authorsOf")(function* (id: number) {
    return (yield* Behalf.decode(yield* sql`SELECT on_behalf FROM tasks WHERE task_id = ${id}`))[0] ?? []
  }, orStoreError("Tasks.authorsOf"))

  const sign = Effect.fn("Tasks.sign")(
    function* (id: number, authors: ReadonlyArray<Author>) {
      const on_behalf = yield* Behalf.encode(together(yield* authorsOf(id), authors))
      yield* sql`UPDATE tasks SET on_behalf = ${on_behalf} WHERE task_id = ${id}`
    },
    sql.withTransaction,
    orStoreError("Tasks.sign")
  )

  const get = Effect.fn("Tasks.get")(function* (id: number) {
    return (yield* rows.tasks(sql`WHERE task_id = ${id}`))[0]
  }, orStoreError("Tasks.get"))

  const byTemplate = Effect.fn("Tasks.byTemplate")(function* (channel: ChannelId, name: string) {
    return (yield* rows.tasks(sql`WHERE channel_id = ${channel} AND template_name = ${name}`))[0]
  }, orStoreError("Tasks.byTemplate"))

  const soonestFirst = sql.literal("ORDER BY CASE WHEN next_run_at IS NULL THEN 1 ELSE 0 END, next_run_at, task_id")

  const ofChannel = Effect.fn("Tasks.ofChannel")(function* (channel: ChannelId) {
    return yield* rows.tasks(sql`WHERE channel_id = ${channel} ${soonestFirst}`)
  }, orStoreError("Tasks.ofChannel"))

  const all = Effect.fn("Tasks.all")(function* (filter: {
    readonly channels?: ReadonlyArray<ChannelId>
    readonly limit: number
  }) {
    const { channels, limit } = filter
    if (channels?.length === 0) return []
    const where = channels === undefined ? sql.literal("") : sql`WHERE ${sql.in("channel_id", channels)}`
    return yield* rows.tasks(sql`${where} ${soonestFirst} LIMIT ${limit}`)
  }, orStoreError("Tasks.all"))

  const patch = Effect.fn("Tasks.patch")(
    function* (id: number, patch: TaskPatch) {
      const changes = yield* TaskRows.encode(patch)
      if (Object.keys(changes).length === 0) return yield* get(id)
      const changed = yield* TaskRows.decodeTasks(
        yield* sql`UPDATE tasks SET ${sql.update(changes)} WHERE task_id = ${id} RETURNING ${rows.taskColumns}`
      )
      yield* rows.changed(changed)
      yield* tell
      return changed[0]
    },
    sql.withTransaction,
    orStoreError("Tasks.patch")
  )

  const withdraw = Effect.fn("Tasks.withdraw")(
    function* (id: number, reason: string) {
      const now = yield* Clock.currentTimeMillis
      const waiting = yield* rows.occurrences(sql`WHERE task_id = ${id} AND status = 'waiting'`)
      for (const occurrence of waiting) {
        const { channel_id, message_id } = occurrence
        const letter = sql`channel_id = ${channel_id} AND message_id = ${message_id} AND state = 'queued'`
        const dropped = yield* messages.update({ state: "dropped" }, letter)
        if (dropped.length > 0 && channel_id !== null) yield* messages.queueChanged(channel_id)
        yield* sql`UPDATE task_occurrences SET status = 'skipped', reason = ${reason}, ended_at = ${now}
          WHERE ${exactly(occurrence)} AND status = 'waiting'`
      }
    },
    sql.withTransaction,
    orStoreError("Tasks.withdraw")
  )

  const remove = Effect.fn("Tasks.remove")(
    function* (id: number) {
      yield* withdraw(id, Words.takenOut)
      const gone = yield* TaskRows.decodeTasks(
        yield* sql`DELETE FROM tasks WHERE task_id = ${id} RETURNING ${rows.taskColumns}`
      )
      yield* rows.changed(gone, true)
      yield* tell
      return gone.length > 0
    },
    sql.withTransaction,
    orStoreError("Tasks.remove")
  )

  const due = Effect.fn("Tasks.due")(function* (now: number, limit: number) {
    return yield* rows.tasks(
      sql`WHERE enabled = 1 AND next_run_at <= ${now} ORDER BY next_run_at, task_id LIMIT ${limit}`
    )
  }, orStoreError("Tasks.due"))

  const nextDue = sql<{ at: number | null }>`SELECT MIN(next_run_at) AS at FROM tasks WHERE enabled = 1`.pipe(
    Effect.map((found) => found[0]?.at ?? undefined),
    orStoreError("Tasks.nextDue"),
    Effect.withSpan("Tasks.nextDue")
  )

  const claim = Effect.fn("Tasks.claim")(
    function* (claims: ReadonlyArray<Claim>, now: number) {
      return yield* TaskClaims.store({ sql, journal, messages }, claims, now)
    },
    sql.withTransaction,
    orStoreError("Tasks.claim")
  )

  /** What an end means for the task; in SQL, so that what others changed meanwhile stays. */
  const count = Effect.fnUntraced(function* (
    id: number,
    { counts, pauses = false, reason, status }: Ending,
    now: number
  ) {
    if (status === "ran") {
      yield* sql`UPDATE tasks SET failures = 0, not_before = NULL WHERE task_id = ${id} AND failures > 0`
    }
    if (status !== "failed" || !counts) return yield* get(id)
    const [failed] = yield* sql<{ failures: number }>`UPDATE tasks SET failures = failures + 1
      WHERE task_id = ${id} RETURNING failures`
    if (failed === undefined) return undefined
    const failures = Number(failed.failures)
    if (failures < mostFailures && !pauses) return yield* patch(id, { not_before: now + backOffMs(failures) })
    yield* withdraw(id, Words.turnedOff)
    return yield* patch(id, {
      enabled: false,
      next_run_at: null,
      paused_reason: Words.pausedReason(failures, reason ?? "")
    })
  })

  const end = Effect.fn("Tasks.end")(
    function* (occurrence: Occurrence, ending: Ending) {
      const now = yield* Clock.currentTimeMillis
      const { reason, status } = ending
      const ended = yield* sql`UPDATE task_occurrences SET status = ${status}, reason = ${reason}, ended_at = ${now}
        WHERE ${exactly(occurrence)} AND status IN ('waiting', 'running') RETURNING task_id`
      return ended.length === 0 ? undefined : yield* count(occurrence.task_id, ending, now)
    },
    sql.withTransaction,
    orStoreError("Tasks.end")
  )

  const keepSession = Effect.fn("Tasks.keepSession")(function* (id: number, session: SessionId | null) {
    yield* sql`UPDATE tasks SET session_id = ${session} WHERE task_id = ${id}`
  }, orStoreError("Tasks.keepSession"))

  return Tasks.of({
    ...(yield* FadingThreads.make(tell)),
    ...(yield* TaskOccurrences.make(get)),
    insert,
    authorsOf,
    sign,
    get,
    byTemplate,
    ofChannel,
    all,
    patch,
    remove,
    withdraw,
    due,
    nextDue,
    claim,
    end,
    keepSession,
    wait: Queue.take(signal)
  })
})

export const layer = Layer.effect(Tasks, make)
