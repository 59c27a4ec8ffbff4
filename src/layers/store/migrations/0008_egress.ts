/** Hosts that agents were refused and people were asked about. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // decision: null until somebody decides; once, or channel.
  yield* sql`CREATE TABLE egress_asks (
    ask_id TEXT PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES channels (channel_id) ON DELETE CASCADE,
    run_id TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    asked_at BIGINT NOT NULL,
    decision TEXT,
    decided_at BIGINT,
    decided_by TEXT,
    UNIQUE (run_id, host, port)
  )`
  yield* sql`CREATE INDEX egress_asks_by_channel ON egress_asks (channel_id)`
  yield* sql`CREATE INDEX egress_asks_once ON egress_asks (channel_id, decided_at) WHERE decision = 'once'`
})
