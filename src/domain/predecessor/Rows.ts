/**
 * Rows of the predecessor's database. Its columns came one after the other over the years: one that is not there is read
 * as empty, as the predecessor itself reads a value that was never set.
 */

/** A row of `channels`. */
export interface OldChannel {
  /** The platform's own id. */
  readonly id: string
  /** Empty in databases that are older than the second platform. */
  readonly platform: string
  readonly name: string
  /** Empty: a channel; else the id of the channel that it is a thread of. */
  readonly parent: string
  readonly dir: string
  readonly session: string
  readonly active: boolean
  /** JSON, or empty. */
  readonly permissions: string
  /** Epoch milliseconds. */
  readonly createdAt: number | undefined
}

/** A row of `scheduled_tasks`. Instants are epoch milliseconds. */
export interface OldTask {
  readonly id: number
  readonly channel: string
  readonly type: string
  readonly schedule: string
  readonly prompt: string
  readonly enabled: boolean
  readonly nextRunAt: number | undefined
  readonly createdAt: number | undefined
  readonly template: string
  readonly autoDeleteSec: number
}

export type Row = Readonly<Record<string, unknown>>

const text = (row: Row, column: string): string => {
  const value = row[column]
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : ""
}

/** As the predecessor's column defaults have it: what is not said is on. */
const on = (row: Row, column: string): boolean => !(column in row) || Number(row[column]) !== 0

const written =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(?:(Z|UTC)|([+-])(\d{2}):?(\d{2}))?/i

/** Text such as `2026-02-27 10:00:00.5+00:00`, `… +0000 UTC` or without a zone, which is UTC; undefined: no instant. */
export const instantOf = (given: string): number | undefined => {
  const match = written.exec(given.trim())
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const millis = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000)
  const local = Date.UTC(year, month - 1, day, hour, minute, second, millis)
  const ahead = (Number(match[10] ?? 0) * 60 + Number(match[11] ?? 0)) * 60_000
  // Go's zero time means never.
  if (!Number.isFinite(local) || year < 1970) return undefined
  return match[9] === "-" ? local + ahead : local - ahead
}

export const channelOf = (row: Row): OldChannel => ({
  id: text(row, "channel_id"),
  platform: text(row, "platform").toLowerCase(),
  name: text(row, "name"),
  parent: text(row, "parent_id"),
  dir: text(row, "dir_path"),
  session: text(row, "session_id"),
  active: on(row, "active"),
  permissions: text(row, "permissions"),
  createdAt: instantOf(text(row, "created_at"))
})

export const taskOf = (row: Row): OldTask => ({
  id: Number(row["id"]),
  channel: text(row, "channel_id"),
  type: text(row, "type"),
  schedule: text(row, "schedule").trim(),
  prompt: text(row, "prompt").trim(),
  enabled: on(row, "enabled"),
  nextRunAt: instantOf(text(row, "next_run_at")),
  createdAt: instantOf(text(row, "created_at")),
  template: text(row, "template_name"),
  autoDeleteSec: Math.max(0, Math.floor(Number(row["auto_delete_sec"] ?? 0)) || 0)
})
