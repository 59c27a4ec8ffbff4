/** The predecessor's tasks in today's words: when they fire, and which cannot any more. */
import { Result } from "effect"
import { isZone } from "../config/values.ts"
import type { ChannelId } from "../Ids.ts"
import * as Schedule from "../tasks/Schedule.ts"
import { defaultOptions, type Task, type TaskType } from "../tasks/Task.ts"
import type { OldTask } from "./Rows.ts"

export type TakenTask = Pick<
  Task,
  | "channel_id"
  | "type"
  | "schedule"
  | "timezone"
  | "prompt"
  | "enabled"
  | "options"
  | "next_run_at"
  | "template_name"
  | "paused_reason"
> & { readonly created_at: number | undefined }

/** A task as it is taken, with what differs; or the reason why it cannot be. */
export type Judged = { readonly task: TakenTask; readonly changes: ReadonlyArray<string> } | string

const longestPrompt = 500_000
const isType = (type: string): type is TaskType => type === "cron" || type === "interval" || type === "once"

/** Cron was UTC there. Its library also took a zone in front of the fields, and `?` for `*`. */
const written = ({ schedule, type }: OldTask) => {
  if (type !== "cron") return { schedule, timezone: null, changes: [] }
  const [, zone, fields] = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(schedule) ?? [undefined, undefined, schedule]
  const stars = (fields ?? "").replaceAll(/(?<=^|\s)\?(?=\s|$)/g, "*")
  if (zone === undefined) return { schedule: stars, timezone: "UTC", changes: [] }
  if (!isZone(zone)) return { schedule, timezone: "UTC", changes: [] }
  return { schedule: stars, timezone: zone, changes: [`its zone ${zone} is the task's timezone now`] }
}

/**
 * What was due within the window is caught up with as after any other absence; what is older has passed. A single instant
 * is read anew: what the predecessor stored of one with an offset was another one.
 */
const nextOf = (old: OldTask, schedule: Schedule.Schedule, now: number): number | undefined => {
  const { nextRunAt: due } = old
  const since = now - defaultOptions.catch_up_window_sec * 1000
  if (schedule.type === "once") return schedule.next(since)
  if (due !== undefined && due >= since) return due
  return schedule.next(now)
}

/** Tasks ran in the channel's own conversation there, so they go on in it. */
export const judge = (old: OldTask, channel_id: ChannelId, now: number): Judged => {
  const { type } = old
  if (!isType(type)) return `"${type}" is no type of task`
  if (old.prompt === "") return "it has no prompt"
  if (old.prompt.length > longestPrompt) return `its prompt is longer than ${longestPrompt} characters`
  const { changes, schedule, timezone } = written(old)
  if (schedule === "") return "it has no schedule"
  const base = {
    channel_id,
    type,
    schedule,
    timezone,
    prompt: old.prompt,
    options: { ...defaultOptions, auto_delete_sec: old.autoDeleteSec, session: "channel" as const },
    template_name: old.template === "" ? null : old.template,
    created_at: old.createdAt
  }
  const off = (paused_reason: string | null, ...more: ReadonlyArray<string>): Judged => ({
    task: { ...base, enabled: false, next_run_at: null, paused_reason },
    changes: [...changes, ...more]
  })
  // An interval is counted from the instant that was due, so that it keeps its step.
  const read = Schedule.read({ type, schedule }, timezone ?? "UTC", old.nextRunAt ?? now)
  if (Result.isFailure(read)) {
    return off(`Its schedule is not possible here: ${read.failure}`, `off: ${read.failure}`)
  }
  if (!old.enabled) return off(null)
  const next = nextOf(old, read.success, now)
  if (next === undefined) {
    const reason = type === "once" ? "its time has passed" : "it never comes"
    return off(null, `off: ${reason}`)
  }
  return { task: { ...base, enabled: true, next_run_at: next, paused_reason: null }, changes }
}
