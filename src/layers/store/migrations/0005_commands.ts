/** Who decided an approval, and which commands an agent said that it has. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // The person's name; null: nobody did, or nobody knows.
  yield* sql`ALTER TABLE approvals ADD COLUMN decided_by TEXT`

  yield* sql`CREATE INDEX outbox_by_platform_id ON outbox (channel_id, platform_id)`

  // JSON list of names without a slash, as the channel's last agent process told them at its first turn.
  yield* sql`CREATE TABLE agent_commands (
    channel_id TEXT PRIMARY KEY REFERENCES channels (channel_id) ON DELETE CASCADE,
    commands TEXT NOT NULL
  )`
})
