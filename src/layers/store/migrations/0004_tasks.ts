/** Tasks in use: templates, failures, sessions; where each occurrence's letter went; threads that are to be deleted. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE tasks ADD COLUMN template_name TEXT`
  yield* sql`ALTER TABLE tasks ADD COLUMN failures INTEGER NOT NULL DEFAULT 0`
  yield* sql`ALTER TABLE tasks ADD COLUMN not_before BIGINT`
  yield* sql`ALTER TABLE tasks ADD COLUMN paused_reason TEXT`
  yield* sql`ALTER TABLE tasks ADD COLUMN session_id TEXT`
  yield* sql`CREATE UNIQUE INDEX tasks_by_template ON tasks (channel_id, template_name) WHERE template_name IS NOT NULL`

  yield* sql`ALTER TABLE task_occurrences ADD COLUMN channel_id TEXT`
  yield* sql`ALTER TABLE task_occurrences ADD COLUMN thread_id TEXT`
  yield* sql`ALTER TABLE task_occurrences ADD COLUMN claimed_at BIGINT`
  yield* sql`ALTER TABLE task_occurrences ADD COLUMN ended_at BIGINT`
  yield* sql`CREATE INDEX task_occurrences_by_letter ON task_occurrences (channel_id, message_id)`
  yield* sql`CREATE INDEX task_occurrences_by_run ON task_occurrences (run_id)`
  yield* sql`CREATE INDEX task_occurrences_open ON task_occurrences (task_id) WHERE status IN ('waiting', 'running')`
  yield* sql`CREATE INDEX task_occurrences_by_age ON task_occurrences (ended_at)`

  // rename_to: null once the thread has that name.
  yield* sql`CREATE TABLE fading_threads (
    channel_id TEXT PRIMARY KEY REFERENCES channels (channel_id) ON DELETE CASCADE,
    rename_to TEXT,
    delete_at BIGINT NOT NULL
  )`
  yield* sql`CREATE INDEX fading_threads_due ON fading_threads (delete_at)`
})
