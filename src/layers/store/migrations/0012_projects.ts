/** What project files reach out of their boxes for, as owners were asked about it, and what they approved. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE channels ADD COLUMN approved_project TEXT`
  // decision: null until somebody decides; approved, declined, or superseded by what was approved later.
  yield* sql`CREATE TABLE project_asks (
    ask_id TEXT PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES channels (channel_id) ON DELETE CASCADE,
    hash TEXT NOT NULL,
    directory TEXT NOT NULL,
    keys TEXT NOT NULL,
    content TEXT NOT NULL,
    run_id TEXT,
    asked_at BIGINT NOT NULL,
    decision TEXT,
    decided_at BIGINT,
    decided_by TEXT,
    UNIQUE (channel_id, hash)
  )`
})
