/** Rows of `meta`: what the store remembers about itself, by key. */
import { Effect } from "effect"
import type { SqlClient } from "effect/sql"

export const readMeta = (sql: SqlClient.SqlClient, key: string) =>
  Effect.map(sql<{ value: string }>`SELECT value FROM meta WHERE key = ${key}`, (rows) => rows[0]?.value)

export const writeMeta = (sql: SqlClient.SqlClient, key: string, value: string) =>
  sql`INSERT INTO meta ${sql.insert({ key, value })} ON CONFLICT (key) DO UPDATE SET value = ${value}`

/** Journal entries up to this id may be gone. */
export const journalFloor = (sql: SqlClient.SqlClient) =>
  Effect.map(readMeta(sql, "journal_floor"), (value) => Number(value ?? 0))

export const raiseJournalFloor = (sql: SqlClient.SqlClient, id: number) => writeMeta(sql, "journal_floor", String(id))
