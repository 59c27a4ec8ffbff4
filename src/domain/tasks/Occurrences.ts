/** What becomes of the instants of a task that are due: put into the mailbox, passed over, or missed. Pure. */
import * as Words from "./Words.ts"
import type { Schedule } from "./Schedule.ts"
import type { OccurrenceStatus, TaskOptions } from "./Task.ts"

/** What is later than this was missed: Loop was away, or the machine asleep. */
export const punctualMs = 60_000
/** Instants that are dealt with at once; more of them follow at once. */
export const batch = 500

export interface Verdict {
  readonly at: number
  readonly status: Extract<OccurrenceStatus, "waiting" | "skipped" | "missed">
  readonly reason: string | null
  /** It runs beside an earlier one, in a thread of its own. */
  readonly aside: boolean
}

export interface Due {
  readonly schedule: Schedule
  /** The first instant that is due. */
  readonly first: number
  readonly now: number
  readonly options: TaskOptions
  /** Failures in a row, and the instant before which they hold the task back. */
  readonly failures: number
  readonly notBefore: number | null
  /** Occurrences that have not ended. */
  readonly open: number
}

export interface Judged {
  readonly verdicts: ReadonlyArray<Verdict>
  /** The next instant: one that is due already where there were too many for one go; null when none lies ahead. */
  readonly next: number | null
}

/** Judges the instants from `first` to `now`. */
export const judge = (due: Due): Judged => {
  const { first, now, options, schedule } = due
  const instants: Array<number> = []
  let at: number | undefined = first
  while (at !== undefined && at <= now && instants.length < batch) {
    instants.push(at)
    at = schedule.next(at)
  }
  const next = at ?? null
  const more = next !== null && next <= now
  const windowMs = options.catch_up_window_sec * 1000
  const punctual = (instant: number) => now - instant <= punctualMs
  const caughtUp = (instant: number) => punctual(instant) || (options.catch_up !== "none" && now - instant <= windowMs)
  const last = more ? undefined : instants.findLast(caughtUp)
  const runs = (instant: number) => (options.catch_up === "all" ? caughtUp(instant) : instant === last)

  let open = due.open
  const verdicts = instants.map((instant): Verdict => {
    const passedOver = (status: "skipped" | "missed", reason: string): Verdict => ({
      at: instant,
      status,
      reason,
      aside: false
    })
    if (!runs(instant)) return passedOver("missed", Words.missed(caughtUp(instant)))
    if (due.notBefore !== null && instant < due.notBefore) return passedOver("skipped", Words.heldBack(due.failures))
    const busy = open > 0
    // Those that are caught up with come one behind the other: that is what was asked for.
    const inTurn = options.catch_up === "all" && !punctual(instant)
    if (busy && !inTurn && options.overlap === "skip") return passedOver("skipped", Words.overlapped)
    open++
    return { at: instant, status: "waiting", reason: null, aside: busy && !inTurn && options.overlap === "allow" }
  })
  return { verdicts, next }
}

/** Failures in a row after which a task pauses itself. */
export const mostFailures = 5

/** A gate command's exit code that says that it has no such program, as every shell has it: trying again does not help. */
export const programMissing = 127

/** How long a task is held back after so many failures in a row: a minute, doubled with each, an hour at most. */
export const backOffMs = (failures: number): number => Math.min(3_600_000, 60_000 * 2 ** (failures - 1))
