/** Tasks and templates, through `TaskControl`, which asks for permission itself. */
import { Clock, Effect } from "effect"
import * as TaskText from "../../../domain/chat/TaskText.ts"
import type { TaskType } from "../../../domain/tasks/Task.ts"
import { refuse } from "../Shared.ts"
import type { Commands, Given } from "./Command.ts"

const numberOf = ({ options }: Given): number => Number(options["task_id"])

/** The catalogue has checked that it is one of them. */
const isType = (text: string | undefined): text is TaskType => text === "cron" || text === "interval" || text === "once"

const changesOf = ({ options }: Given) => {
  const { prompt, schedule, timezone, type } = options
  return {
    ...(schedule !== undefined && { schedule }),
    ...(isType(type) && { type }),
    ...(prompt !== undefined && { prompt }),
    ...(timezone !== undefined && { timezone })
  }
}

const schedule = Effect.fnUntraced(function* (given: Given) {
  const { id: channel_id, options, shared, subject } = given
  const { prompt = "", schedule = "", timezone, type } = options
  if (!isType(type)) return yield* refuse("invalid", "type is one of cron, interval, once.", "type")
  const draft = { channel_id, type, schedule, prompt, ...(timezone !== undefined && { timezone }) }
  const { task } = yield* shared.tasks.add(subject, draft)
  return { text: TaskText.scheduled(task, yield* Clock.currentTimeMillis) }
})

const tasks = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  const all = yield* shared.tasks.list(subject, id)
  // What is over is history: `task` still shows it.
  const open = all.filter(({ next_run_at, type }) => type !== "once" || next_run_at !== null)
  const { timezone } = yield* shared.settings.current
  return { text: TaskText.list(open, yield* Clock.currentTimeMillis, timezone) }
})

const task = Effect.fnUntraced(function* (given: Given) {
  const found = yield* given.shared.tasks.get(given.subject, numberOf(given))
  // Who reads along here may have no role there.
  const elsewhere = found.task.channel_id !== given.id
  const text = TaskText.detail(found.task, yield* Clock.currentTimeMillis, found.zone)
  return { text, ...(elsewhere && { private: true }) }
})

const cancel = Effect.fnUntraced(function* (given: Given) {
  yield* given.shared.tasks.remove(given.subject, numberOf(given))
  return { text: `Task ${numberOf(given)} is cancelled.` }
})

const toggle = Effect.fnUntraced(function* (given: Given) {
  const { task } = yield* given.shared.tasks.toggle(given.subject, numberOf(given))
  return { text: TaskText.toggled(task, yield* Clock.currentTimeMillis) }
})

const edit = Effect.fnUntraced(function* (given: Given) {
  const changes = changesOf(given)
  if (Object.keys(changes).length === 0) {
    return yield* refuse("invalid", "Say what is to change: schedule, type, prompt or timezone.", "schedule")
  }
  const { task } = yield* given.shared.tasks.edit(given.subject, numberOf(given), changes)
  return { text: TaskText.changed(task, yield* Clock.currentTimeMillis) }
})

const addTemplate = Effect.fnUntraced(function* ({ id, options, shared, subject }: Given) {
  const name = options["name"] ?? ""
  const { fresh, task } = yield* shared.tasks.addTemplate(subject, id, name)
  return {
    text: fresh
      ? `The template ${name} is task ${task.task_id} here now.`
      : `The template ${name} is there already: it is task ${task.task_id}.`
  }
})

const listTemplates = Effect.fnUntraced(function* ({ id, shared, subject }: Given) {
  return { text: TaskText.templates(yield* shared.tasks.templates(subject, id)) }
})

export const commands: Commands = {
  schedule,
  tasks,
  task,
  cancel,
  toggle,
  edit,
  "template-add": addTemplate,
  "template-list": listTemplates
}
