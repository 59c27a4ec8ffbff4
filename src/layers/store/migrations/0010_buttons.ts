/** The buttons under what the bot says, for faces that read rows: chat platforms have theirs in the outbox. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE messages ADD COLUMN buttons TEXT`
  yield* sql`CREATE INDEX messages_with_buttons ON messages (channel_id) WHERE buttons IS NOT NULL`
})
