/** Resets: how often a channel was begun anew and behind which message, and in which of its conversations a run worked. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`ALTER TABLE channels ADD COLUMN resets INTEGER NOT NULL DEFAULT 0`
  yield* sql`ALTER TABLE channels ADD COLUMN reset_seq BIGINT NOT NULL DEFAULT 0`
  yield* sql`ALTER TABLE runs ADD COLUMN resets INTEGER NOT NULL DEFAULT 0`
})
