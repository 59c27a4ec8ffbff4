/** When a task is due: schedules of all types, read once, and the instants they mean. Epoch milliseconds. */
import { Result } from "effect"
import * as Cron from "./Cron.ts"
import * as Interval from "./Interval.ts"
import * as Once from "./Once.ts"
import type { TaskType } from "./Task.ts"
import * as Zone from "./Zone.ts"

/** The first instant behind `after`; undefined: none lies ahead. */
export interface Schedule {
  readonly type: TaskType
  readonly next: (after: number) => number | undefined
}

interface Written {
  readonly type: TaskType
  readonly schedule: string
}

/** An instant that has only just passed is run at once: who wrote it meant now. */
export const justPassedMs = 60_000

/**
 * What a schedule means in a zone, or the reason why it is none. `anchor`: an instant of it that is known, from which
 * intervals are counted.
 */
export const read = ({ type, schedule }: Written, zone: string, anchor: number): Result.Result<Schedule, string> => {
  if (!Zone.isKnown(zone)) return Result.fail(`There is no time zone "${zone}" here: name one such as Europe/Berlin.`)
  switch (type) {
    case "cron":
      return Result.map(Cron.parse(schedule), (cron) => ({ type, next: (after) => Cron.next(cron, zone, after) }))
    case "interval":
      return Result.map(Interval.parse(schedule), (every) => ({
        type,
        next: (after) => anchor + every * (Math.floor((after - anchor) / every) + 1)
      }))
    case "once":
      return Result.map(Once.parse(schedule, zone), (at) => ({ type, next: (after) => (at > after ? at : undefined) }))
  }
}

/** A schedule as somebody writes it now, with its first instant; what can never come is refused with the reason. */
export const plan = (written: Written, zone: string, now: number) =>
  Result.flatMap(read(written, zone, now), (schedule) => {
    const first = schedule.next(schedule.type === "once" ? now - justPassedMs : now)
    if (first !== undefined) return Result.succeed({ schedule, first })
    return Result.fail(
      schedule.type === "once"
        ? `${written.schedule.trim()} has passed already.`
        : "It never comes in the next eight years."
    )
  })

/** The instants behind `after`, at most `count`. */
export const upcoming = (schedule: Schedule, after: number, count: number): ReadonlyArray<number> => {
  const found: Array<number> = []
  let at = schedule.next(after)
  while (at !== undefined && found.length < count) {
    found.push(at)
    at = schedule.next(at)
  }
  return found
}
