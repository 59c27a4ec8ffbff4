/** Occurrences into the mailbox: rows and letters and the tasks' next instants, all in one transaction. */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { NewEvent } from "../../domain/ChannelEvent.ts"
import { type ChannelId, MessageId, platformOf } from "../../domain/Ids.ts"
import type { Message } from "../../domain/Message.ts"
import type { Occurrence, Task } from "../../domain/tasks/Task.ts"
import { author } from "../../domain/tasks/Words.ts"
import { occurrenceView } from "../../domain/tasks/Views.ts"
import type { Aside, Claim } from "../../services/Tasks.ts"
import type { Journal } from "../../services/Journal.ts"
import type * as MessageRows from "./MessageRows.ts"

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

/** The task goes on to its next instant, unless somebody has changed it since it was read. */
const advance = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, { next, task }: Claim) {
  if (next === undefined) return true
  const last = next === null ? sql`, enabled = 0` : sql.literal("")
  const moved = yield* sql`UPDATE tasks SET next_run_at = ${next} ${last}
    WHERE task_id = ${task.task_id} AND next_run_at = ${task.next_run_at} AND enabled = 1 RETURNING task_id`
  return moved.length > 0
})

const one = Effect.fnUntraced(function* (tables: Tables, claim: Claim, now: number) {
  const { sql } = tables
  const { task } = claim
  const stored: Array<Occurrence> = []
  const letters: Array<Message> = []
  if (!(yield* advance(sql, claim))) return { stored, letters }
  for (const { at, place, reason, status } of claim.verdicts) {
    const waiting = status === "waiting"
    const channel_id: ChannelId = place?.channel_id ?? task.channel_id
    const occurrence: Occurrence = {
      task_id: task.task_id,
      occurrence_at: at,
      status,
      reason,
      run_id: null,
      channel_id: waiting ? channel_id : null,
      message_id: waiting ? letterId(task, at) : null,
      thread_id: place?.channel_id ?? null,
      claimed_at: now,
      ended_at: waiting ? null : now
    }
    const fresh = yield* sql`INSERT INTO task_occurrences ${sql.insert({ ...occurrence })}
      ON CONFLICT DO NOTHING RETURNING task_id`
    if (fresh.length === 0) continue
    stored.push(occurrence)
    if (!waiting) continue
    if (place !== undefined) yield* openThread(sql, place, now)
    const letter = yield* tables.messages.insert(
      {
        channel_id,
        message_id: letterId(task, at),
        author_id: `task:${task.task_id}`,
        author_name: author(task.task_id),
        content: task.prompt,
        kind: "task",
        attachments: [],
        is_bot: false,
        state: "queued",
        run_id: null,
        prompt_id: null
      },
      undefined
    )
    if (letter !== undefined) letters.push(letter)
  }
  return { stored, letters }
})

/** Part of the caller's transaction. */
export const store = Effect.fnUntraced(function* (tables: Tables, claims: ReadonlyArray<Claim>, now: number) {
  const stored: Array<Occurrence> = []
  const letters: Array<Message> = []
  const events: Array<NewEvent> = []
  for (const claim of claims) {
    const done = yield* one(tables, claim, now)
    stored.push(...done.stored)
    letters.push(...done.letters)
    for (const occurrence of done.stored) {
      const { channel_id, task_id } = claim.task
      const data = { task_id, ...occurrenceView(occurrence) }
      events.push({ type: "task.fired", at: now, channel_id, run_id: null, data })
    }
  }
  yield* tables.journal.append(events)
  yield* tables.messages.record("message.created", letters)
  for (const channel of new Set(letters.map(({ channel_id }) => channel_id)))
    yield* tables.messages.queueChanged(channel)
  return stored
})
