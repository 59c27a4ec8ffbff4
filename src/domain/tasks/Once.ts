/** A single instant: RFC 3339 with any offset, or local time in the task's zone. */
import { Result } from "effect"
import { instantOf } from "./Zone.ts"

const pattern = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(Z|[+-]\d{2}:\d{2})?$/i

/** Epoch milliseconds, or the reason why it is no instant. A local time that is left out is the moment of the change. */
export const parse = (schedule: string, zone: string): Result.Result<number, string> => {
  const text = schedule.trim()
  const match = pattern.exec(text)
  if (match === null) {
    return Result.fail(
      `"${text}" is no instant: write one such as 2030-01-31T14:30:00+02:00, or 2030-01-31 14:30 for local time.`
    )
  }
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1, 7)
    .map((part) => Number(part ?? 0))
  const millis = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000)
  const local = Date.UTC(year, month - 1, date, hour, minute, second, millis)
  const read = new Date(local)
  const same =
    read.getUTCFullYear() === year &&
    read.getUTCMonth() === month - 1 &&
    read.getUTCDate() === date &&
    read.getUTCHours() === hour &&
    read.getUTCMinutes() === minute &&
    read.getUTCSeconds() === second
  if (!same) return Result.fail(`${text} never comes: there is no such day or time.`)
  const offset = match[8]
  if (offset === undefined) return Result.succeed(instantOf(zone, local))
  if (/^z$/i.test(offset)) return Result.succeed(local)
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number)
  if (hours > 23 || minutes > 59) return Result.fail(`${offset} is no offset from UTC.`)
  const ahead = (hours * 60 + minutes) * 60_000
  return Result.succeed(offset.startsWith("-") ? local + ahead : local - ahead)
}
