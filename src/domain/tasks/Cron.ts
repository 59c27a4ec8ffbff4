/**
 * Cron: five fields of minutes, hours, days, months and weekdays, read by cron-parser, and the instants they mean in a
 * zone. The walk is our own: cron-parser's loses instants where a clock is put on or back by half an hour (Lord Howe).
 */
import { CronExpressionParser } from "cron-parser"
import { Result } from "effect"
import { instantOf, localAt, nextChange, offsetAt } from "./Zone.ts"

export interface Cron {
  readonly minutes: ReadonlyArray<number>
  readonly hours: ReadonlyArray<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  /** 0 is Sunday, also where it was written as 7. */
  readonly weekdays: ReadonlySet<number>
  /** Which of days and weekdays count: where both are restricted, either will do. */
  readonly either: boolean
  readonly everyHour: boolean
}

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** 29 February comes after eight years at the latest. */
const horizonDays = 366 * 8 + 2

const nicknames: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *"
}

const fieldNames = ["minute", "hour", "day of the month", "month", "weekday"] as const

/** What was read lately, by its text: a thousand tasks that are due at once share a few dozen schedules. */
const lately = new Map<string, Result.Result<Cron, string>>()
const remembered = 500

/** The reason why it is none, in a sentence. */
export const parse = (schedule: string): Result.Result<Cron, string> => {
  const known = lately.get(schedule)
  if (known !== undefined) return known
  if (lately.size >= remembered) lately.clear()
  const found = check(schedule)
  lately.set(schedule, found)
  return found
}

const check = (schedule: string): Result.Result<Cron, string> => {
  const given = schedule.trim()
  const written = nicknames[given.toLowerCase()] ?? given
  if (written.startsWith("@")) {
    return Result.fail(`There is no "${given}"; there are ${Object.keys(nicknames).join(", ")}.`)
  }
  if (/^(CRON_)?TZ=/i.test(written)) return Result.fail("Name the zone in timezone, not in the schedule.")
  const fields = written.split(/\s+/)
  if (fields.length !== 5) {
    return Result.fail(
      `A cron schedule has five fields (${fieldNames.join(", ")}), such as "0 9 * * mon-fri"; this one has ${written === "" ? 0 : fields.length}.`
    )
  }
  const odd = fields.findIndex((field) => !/^[\d*,/a-z-]+$/i.test(field))
  if (odd >= 0) {
    return Result.fail(
      `The ${fieldNames[odd]} "${fields[odd]}" is not understood: use numbers, names, *, lists, ranges and steps.`
    )
  }
  const lettered = fields.findIndex((field, at) =>
    (at < 3 ? /[a-z]/i : /(?<![a-z])([a-z]{1,2}|[a-z]{4,})(?![a-z])/i).test(field)
  )
  if (lettered >= 0) return Result.fail(`The ${fieldNames[lettered]} "${fields[lettered]}" is not understood.`)
  return read(written)
}

const read = (written: string): Result.Result<Cron, string> => {
  const fields = written.split(/\s+/)
  return Result.try({
    try: () => {
      // At the end of a range Sunday is the seventh day.
      // Any instant will do. Without one it asks for the system's zone, which takes longer than all the rest.
      const { fields: read } = CronExpressionParser.parse(written.replace(/-sun$/i, "-7"), {
        currentDate: 0,
        tz: "UTC"
      })
      const numbers = (values: ReadonlyArray<number | string>) => values.map(Number)
      return {
        minutes: numbers(read.minute.values),
        hours: numbers(read.hour.values),
        days: new Set(numbers(read.dayOfMonth.values)),
        months: new Set(numbers(read.month.values)),
        weekdays: new Set(numbers(read.dayOfWeek.values)),
        either: fields[2] !== "*" && fields[4] !== "*",
        everyHour: read.hour.values.length === 24
      }
    },
    catch: (cause) => {
      const words = cause instanceof Error ? cause.message : String(cause)
      return /explicit day of month/.test(words)
        ? `It never comes: no month that it names has a day ${fields[2]}.`
        : `The schedule is not understood: ${words}.`
    }
  })
}

const dayFits = (cron: Cron, local: number): boolean => {
  const date = new Date(local)
  if (!cron.months.has(date.getUTCMonth() + 1)) return false
  const byDate = cron.days.has(date.getUTCDate())
  const byWeekday = cron.weekdays.has(date.getUTCDay())
  return cron.either ? byDate || byWeekday : byDate && byWeekday
}

/** The first local time that fits at or after this one, to the minute. */
const nextLocal = (cron: Cron, from: number): number | undefined => {
  const start = Math.ceil(from / minute) * minute
  let midnight = Math.floor(start / day) * day
  for (let days = 0; days <= horizonDays; days++, midnight += day) {
    if (!dayFits(cron, midnight)) continue
    for (const h of cron.hours) {
      const at = midnight + h * hour
      if (at + hour <= start) continue
      for (const m of cron.minutes) if (at + m * minute >= start) return at + m * minute
    }
  }
  return undefined
}

/** Every hour means by the clock on the wall at every hour that passes: none is left out, none comes twice as one. */
const nextRunning = (cron: Cron, zone: string, after: number): number | undefined => {
  let from = after + 1
  for (;;) {
    const offset = offsetAt(zone, from)
    const local = nextLocal(cron, from + offset)
    if (local === undefined) return undefined
    const at = local - offset
    const change = nextChange(zone, from, at)
    if (change === undefined) return at
    from = change
  }
}

/**
 * Certain hours mean once on each day: at the first of two, and where the clock is put forward over it, at the moment of
 * that change.
 */
const nextFixed = (cron: Cron, zone: string, after: number): number | undefined => {
  let local = nextLocal(cron, localAt(zone, after) + 1)
  while (local !== undefined) {
    const at = instantOf(zone, local)
    if (at > after) return at
    local = nextLocal(cron, local + minute)
  }
  return undefined
}

/** The first instant behind `after`; undefined when there is none in eight years. */
export const next = (cron: Cron, zone: string, after: number): number | undefined =>
  cron.everyHour ? nextRunning(cron, zone, after) : nextFixed(cron, zone, after)
