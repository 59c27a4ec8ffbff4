/** Tasks and templates as chat commands show them. */
import { DateTime } from "effect"
import type { Task } from "../tasks/Task.ts"
import { summary } from "../Text.ts"

/** `in 2h5m`; what is not ahead is due now. Both in epoch milliseconds. */
export const ahead = (at: number, now: number): string => {
  const seconds = Math.floor((at - now) / 1000)
  if (at <= now) return "due now"
  if (seconds < 60) return `in ${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `in ${minutes}m`
  const rest = minutes % 60
  return `in ${Math.floor(minutes / 60)}h${rest === 0 ? "" : `${rest}m`}`
}

/** `2031-01-01 09:00 Europe/Berlin`. */
export const local = (at: number, zone: string): string => {
  const { day, hour, minute, month, year } = DateTime.toParts(
    DateTime.setZoneNamedUnsafe(DateTime.makeUnsafe(at), zone)
  )
  const two = (value: number) => String(value).padStart(2, "0")
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)} ${zone}`
}

/** Text that may hold backticks, as code. */
const code = (text: string): string => `\`${text.replaceAll("`", "'")}\``

const when = ({ next_run_at, schedule, type }: Task, zone: string): string =>
  code(type === "once" && next_run_at !== null ? local(next_run_at, zone) : schedule)

const state = ({ enabled, paused_reason }: Task): string =>
  enabled ? "enabled" : paused_reason === null ? "disabled" : "paused"

const comes = ({ next_run_at }: Task, now: number): string =>
  next_run_at === null ? "not again" : ahead(next_run_at, now)

const entry = (task: Task, now: number, zone: string): string => {
  const { auto_delete_sec } = task.options
  const gone = auto_delete_sec > 0 ? ` (auto_delete: ${auto_delete_sec}s)` : ""
  const head = `- **ID ${task.task_id}** [${task.type}] [${state(task)}] ${when(task, zone)}`
  return `${head} – ${summary(task.prompt, 80)} (next: ${comes(task, now)})${gone}`
}

/** `zone`: of tasks that name none. */
export const list = (tasks: ReadonlyArray<Task>, now: number, zone: string): string =>
  tasks.length === 0
    ? "Nothing is scheduled here."
    : ["Scheduled here:", ...tasks.map((task) => entry(task, now, task.timezone ?? zone))].join("\n")

export const detail = (task: Task, now: number, zone: string): string =>
  [
    `**Task ${task.task_id}**`,
    `Type: ${task.type}`,
    `Schedule: ${when(task, zone)} (${zone})`,
    `Status: ${state(task)}${task.paused_reason === null ? "" : ` – ${task.paused_reason}`}`,
    `Next run: ${task.next_run_at === null ? "none" : `${local(task.next_run_at, zone)} (${ahead(task.next_run_at, now)})`}`,
    ...(task.template_name === null ? [] : [`Template: ${task.template_name}`]),
    ...(task.options.auto_delete_sec > 0 ? [`Auto-delete: after ${task.options.auto_delete_sec}s`] : []),
    "",
    "**Prompt**",
    task.prompt
  ].join("\n")

export const scheduled = (task: Task, now: number): string =>
  `Task ${task.task_id} is scheduled (next: ${comes(task, now)}).`

export const changed = (task: Task, now: number): string =>
  `Task ${task.task_id} is changed (next: ${comes(task, now)}).`

export const toggled = (task: Task, now: number): string =>
  task.enabled ? `Task ${task.task_id} is enabled (next: ${comes(task, now)}).` : `Task ${task.task_id} is disabled.`

export const templates = (
  all: ReadonlyArray<{
    readonly name: string
    readonly type: string
    readonly schedule: string
    readonly description: string
  }>
): string =>
  all.length === 0
    ? "There are no templates; an owner can add some under task_templates in config.json."
    : [
        "Templates:",
        ...all.map(
          ({ description, name, schedule, type }) =>
            `- **${name}** [${type}] ${code(schedule)}${description === "" ? "" : ` – ${description}`}`
        )
      ].join("\n")
