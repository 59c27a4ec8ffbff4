/** How many runs led to a message, each begun by what the bot said in the one before. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE messages ADD COLUMN hops INTEGER NOT NULL DEFAULT 0`
})
