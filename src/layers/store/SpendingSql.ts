/** `Spending` in SQL. */
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { everywhere, Level, type Limit, type Standing } from "../../domain/budget/Limits.ts"
import { AskId, ChannelId } from "../../domain/Ids.ts"
import { type BudgetAsk, Spending, type Spent } from "../../services/Spending.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  ask_id: AskId,
  place: ChannelId,
  level: Level,
  scope: Schema.Union([Schema.Literal(everywhere), ChannelId]),
  period: Schema.String,
  until: Schema.NullOr(Schema.Int),
  amount_usd: Schema.Finite,
  asked_at: Schema.Int,
  decided_at: Schema.NullOr(Schema.Int),
  decided_by: Schema.NullOr(Schema.String)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const add = Effect.fn("Spending.add")(function* ({ estimated, usage, ...spent }: Spent) {
    yield* sql`INSERT INTO spending ${sql.insert({ ...spent, ...usage, estimated: estimated ? 1 : 0 })}`
  }, orStoreError("Spending.add"))

  const counted = ({ run_id, scope, since, task_id }: Limit) => {
    if (run_id !== null) return sql`run_id = ${run_id}`
    if (task_id !== null) return sql`task_id = ${task_id} AND at >= ${since}`
    return scope === everywhere ? sql`at >= ${since}` : sql`root_id = ${scope} AND at >= ${since}`
  }

  const standing = Effect.fn("Spending.standing")(function* (limit: Limit) {
    const { level, period, scope } = limit
    const [row] = yield* sql<{ readonly spent: number; readonly raised: number }>`SELECT
      (SELECT COALESCE(SUM(cost_usd), 0) FROM spending WHERE ${counted(limit)}) AS spent,
      (SELECT COALESCE(SUM(amount_usd), 0) FROM budget_asks WHERE level = ${level} AND scope = ${scope}
        AND period = ${period} AND decided_at IS NOT NULL) AS raised`
    return { ...limit, spent: row?.spent ?? 0, raised: row?.raised ?? 0 } satisfies Standing
  }, orStoreError("Spending.standing"))

  const ask = Effect.fn("Spending.ask")(
    function* (row: Omit<BudgetAsk, "decided_at" | "decided_by">) {
      yield* sql`INSERT INTO budget_asks ${sql.insert({ ...row })} ON CONFLICT DO NOTHING`
      const rows = yield* sql<{ readonly ask_id: AskId }>`SELECT ask_id FROM budget_asks
        WHERE place = ${row.place} AND level = ${row.level} AND scope = ${row.scope} AND period = ${row.period}
        AND decided_at IS NULL`
      return rows[0]?.ask_id ?? row.ask_id
    },
    sql.withTransaction,
    orStoreError("Spending.ask")
  )

  const asked = Effect.fn("Spending.asked")(function* (id: AskId) {
    return (yield* decode(yield* sql`SELECT * FROM budget_asks WHERE ask_id = ${id}`))[0]
  }, orStoreError("Spending.asked"))

  const raise = Effect.fn("Spending.raise")(function* (id: AskId, at: number, by: string | null) {
    const rows = yield* sql`UPDATE budget_asks SET ${sql.update({ decided_at: at, decided_by: by })}
      WHERE ask_id = ${id} AND decided_at IS NULL RETURNING ask_id`
    return rows.length > 0
  }, orStoreError("Spending.raise"))

  const noteOnce = Effect.fn("Spending.noteOnce")(function* (note: string, at: number) {
    const rows = yield* sql`INSERT INTO budget_notes ${sql.insert({ note, at })} ON CONFLICT DO NOTHING RETURNING note`
    return rows.length > 0
  }, orStoreError("Spending.noteOnce"))

  return Spending.of({ add, standing, ask, asked, raise, noteOnce })
})

export const layer = Layer.effect(Spending, make)
