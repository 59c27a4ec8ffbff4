/** What the public interface shows of tasks: JSON with RFC 3339 instants. */
import { instant } from "../Views.ts"
import type { Occurrence, Task } from "./Task.ts"

/** A task; keys without a value are left out. */
export const taskView = (task: Task) => ({
  id: task.task_id,
  channel_id: task.channel_id,
  type: task.type,
  schedule: task.schedule,
  timezone: task.timezone,
  prompt: task.prompt,
  enabled: task.enabled,
  next_run_at: task.next_run_at === null ? null : instant(task.next_run_at),
  ...(task.template_name !== null && { template_name: task.template_name }),
  ...task.options,
  failures: task.failures,
  ...(task.paused_reason !== null && { paused_reason: task.paused_reason })
})

export const occurrenceView = (occurrence: Occurrence) => ({
  occurrence_at: instant(occurrence.occurrence_at),
  status: occurrence.status,
  ...(occurrence.reason !== null && { reason: occurrence.reason }),
  ...(occurrence.run_id !== null && { run_id: occurrence.run_id }),
  ...(occurrence.thread_id !== null && { thread_id: occurrence.thread_id }),
  ...(occurrence.ended_at !== null && { ended_at: instant(occurrence.ended_at) })
})
