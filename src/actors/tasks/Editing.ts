/** What a task is set to, checked: drafts and changes to the columns that they mean. */
import { Effect, Result, Schema } from "effect"
import { isZone } from "../../domain/config/values.ts"
import * as Schedule from "../../domain/tasks/Schedule.ts"
import { defaultOptions, type Task, TaskOptions, type TaskType } from "../../domain/tasks/Task.ts"
import { Refused } from "../../services/Conversations.ts"
import type { TaskChanges } from "../../services/TaskControl.ts"
import type { TaskPatch } from "../../services/Tasks.ts"

/** Longest prompt, in UTF-16 units: that of a message. */
const longestPrompt = 500_000

const refuse = (reason: Refused["reason"], field: string, message: string) => new Refused({ reason, field, message })

const isOptions = Schema.is(TaskOptions)
const optionKeys = Object.keys(TaskOptions.fields) as ReadonlyArray<keyof TaskOptions>

/** The options that are given, over others. */
export const options = Effect.fnUntraced(function* (given: TaskChanges, over: TaskOptions = defaultOptions) {
  const named = Object.fromEntries(optionKeys.flatMap((key) => (given[key] === undefined ? [] : [[key, given[key]]])))
  const all = { ...over, ...named, ...(given.pre_run?.trim() === "" && { pre_run: null }) }
  for (const key of optionKeys) {
    if (!isOptions({ ...defaultOptions, [key]: all[key] })) {
      return yield* refuse("invalid", key, `${key} cannot be ${JSON.stringify(all[key])}.`)
    }
  }
  return all
})

export const prompt = Effect.fnUntraced(function* (text: string) {
  if (text.trim() === "") return yield* refuse("invalid", "prompt", "Say in the prompt what the agent is to do.")
  if (text.length > longestPrompt) {
    return yield* refuse("invalid", "prompt", `The prompt is longer than ${longestPrompt} characters.`)
  }
  return text.trim()
})

export const timezone = Effect.fnUntraced(function* (zone: string | null) {
  if (zone === null || zone === "") return null
  if (isZone(zone)) return zone
  return yield* refuse("invalid", "timezone", `"${zone}" is no time zone: write one such as Europe/Berlin.`)
})

interface Written {
  readonly type: TaskType
  readonly schedule: string
}

/** A schedule that is written now, with its first instant. */
export const planned = (written: Written, zone: string, now: number) =>
  Effect.mapError(Effect.fromResult(Schedule.plan(written, zone, now)), (reason) =>
    refuse("impossible", "schedule", reason)
  )

/** The first instant of a schedule that is written now. */
export const first = (written: Written, zone: string, now: number) =>
  Effect.map(planned(written, zone, now), ({ first }) => first)

/** The task's instants from the one that is next. Its row was checked when it was written. */
export const instants = (task: Task, zone: string): ReadonlyArray<number> => {
  const { next_run_at } = task
  if (!task.enabled || next_run_at === null) return []
  const read = Schedule.read(task, zone, next_run_at)
  return Result.isFailure(read) ? [next_run_at] : [next_run_at, ...Schedule.upcoming(read.success, next_run_at, 4)]
}

/** Its one instant has passed: not turned off by somebody, but over. */
const isOver = (task: Task, zone: string, now: number): boolean =>
  task.type === "once" && !task.enabled && Result.isFailure(Schedule.plan(task, zone, now))

/** The columns that changes mean, for the task as it is now. */
export const patchOf = Effect.fnUntraced(function* (
  task: Task,
  changes: TaskChanges,
  configuredZone: string,
  now: number
) {
  const zone = changes.timezone === undefined ? task.timezone : yield* timezone(changes.timezone)
  const type = changes.type ?? task.type
  const schedule = changes.schedule?.trim() ?? task.schedule
  const rescheduled = type !== task.type || schedule !== task.schedule || zone !== task.timezone
  const wasOver = rescheduled && isOver(task, task.timezone ?? configuredZone, now)
  const enabled = changes.enabled ?? (wasOver || task.enabled)
  const begins = enabled && (rescheduled || !task.enabled)
  // Written now, it must be possible, also where it is turned off.
  const next = rescheduled || begins ? yield* first({ type, schedule }, zone ?? configuredZone, now) : null
  const patch: TaskPatch = {
    ...(rescheduled && { type, schedule, timezone: zone }),
    ...(changes.prompt !== undefined && { prompt: yield* prompt(changes.prompt) }),
    ...(optionKeys.some((key) => changes[key] !== undefined) && { options: yield* options(changes, task.options) }),
    ...(enabled !== task.enabled && { enabled }),
    ...(begins && { next_run_at: next }),
    ...(!enabled && { next_run_at: null }),
    ...(enabled && !task.enabled && { failures: 0, not_before: null, paused_reason: null })
  }
  return patch
})
