/** `Store` in SQL: transactions, upkeep, backup. */
import { Clock, Duration, Effect, Layer } from "effect"
import { SqlClient, type Statement } from "effect/sql"
import { Store } from "../../services/Store.ts"
import { Sqlite } from "../Sqlite.ts"
import { orStoreError } from "./Errors.ts"
import { raiseJournalFloor, writeMeta } from "./Meta.ts"

/** Rows deleted by one transaction: between two of them everybody else may write. */
const batch = 500
/** Pages given back at once. */
const vacuumPages = 500
/** What a month's limit was warned of is not said again in it. */
const noteKept = Duration.toMillis("32 days")
/** Ids of the cluster's letters hold their milliseconds since 2025 above 22 bits. */
const letterIdAt = (millis: number) => BigInt(Math.max(0, millis - Date.UTC(2025, 0, 1))) << 22n

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const sqlite = yield* Sqlite

  const deleteAll = Effect.fnUntraced(function* (remove: Statement.Statement<object>) {
    let left = true
    while (left) {
      left = (yield* remove).length === batch
      yield* Effect.yieldNow
    }
  })

  const pruneEvents = Effect.fnUntraced(function* (before: number) {
    const some = Effect.gen(function* () {
      const rows = yield* sql<{ id: number }>`DELETE FROM events WHERE id IN (
        SELECT id FROM (SELECT id, at FROM events ORDER BY id LIMIT ${batch}) AS oldest WHERE at < ${before}
      ) RETURNING id`
      const newest = rows.reduce((newest, { id }) => Math.max(newest, id), 0)
      if (newest > 0) yield* raiseJournalFloor(sql, newest)
      return rows.length
    }).pipe(sql.withTransaction)
    while ((yield* some) === batch) yield* Effect.yieldNow
  })

  const pruneRequests = (before: number) =>
    deleteAll(sql`DELETE FROM agent_requests WHERE (process_id, request_id) IN (
      SELECT a.process_id, a.request_id FROM agent_requests a
      LEFT JOIN runs r ON r.run_id = a.run_id
      LEFT JOIN processes p ON p.process_id = a.process_id
      WHERE a.created_at < ${before} AND (r.ended_at < ${before} OR (a.run_id IS NULL AND p.process_id IS NULL))
      LIMIT ${batch}) RETURNING request_id`)

  const pruneOutbox = (before: number) =>
    deleteAll(sql`DELETE FROM outbox WHERE id IN (
      SELECT id FROM outbox WHERE ended_at < ${before} LIMIT ${batch}) RETURNING id`)

  const pruneOccurrences = (before: number) =>
    deleteAll(sql`DELETE FROM task_occurrences WHERE (task_id, occurrence_at) IN (
      SELECT task_id, occurrence_at FROM task_occurrences WHERE ended_at < ${before} LIMIT ${batch}) RETURNING task_id`)

  const pruneNotes = (before: number) =>
    deleteAll(sql`DELETE FROM budget_notes WHERE note IN (
      SELECT note FROM budget_notes WHERE at < ${before} LIMIT ${batch}) RETURNING note`)

  const hasLetters = sql.onDialectOrElse({
    pg: () => sql`SELECT 1 WHERE to_regclass('cluster_messages') IS NOT NULL`,
    orElse: () => sql`SELECT 1 FROM sqlite_master WHERE name = 'cluster_messages'`
  })
  const pruneLetters = Effect.fnUntraced(function* (before: number) {
    if ((yield* hasLetters).length === 0) return
    const answered = sql`SELECT id FROM cluster_messages
      WHERE processed = ${sql.literal(sql.onDialectOrElse({ pg: () => "TRUE", orElse: () => "1" }))}
      AND id < ${letterIdAt(before)} ORDER BY id LIMIT ${batch}`
    let left = true
    while (left) {
      const some = sql`DELETE FROM cluster_replies WHERE request_id IN (${answered})`.pipe(
        Effect.andThen(sql`DELETE FROM cluster_messages WHERE id IN (${answered}) RETURNING kind`),
        sql.withTransaction
      )
      left = (yield* some).length === batch
      yield* Effect.yieldNow
    }
  })

  // SQLite only: PostgreSQL keeps house by itself.
  const giveBack = Effect.gen(function* () {
    const pages = sql<{ freelist_count: number }>`PRAGMA freelist_count`
    let free = (yield* pages)[0]?.freelist_count ?? 0
    while (free > 0) {
      yield* sql`PRAGMA incremental_vacuum(${sql.literal(String(vacuumPages))})`
      yield* Effect.yieldNow
      const left = (yield* pages)[0]?.freelist_count ?? 0
      free = left < free ? left : 0
    }
  })

  const prune = Effect.fn("Store.prune")(function* (keep: Duration.Duration) {
    const now = yield* Clock.currentTimeMillis
    const before = now - Duration.toMillis(keep)
    yield* pruneEvents(before)
    yield* pruneRequests(before)
    yield* pruneOutbox(before)
    yield* pruneOccurrences(before)
    yield* pruneNotes(Math.min(before, now - noteKept))
    yield* pruneLetters(before)
    yield* sql.onDialectOrElse({ sqlite: () => giveBack, orElse: () => Effect.void })
  }, orStoreError("Store.prune"))

  const backup = Effect.fn("Store.backup")((path: string) => sqlite.backup(path), orStoreError("Store.backup"))

  const writable = Clock.currentTimeMillis.pipe(
    Effect.flatMap((now) => writeMeta(sql, "checked_at", String(now))),
    Effect.asVoid,
    orStoreError("Store.writable"),
    Effect.withSpan("Store.writable")
  )

  return Store.of({
    transaction: (effect) => orStoreError("Store.transaction")(sql.withTransaction(effect)),
    prune,
    backup,
    writable
  })
})

export const layer = Layer.effect(Store, make)
