/** Messages that were said without calling Loop and are told with the next one: found without reading the whole channel. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE INDEX messages_noted ON messages (channel_id, seq) WHERE state = 'noted' AND run_id IS NULL`
})
