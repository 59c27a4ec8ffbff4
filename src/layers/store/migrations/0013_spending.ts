/** What model calls have cost, what owners were asked to allow, what was warned of, and channels that wait for a usage limit. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

interface Spent {
  readonly run_id: string
  readonly channel_id: string
  readonly root_id: string
  readonly task_id: number | null
  readonly at: number
  readonly cost_usd: number
  readonly usage: string
}

/** Runs from before were counted by their agents alone: each is one row, of a model that nobody noted. */
const before = Effect.fnUntraced(function* (sql: SqlClient.SqlClient) {
  const runs = yield* sql<Spent>`SELECT run_id, r.channel_id AS channel_id,
      COALESCE(c.parent_id, c.channel_id) AS root_id, task_id, COALESCE(ended_at, started_at) AS at, cost_usd, usage
    FROM runs r JOIN channels c ON c.channel_id = r.channel_id WHERE cost_usd > 0`
  for (const { usage, ...run } of runs) {
    const tokens = JSON.parse(usage) as Readonly<Record<string, number>>
    const { cache_read_tokens = 0, cache_write_tokens = 0, input_tokens = 0, output_tokens = 0 } = tokens
    const row = { ...run, model: "", cache_read_tokens, cache_write_tokens, input_tokens, output_tokens, estimated: 0 }
    yield* sql`INSERT INTO spending ${sql.insert(row)}`
  }
})

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const serial = sql.onDialectOrElse({
    pg: () => sql.literal("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    orElse: () => sql.literal("INTEGER PRIMARY KEY AUTOINCREMENT")
  })
  // No references: what was spent stays spent when a channel or a task is deleted. root_id: the thread's channel.
  // estimated: 1 where the price or the tokens are not known exactly.
  yield* sql`CREATE TABLE spending (
    id ${serial},
    at BIGINT NOT NULL,
    run_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    root_id TEXT NOT NULL,
    task_id BIGINT,
    model TEXT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    cache_read_tokens BIGINT NOT NULL,
    cache_write_tokens BIGINT NOT NULL,
    cost_usd DOUBLE PRECISION NOT NULL,
    estimated INTEGER NOT NULL
  )`
  yield* sql`CREATE INDEX spending_by_age ON spending (at, cost_usd)`
  yield* sql`CREATE INDEX spending_by_run ON spending (run_id, cost_usd)`
  yield* sql`CREATE INDEX spending_by_root ON spending (root_id, at, cost_usd)`
  yield* sql`CREATE INDEX spending_by_task ON spending (task_id, at, cost_usd)`
  yield* before(sql)

  // place: the channel with the buttons; no reference, since what was allowed stays allowed. decided_at: null until somebody does.
  yield* sql`CREATE TABLE budget_asks (
    ask_id TEXT PRIMARY KEY,
    place TEXT NOT NULL,
    level TEXT NOT NULL,
    scope TEXT NOT NULL,
    period TEXT NOT NULL,
    until BIGINT,
    amount_usd DOUBLE PRECISION NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_at BIGINT,
    decided_by TEXT
  )`
  yield* sql`CREATE UNIQUE INDEX budget_asks_open ON budget_asks (place, level, scope, period) WHERE decided_at IS NULL`
  yield* sql`CREATE INDEX budget_asks_raised ON budget_asks (level, scope, period)`

  // What was said once.
  yield* sql`CREATE TABLE budget_notes (note TEXT PRIMARY KEY, at BIGINT NOT NULL)`

  // fallback: the model that stands in until then; null: the channel waits.
  yield* sql`CREATE TABLE usage_limits (
    channel_id TEXT PRIMARY KEY REFERENCES channels (channel_id) ON DELETE CASCADE,
    until BIGINT NOT NULL,
    fallback TEXT,
    since BIGINT NOT NULL
  )`
})
