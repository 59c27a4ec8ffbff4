/** Where a run worked that asked, and what people allowed for always. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE approvals ADD COLUMN cwd TEXT NOT NULL DEFAULT ''`
  // What was revoked stays as a row: the audit log names it by its id.
  yield* sql`CREATE TABLE permission_rules (
    rule_id TEXT PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES channels (channel_id) ON DELETE CASCADE,
    tool TEXT NOT NULL,
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    approval_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    made_by TEXT,
    revoked_at BIGINT,
    revoked_by TEXT
  )`
  yield* sql`CREATE INDEX permission_rules_channel ON permission_rules (channel_id, tool)`
})
