/** Looking ahead: what a schedule would mean, and what is due on the days of a calendar. */
import { Clock, Effect, Result } from "effect"
import { isZone } from "../../domain/config/values.ts"
import * as Calendar from "../../domain/tasks/Calendar.ts"
import * as Schedule from "../../domain/tasks/Schedule.ts"
import { Refused } from "../../services/Conversations.ts"
import type { CalendarAsked, CalendarEntry, SchedulePreview, ScheduleDraft } from "../../services/TaskControl.ts"
import type { Subject } from "../../services/Tokens.ts"
import * as Editing from "./Editing.ts"
import type { Shared } from "./Shared.ts"

/** Tasks whose days are told; those that are due next come first. */
const mostTasks = 500

/** The five next instants of a schedule that is written now. */
export const preview = Effect.fn("TaskControl.preview")(function* (shared: Shared, draft: ScheduleDraft) {
  const timezone = yield* Editing.timezone(draft.timezone ?? null)
  const zone = timezone ?? (yield* shared.settings.current).timezone
  const written = { type: draft.type, schedule: draft.schedule.trim() }
  const now = yield* Clock.currentTimeMillis
  const { first, schedule } = yield* Editing.planned(written, zone, now)
  return { next: [first, ...Schedule.upcoming(schedule, first, 4)], zone } satisfies SchedulePreview
})

/** All tasks of the channels that the subject may read, those that are due next first. */
export const all = Effect.fn("TaskControl.all")(function* (shared: Shared, subject: Subject, limit: number) {
  const open = yield* shared.authorizer.readable(subject)
  return yield* shared.tasks.all(open === "*" ? { limit } : { limit, channels: open })
})

export const calendar = Effect.fn("TaskControl.calendar")(function* (
  shared: Shared,
  subject: Subject,
  asked: CalendarAsked
) {
  const refuse = (field: string, message: string) => new Refused({ reason: "invalid", field, message })
  const local = Calendar.dateOf(asked.from)
  if (local === undefined) return yield* refuse("from", `"${asked.from}" is no date: write one such as 2030-01-31.`)
  if (!isZone(asked.zone)) {
    return yield* refuse("zone", `"${asked.zone}" is no time zone: write one such as Europe/Berlin.`)
  }
  const days = Calendar.daysFrom(local, asked.days, asked.zone)
  const { timezone } = yield* shared.settings.current
  const entries: Array<CalendarEntry> = []
  for (const task of yield* all(shared, subject, mostTasks)) {
    if (!task.enabled || task.next_run_at === null) continue
    const read = Schedule.read(task, task.timezone ?? timezone, task.next_run_at)
    if (Result.isFailure(read)) continue
    for (const each of Calendar.fill(read.success, task.next_run_at, days)) {
      entries.push({ task_id: task.task_id, ...each })
    }
    // Walking a month of many tasks takes a while: others have their turn in between.
    yield* Effect.yieldNow
  }
  return entries
})
