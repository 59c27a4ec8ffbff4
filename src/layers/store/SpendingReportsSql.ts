/** `SpendingReports` in SQL. */
import { Effect, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { dayOf } from "../../domain/budget/Period.ts"
import type { RunId } from "../../domain/Ids.ts"
import { type GroupBy, type SpendingFilter, SpendingReports, type SpendingRow } from "../../services/SpendingReports.ts"
import { orStoreError } from "./Errors.ts"

interface Sums {
  readonly key: string | number | null
  readonly cost_usd: number
  readonly input_tokens: number
  readonly output_tokens: number
  readonly cache_read_tokens: number
  readonly cache_write_tokens: number
  readonly runs: number
  readonly estimated: number
}

const shown = (key: string, { cost_usd, estimated, runs, ...usage }: Omit<Sums, "key">): SpendingRow => ({
  key,
  cost_usd,
  usage,
  runs,
  estimated: estimated > 0
})

const columns = { channel: "root_id", task: "task_id", model: "model" } as const

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const sums = sql.literal(`COALESCE(SUM(cost_usd), 0) AS cost_usd,
    COALESCE(SUM(input_tokens), 0) AS input_tokens, COALESCE(SUM(output_tokens), 0) AS output_tokens,
    COALESCE(SUM(cache_read_tokens), 0) AS cache_read_tokens,
    COALESCE(SUM(cache_write_tokens), 0) AS cache_write_tokens,
    COUNT(DISTINCT run_id) AS runs, COALESCE(MAX(estimated), 0) AS estimated`)

  const where = ({ channels, from, root, to }: SpendingFilter) =>
    sql.and([
      sql`at >= ${from} AND at < ${to}`,
      ...(channels === undefined ? [] : [sql.in("channel_id", channels)]),
      ...(root === undefined ? [] : [sql`root_id = ${root}`])
    ])

  /** Zones' days differ in length, so each is asked for by itself; days without spending are passed over. */
  const days = Effect.fnUntraced(function* (filter: SpendingFilter, zone: string) {
    const rows: Array<SpendingRow> = []
    let from = filter.from
    for (;;) {
      const [next] = yield* sql<{ readonly at: number | null }>`SELECT MIN(at) AS at FROM spending
        WHERE ${where({ ...filter, from })}`
      if (next === undefined || next.at === null) return rows
      const day = dayOf(zone, next.at)
      const within = { ...filter, from: Math.max(from, day.start), to: Math.min(filter.to, day.end) }
      for (const { key: _, ...row } of yield* sql<Sums>`SELECT NULL AS key, ${sums} FROM spending
        WHERE ${where(within)}`) {
        rows.push(shown(day.name, row))
      }
      from = day.end
    }
  })

  const grouped = Effect.fn("SpendingReports.grouped")(function* (by: GroupBy, filter: SpendingFilter, zone: string) {
    if (filter.channels?.length === 0) return []
    if (by === "day") return yield* days(filter, zone)
    const column = sql.literal(columns[by])
    const rows = yield* sql<Sums>`SELECT ${column} AS key, ${sums} FROM spending WHERE ${where(filter)}
      GROUP BY ${column} ORDER BY cost_usd DESC, key`
    return rows.map(({ key, ...row }) => shown(key === null ? "" : String(key), row))
  }, orStoreError("SpendingReports.grouped"))

  const total = (rows: ReadonlyArray<{ readonly usd: number }>) => rows[0]?.usd ?? 0

  const ofRun = Effect.fn("SpendingReports.ofRun")(function* (run: RunId) {
    return total(
      yield* sql<{ usd: number }>`SELECT COALESCE(SUM(cost_usd), 0) AS usd FROM spending
      WHERE run_id = ${run}`
    )
  }, orStoreError("SpendingReports.ofRun"))

  const ofTask = Effect.fn("SpendingReports.ofTask")(function* (task: number, from: number) {
    return total(
      yield* sql<{ usd: number }>`SELECT COALESCE(SUM(cost_usd), 0) AS usd FROM spending
      WHERE task_id = ${task} AND at >= ${from}`
    )
  }, orStoreError("SpendingReports.ofTask"))

  return SpendingReports.of({ grouped, ofRun, ofTask })
})

export const layer = Layer.effect(SpendingReports, make)
