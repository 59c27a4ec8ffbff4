/** A channel under another id, with everything that is its own: for a channel that was made anew on its platform. */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"
import type { ChannelId } from "../../domain/Ids.ts"

/** Every table with a column `channel_id`. */
export const tables = [
  "channels",
  "messages",
  "runs",
  "processes",
  "approvals",
  "events",
  "outbox",
  "tasks",
  "task_occurrences",
  "read_marks",
  "status_messages",
  "agent_commands",
  "fading_threads",
  "egress_asks",
  "access_asks",
  "project_asks",
  "spending",
  "usage_limits",
  "permission_rules",
  "memory_files",
  "seen"
] as const

/** To be called in a transaction. SQLite's own: on PostgreSQL the references would have to be declared deferrable. */
export const move = Effect.fnUntraced(function* (sql: SqlClient.SqlClient, from: ChannelId, to: ChannelId) {
  yield* sql`PRAGMA defer_foreign_keys = ON`
  yield* Effect.forEach(
    tables,
    (table) => sql`UPDATE ${sql(table)} SET channel_id = ${to} WHERE channel_id = ${from}`,
    {
      discard: true
    }
  )
  yield* sql`UPDATE channels SET parent_id = ${to} WHERE parent_id = ${from}`
  yield* sql`UPDATE spending SET root_id = ${to} WHERE root_id = ${from}`
  yield* sql`UPDATE budget_asks SET place = ${to} WHERE place = ${from}`
  yield* sql`UPDATE budget_asks SET scope = ${to} WHERE scope = ${from}`
  const [old, now] = [JSON.stringify(from), JSON.stringify(to)]
  yield* sql`UPDATE tokens SET scope = REPLACE(scope, ${old}, ${now})`
})
