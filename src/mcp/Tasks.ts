/** Tools for scheduled work: of the channel that the agent works in, and of no other. */
import { Effect, Schema } from "effect"
import { local } from "../domain/chat/TaskText.ts"
import { CatchUp, Overlap, type Task, TaskSession, TaskType } from "../domain/tasks/Task.ts"
import { summary } from "../domain/Text.ts"
import type { TaskDetail } from "../services/TaskControl.ts"
import { tasks } from "./Asking.ts"
import { type Caller, tool, ToolFailed } from "./Tool.ts"

const Text = Schema.NonEmptyString
const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

const schedule = described(
  Text,
  "When, as `type` says. cron: five fields such as `0 9 * * mon-fri`, or `@daily`. interval: such as `1h30m` or `2d`, " +
    "at least `10s`. once: `2031-05-04T09:00` in the task's zone, or with an offset such as `2031-05-04T09:00:00+02:00`"
)
const type = described(TaskType, "How `schedule` is read")
const prompt = described(Text, "What the agent is to do each time; it is told nothing else, so say all that it needs")

const options = {
  timezone: Schema.optionalKey(
    described(Text, "IANA zone that the schedule means, such as Europe/Berlin; without it, that of the configuration")
  ),
  auto_delete_sec: Schema.optionalKey(
    described(
      Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
      "Seconds after which the thread of a run that found nothing to report is deleted; 0 keeps it"
    )
  ),
  session: Schema.optionalKey(
    described(TaskSession, "The conversation of its runs: a new one each (fresh), one of its own, or the channel's")
  ),
  overlap: Schema.optionalKey(described(Overlap, "What happens when the last run is still at work")),
  catch_up: Schema.optionalKey(described(CatchUp, "Which instants are run that passed while Loop was away")),
  pre_run: Schema.optionalKey(
    described(
      Schema.String,
      "A shell command run in the box first: when it prints nothing and ends with 0, there is nothing to do and no agent " +
        "is started"
    )
  )
}

const task_id = described(Schema.Int, "Id of the task, as list_tasks shows it")

/** The task, where it is one of the caller's channel; others' are as unknown as none. */
const own = Effect.fnUntraced(function* ({ channel_id, subject }: Caller, id: number) {
  const unknown = new ToolFailed({
    message: `There is no task ${id} in this channel. Use list_tasks to see its tasks.`
  })
  const all = yield* tasks((control) => control.list(subject, channel_id))
  if (!all.some((task) => task.task_id === id)) return yield* unknown
  return yield* tasks((control) => control.get(subject, id))
})

const upcoming = ({ next, zone }: TaskDetail): string =>
  next.length === 0 ? "It does not run again." : `It runs next at ${next.map((at) => local(at, zone)).join(", ")}.`

const entry = (task: Task): string => {
  const { enabled, options, prompt, schedule, task_id, template_name, type } = task
  const facts = [
    `schedule: ${schedule}`,
    `type: ${type}`,
    `enabled: ${enabled}`,
    ...(template_name === null ? [] : [`template_name: ${template_name}`]),
    ...(options.auto_delete_sec > 0 ? [`auto_delete: ${options.auto_delete_sec}s`] : [])
  ]
  return `- ID ${task_id}: ${summary(prompt, 80)} (${facts.join(", ")})`
}

const stateOf = ({ enabled, paused_reason }: Task): string =>
  enabled ? "enabled" : paused_reason === null ? "disabled" : `paused: ${paused_reason}`

const sheet = ({ next, task, zone }: TaskDetail): string =>
  [
    `Task: ${task.task_id}`,
    `Type: ${task.type}`,
    `Schedule: ${task.schedule} (${zone})`,
    `Status: ${stateOf(task)}`,
    `Next run: ${next.length === 0 ? "none" : next.map((at) => local(at, zone)).join(", ")}`,
    ...(task.template_name === null ? [] : [`Template: ${task.template_name}`]),
    ...(task.options.auto_delete_sec > 0 ? [`Auto-delete: ${task.options.auto_delete_sec}s`] : []),
    "",
    `Prompt: ${task.prompt}`
  ].join("\n")

export const scheduleTask = tool(
  {
    name: "schedule_task",
    description:
      "Schedules work in this channel: an agent is given `prompt` at a time, at an interval, or by cron. Use it when " +
      "something is to happen later or again and again. Ask for the person's local time zone before you work out an " +
      "instant from words such as `tomorrow at nine`.",
    input: Schema.Struct({ schedule, type, prompt, ...options })
  },
  function* (draft, { channel_id, subject }) {
    const made = yield* tasks((control) => control.add(subject, { ...draft, channel_id }))
    return `Task ${made.task.task_id} is scheduled. ${upcoming(made)}`
  }
)

export const listTasks = tool(
  {
    name: "list_tasks",
    quotes: true,
    description: "Lists this channel's scheduled tasks with their ids. Use it before you change or cancel one.",
    input: Schema.Struct({})
  },
  function* (_, { channel_id, subject }) {
    const all = yield* tasks((control) => control.list(subject, channel_id))
    return all.length === 0 ? "Nothing is scheduled in this channel." : all.map(entry).join("\n")
  }
)

export const showTask = tool(
  {
    name: "show_task",
    quotes: true,
    description: "Shows one of this channel's tasks with its whole prompt and when it runs next.",
    input: Schema.Struct({ task_id })
  },
  function* ({ task_id }, caller) {
    return sheet(yield* own(caller, task_id))
  }
)

export const editTask = tool(
  {
    name: "edit_task",
    description:
      "Changes one of this channel's tasks; what is left out stays. Use it in place of cancelling and scheduling anew. " +
      "A new schedule counts from now.",
    input: Schema.Struct({
      task_id,
      schedule: Schema.optionalKey(schedule),
      type: Schema.optionalKey(type),
      prompt: Schema.optionalKey(prompt),
      ...options
    })
  },
  function* ({ task_id, ...changes }, caller) {
    if (Object.keys(changes).length === 0) {
      return yield* new ToolFailed({ message: "Name something to change: schedule, type, prompt or an option." })
    }
    yield* own(caller, task_id)
    const changed = yield* tasks((control) => control.edit(caller.subject, task_id, changes))
    return `Task ${task_id} is changed. ${upcoming(changed)}`
  }
)

export const toggleTask = tool(
  {
    name: "toggle_task",
    description:
      "Turns one of this channel's tasks on or off without forgetting it. Its next time is worked out anew when it is turned on.",
    input: Schema.Struct({ task_id, enabled: described(Schema.Boolean, "What it is to be, whatever it is now") })
  },
  function* ({ enabled, task_id }, caller) {
    yield* own(caller, task_id)
    const changed = yield* tasks((control) => control.edit(caller.subject, task_id, { enabled }))
    return enabled ? `Task ${task_id} is enabled. ${upcoming(changed)}` : `Task ${task_id} is disabled.`
  }
)

export const cancelTask = tool(
  {
    name: "cancel_task",
    description:
      "Deletes one of this channel's tasks with its history; a run that is at work goes on. To pause it use toggle_task.",
    input: Schema.Struct({ task_id })
  },
  function* ({ task_id }, caller) {
    yield* own(caller, task_id)
    yield* tasks((control) => control.remove(caller.subject, task_id))
    return `Task ${task_id} is cancelled and deleted.`
  }
)
