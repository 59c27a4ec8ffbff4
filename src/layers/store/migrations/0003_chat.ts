/** Chat platforms: grants, what was seen of each channel, and the live status message of each run. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // JSON of the grants that were given in chat.
  yield* sql`ALTER TABLE channels ADD COLUMN permissions TEXT NOT NULL DEFAULT '{}'`

  // Null: the text alone. Else JSON: buttons, a file, what it answers or which message it changes.
  yield* sql`ALTER TABLE outbox ADD COLUMN dress TEXT`

  // The newest message of a channel that was judged, taken or not.
  yield* sql`CREATE TABLE read_marks (
    channel_id TEXT PRIMARY KEY REFERENCES channels (channel_id) ON DELETE CASCADE,
    last_seen TEXT NOT NULL,
    seen_at BIGINT NOT NULL
  )`

  // platform_id: null until the platform has confirmed it. closed: nothing is left to be done with it.
  yield* sql`CREATE TABLE status_messages (
    run_id TEXT PRIMARY KEY REFERENCES runs (run_id) ON DELETE CASCADE,
    channel_id TEXT NOT NULL,
    platform_id TEXT,
    closed INTEGER NOT NULL,
    created_at BIGINT NOT NULL
  )`
  yield* sql`CREATE INDEX status_messages_open ON status_messages (closed) WHERE closed = 0`
})
