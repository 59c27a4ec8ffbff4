/** A schedule's instants by days, in the zone of whoever looks at the calendar. Pure; epoch milliseconds. */
import type { Schedule } from "./Schedule.ts"
import { instantOf } from "./Zone.ts"

/** A day from its first instant to the next day's, which is not of it. */
export interface Day {
  /** `2030-01-31` */
  readonly date: string
  readonly from: number
  readonly to: number
}

export interface DayOfTask {
  readonly date: string
  /** The first of the day, `perDay` at most. */
  readonly instants: ReadonlyArray<number>
  /** Whether the day has further ones. */
  readonly more: boolean
}

/** Days that can be asked for at once: a month as a calendar shows it. */
export const mostDays = 42
/** A task that is due every few seconds fills a day with more than anybody reads. */
export const perDay = 8

const day = 86_400_000

/** The first instant of a date written as `2030-01-31`, as if it were UTC; undefined where there is no such date. */
export const dateOf = (text: string): number | undefined => {
  const local = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(local) || new Date(local).toISOString().slice(0, 10) !== text ? undefined : local
}

/** So many days in a zone from a date on, by `dateOf`. */
export const daysFrom = (local: number, count: number, zone: string): ReadonlyArray<Day> =>
  Array.from({ length: count }, (_, n) => ({
    date: new Date(local + n * day).toISOString().slice(0, 10),
    from: instantOf(zone, local + n * day),
    to: instantOf(zone, local + (n + 1) * day)
  }))

/** What falls on each day, from the instant `first` on, which is one of the schedule; days without any are left out. */
export const fill = (schedule: Schedule, first: number, days: ReadonlyArray<Day>): ReadonlyArray<DayOfTask> =>
  days.flatMap(({ date, from, to }) => {
    if (to <= first) return []
    const instants: Array<number> = []
    let at = from <= first ? first : schedule.next(from - 1)
    while (at !== undefined && at < to && instants.length < perDay) {
      instants.push(at)
      at = schedule.next(at)
    }
    return instants.length === 0 ? [] : [{ date, instants, more: at !== undefined && at < to }]
  })
