/** Brings the schema up to date. A record, not a directory: it is bundled with the program. */
import { Effect } from "effect"
import { Migrator, SqlClient } from "effect/sql"
import initial from "./migrations/0001_initial.ts"
import chat from "./migrations/0003_chat.ts"
import tasks from "./migrations/0004_tasks.ts"
import commands from "./migrations/0005_commands.ts"
import noted from "./migrations/0006_noted.ts"
import resets from "./migrations/0007_resets.ts"
import egress from "./migrations/0008_egress.ts"
import hops from "./migrations/0009_hops.ts"
import buttons from "./migrations/0010_buttons.ts"
import access from "./migrations/0011_access.ts"
import projects from "./migrations/0012_projects.ts"
import spending from "./migrations/0013_spending.ts"
import rules from "./migrations/0014_rules.ts"
import memory from "./migrations/0015_memory.ts"
import seen from "./migrations/0016_seen.ts"

export const migrations = {
  "0001_initial": initial,
  "0003_chat": chat,
  "0004_tasks": tasks,
  "0005_commands": commands,
  "0006_noted": noted,
  "0007_resets": resets,
  "0008_egress": egress,
  "0009_hops": hops,
  "0010_buttons": buttons,
  "0011_access": access,
  "0012_projects": projects,
  "0013_spending": spending,
  "0014_rules": rules,
  "0015_memory": memory,
  "0016_seen": seen
}

const newest = Math.max(...Object.keys(migrations).map((key) => Number.parseInt(key, 10)))

/** Fails when the file was written by a version that knew more than this one. */
export const migrate = Effect.fn("Store.migrate")(function* (
  known: Parameters<typeof Migrator.fromRecord>[0] = migrations
) {
  const sql = yield* SqlClient.SqlClient
  const done = yield* Migrator.make({})({ loader: Migrator.fromRecord(known), table: "migrations" })
  const rows = yield* sql<{ latest: number }>`SELECT MAX(migration_id) AS latest FROM migrations`
  const latest = rows[0]?.latest ?? 0
  if (known === migrations && latest > newest) {
    return yield* new Migrator.MigrationError({
      kind: "BadState",
      message: `The database was written by a newer version of Loop (schema ${latest}, this one knows ${newest}).`
    })
  }
  return done
})
