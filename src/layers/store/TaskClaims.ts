/** Occurrences into the mailbox: rows and letters and the tasks' next instants, all in one transaction. */
import { Array as Arr, Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { NewEvent } from "../../domain/ChannelEvent.ts"
import { MessageId, platformOf } from "../../domain/Ids.ts"
import type { Occurrence, Task } from "../../domain/tasks/Task.ts"
import { author } from "../../domain/tasks/Words.ts"
import { occurrenceView } from "../../domain/tasks/Views.ts"
import type { Aside, Claim } from "../../services/Tasks.ts"
import type { Journal } from "../../services/Journal.ts"
import type * as MessageRows from "./MessageRows.ts"

/** Rows in one statement. */
const atOnce = 200

interface Tables {
  readonly sql: SqlClient.SqlClient
  readonly journal: Journal["Service"]
  readonly messages: Effect.Success<typeof MessageRows.make>
}

/** Made of the occurrence, so that the same one can never be in the mailbox twice. */
const letterId = (task: Task, at: number) => MessageId.make(`task-${task.task_id}-${at}`)

const openThread = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, place: Aside, now: number) {
  const { channel_id, name, parent_id } = place
  const row = { channel_id, parent_id, name, name_folded: name.toLowerCase(), platform: platformOf(channel_id) }
  yield* sql`INSERT INTO channels ${sql.insert({ ...row, active: 1, settings: "{}", created_at: now })} ON CONFLICT DO NOTHING`
})

/** The tasks go on to their next instants, but for those that somebody has changed since they were read. */
const advance = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, claims: ReadonlyArray<Claim>) {
  const moves = claims.flatMap(({ next, task }) =>
    next === undefined ? [] : [sql`(${task.task_id}, ${task.next_run_at}, ${next})`]
  )
  const moved = new Set<number>()
  for (const some of Arr.chunksOf(moves, atOnce)) {
    const rows = yield* sql<{ task_id: number }>`UPDATE tasks
      SET next_run_at = v.column3, enabled = CASE WHEN v.column3 IS NULL THEN 0 ELSE 1 END
      FROM (VALUES ${sql.csv(some)}) AS v
      WHERE task_id = v.column1 AND next_run_at = v.column2 AND enabled = 1 RETURNING task_id`
    for (const { task_id } of rows) moved.add(task_id)
  }
  return claims.filter(({ next, task }) => next === undefined || moved.has(task.task_id))
})

interface Judged {
  readonly claim: Claim
  readonly occurrence: Occurrence
  readonly place: Aside | undefined
}

const judgedOf = (claim: Claim, now: number): ReadonlyArray<Judged> =>
  claim.verdicts.map(({ at, place, reason, status }) => {
    const { channel_id, task_id } = claim.task
    const waiting = status === "waiting"
    const occurrence: Occurrence = {
      task_id,
      occurrence_at: at,
      status,
      reason,
      run_id: null,
      channel_id: waiting ? (place?.channel_id ?? channel_id) : null,
      message_id: waiting ? letterId(claim.task, at) : null,
      thread_id: place?.channel_id ?? null,
      claimed_at: now,
      ended_at: waiting ? null : now
    }
    return { claim, occurrence, place }
  })

/** Those that were not there yet. */
const insertAll = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, judged: ReadonlyArray<Judged>) {
  const keyOf = (task_id: number, occurrence_at: number) => `${task_id} ${occurrence_at}`
  const fresh = new Set<string>()
  for (const some of Arr.chunksOf(judged, atOnce)) {
    const rows = Arr.map(some, ({ occurrence }) => Object.assign({}, occurrence))
    const inserted = yield* sql<{ task_id: number; occurrence_at: number }>`INSERT INTO task_occurrences
      ${sql.insert(rows)} ON CONFLICT DO NOTHING RETURNING task_id, occurrence_at`
    for (const row of inserted) fresh.add(keyOf(row.task_id, row.occurrence_at))
  }
  return judged.filter(({ occurrence }) => fresh.has(keyOf(occurrence.task_id, occurrence.occurrence_at)))
})

const letterOf = ({ claim: { task }, occurrence: { channel_id, message_id } }: Judged) =>
  channel_id === null || message_id === null
    ? []
    : [
        {
          channel_id,
          message_id,
          author_id: `task:${task.task_id}`,
          author_name: author(task.task_id),
          content: task.prompt,
          kind: "task" as const,
          attachments: [],
          is_bot: false,
          state: "queued" as const,
          run_id: null,
          prompt_id: null
        }
      ]

/** Part of the caller's transaction. */
export const store = Effect.fnUntraced(function* (tables: Tables, claims: ReadonlyArray<Claim>, now: number) {
  const { journal, messages, sql } = tables
  const judged = (yield* advance(sql, claims)).flatMap((claim) => judgedOf(claim, now))
  const fresh = yield* insertAll(sql, judged)
  for (const { place } of fresh) if (place !== undefined) yield* openThread(sql, place, now)
  yield* journal.append(
    fresh.map(({ claim: { task }, occurrence }): NewEvent => {
      const data = { task_id: task.task_id, ...occurrenceView(occurrence) }
      return { type: "task.fired", at: now, channel_id: task.channel_id, run_id: null, data }
    })
  )
  const letters = yield* messages.insertLetters(fresh.flatMap(letterOf))
  for (const some of Arr.chunksOf(letters, atOnce)) {
    const seqs = some.map(({ seq }) => seq)
    yield* sql`UPDATE messages SET on_behalf = (
      SELECT t.on_behalf FROM task_occurrences o JOIN tasks t ON t.task_id = o.task_id
      WHERE o.channel_id = messages.channel_id AND o.message_id = messages.message_id) WHERE ${sql.in("seq", seqs)}`
  }
  yield* messages.record("message.created", letters)
  yield* messages.queuesChanged([...new Set(letters.map(({ channel_id }) => channel_id))])
  return fresh.map(({ occurrence }) => occurrence)
})
