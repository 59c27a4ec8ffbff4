/** What has been read on the page, by whose token; channel_id null: everywhere. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE TABLE seen (
    reader TEXT NOT NULL,
    channel_id TEXT REFERENCES channels (channel_id) ON DELETE CASCADE,
    seen_at BIGINT NOT NULL
  )`
  yield* sql`CREATE UNIQUE INDEX seen_by_reader ON seen (reader, COALESCE(channel_id, ''))`
  yield* sql`CREATE INDEX seen_by_channel ON seen (channel_id)`
})
