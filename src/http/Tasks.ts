/** `/api/tasks` and the templates they are made of. */
import { Effect, Schema } from "effect"
import { CatchUp, OccurrenceStatus, Overlap, type Task, TaskSession, TaskType } from "../domain/tasks/Task.ts"
import { occurrenceView, taskView } from "../domain/tasks/Views.ts"
import { instant } from "../domain/Views.ts"
import { Settings } from "../services/Settings.ts"
import { TaskControl, type TaskDetail } from "../services/TaskControl.ts"
import type { Subject } from "../services/Tokens.ts"
import { findChannel } from "./Channels.ts"
import { invalidField, notFound } from "./Problem.ts"
import { type Incoming, Instead, route } from "./Route.ts"
import { Instant, Limit } from "./Shapes.ts"

const Text = Schema.String
const mostListed = 500
const Seconds = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const options = {
  timezone: Schema.NullOr(Text),
  auto_delete_sec: Seconds,
  overlap: Overlap,
  catch_up: CatchUp,
  catch_up_window_sec: Seconds,
  session: TaskSession,
  pre_run: Schema.NullOr(Text)
}
const settable = {
  timezone: Schema.optionalKey(options.timezone),
  auto_delete_sec: Schema.optionalKey(options.auto_delete_sec),
  overlap: Schema.optionalKey(options.overlap),
  catch_up: Schema.optionalKey(options.catch_up),
  catch_up_window_sec: Schema.optionalKey(options.catch_up_window_sec),
  session: Schema.optionalKey(options.session),
  pre_run: Schema.optionalKey(options.pre_run)
}

export const TaskShape = Schema.Struct({
  id: Schema.Int,
  channel_id: Text,
  type: TaskType,
  schedule: Text,
  prompt: Text,
  enabled: Schema.Boolean,
  next_run_at: Schema.NullOr(Instant),
  template_name: Schema.optionalKey(Text),
  ...options,
  failures: Schema.Int,
  paused_reason: Schema.optionalKey(Text),
  next_runs: Schema.optionalKey(
    Schema.Array(Instant).annotate({ description: "The next instants, five at most; where one task is shown." })
  ),
  zone: Schema.optionalKey(Text.annotate({ description: "The zone that its schedule means." }))
}).annotate({ identifier: "Task" })

const OccurrenceShape = Schema.Struct({
  occurrence_at: Instant,
  status: OccurrenceStatus.annotate({ description: "`waiting` and `running` are on their way to one of the others." }),
  reason: Schema.optionalKey(Text),
  run_id: Schema.optionalKey(Text),
  thread_id: Schema.optionalKey(Text),
  ended_at: Schema.optionalKey(Instant)
}).annotate({ identifier: "Occurrence" })

const TemplateShape = Schema.Struct({
  name: Text,
  description: Text,
  type: TaskType,
  schedule: Text,
  auto_delete_sec: Schema.Int,
  project: Schema.Boolean
}).annotate({ identifier: "Template" })

const shown = ({ next, task, zone }: TaskDetail) => ({ ...taskView(task), next_runs: next.map(instant), zone })

const idOf = ({ params }: Incoming) => {
  const id = params["id"] ?? ""
  return /^[1-9]\d{0,14}$/.test(id) ? Effect.succeed(Number(id)) : Effect.fail(notFound(`There is no task ${id}.`))
}

const create = route(
  "POST",
  "/api/tasks",
  {
    summary: "Makes a task; answers with its next instants",
    body: Schema.Struct({
      channel_id: Schema.NonEmptyString,
      type: TaskType,
      schedule: Schema.NonEmptyString,
      prompt: Schema.NonEmptyString,
      ...settable
    }),
    answer: { status: 201, description: "The task", schema: TaskShape },
    problems: [404, 422]
  },
  function* ({ body, subject }) {
    const { channel_id } = yield* findChannel(subject, body.channel_id)
    return shown(yield* TaskControl.use((control) => control.add(subject, { ...body, channel_id })))
  }
)

const list = route(
  "GET",
  "/api/tasks",
  {
    summary: "Tasks, those that are due next first, finished ones last",
    query: Schema.Struct({
      channel_id: Schema.optionalKey(
        Schema.NonEmptyString.annotate({
          description: "Of this channel alone; else of all that the token may read, 500 at most"
        })
      )
    }),
    answer: { status: 200, description: "The tasks", schema: Schema.Array(TaskShape) },
    problems: [404]
  },
  function* ({ query, subject }) {
    const { timezone } = yield* Settings.use((settings) => settings.current)
    const inZone = (task: Task) => Object.assign(taskView(task), { zone: task.timezone ?? timezone })
    if (query.channel_id === undefined) {
      return (yield* TaskControl.use((control) => control.all(subject, mostListed))).map(inZone)
    }
    const { channel_id } = yield* findChannel(subject, query.channel_id)
    return (yield* TaskControl.use((control) => control.list(subject, channel_id))).map(inZone)
  }
)

const get = route(
  "GET",
  "/api/tasks/{id}",
  { summary: "A task", answer: { status: 200, description: "The task", schema: TaskShape }, problems: [404] },
  function* (call) {
    const id = yield* idOf(call)
    return shown(yield* TaskControl.use((control) => control.get(call.subject, id)))
  }
)

const Changes = Schema.Struct({
  enabled: Schema.optionalKey(Schema.Boolean),
  type: Schema.optionalKey(TaskType),
  schedule: Schema.optionalKey(Schema.NonEmptyString),
  prompt: Schema.optionalKey(Schema.NonEmptyString),
  ...settable
})

const edit = route(
  "PATCH",
  "/api/tasks/{id}",
  {
    summary: "Changes a task, pauses or resumes it; a run that is at work goes on",
    body: Changes,
    answer: { status: 200, description: "The task", schema: TaskShape },
    problems: [404, 422]
  },
  function* (call) {
    const id = yield* idOf(call)
    if (Object.keys(call.body).length === 0) {
      return yield* invalidField("body", `name something to change: ${Object.keys(Changes.fields).join(", ")}`)
    }
    return shown(yield* TaskControl.use((control) => control.edit(call.subject, id, call.body)))
  }
)

const remove = route(
  "DELETE",
  "/api/tasks/{id}",
  { summary: "Deletes a task with its history", answer: { status: 204, description: "Deleted" }, problems: [404] },
  function* (call) {
    const id = yield* idOf(call)
    yield* TaskControl.use((control) => control.remove(call.subject, id))
    return undefined
  }
)

const runNow = route(
  "POST",
  "/api/tasks/{id}/run",
  {
    summary: "Runs a task now, beside its schedule",
    answer: { status: 202, description: "It waits for its turn", schema: OccurrenceShape },
    problems: [404, 409]
  },
  function* (call) {
    const id = yield* idOf(call)
    return occurrenceView(yield* TaskControl.use((control) => control.runNow(call.subject, id)))
  }
)

const history = route(
  "GET",
  "/api/tasks/{id}/runs",
  {
    summary: "What became of each instant of a task, newest first",
    query: Schema.Struct({
      before: Schema.optionalKey(Schema.NonEmptyString.annotate({ description: "An `occurrence_at`; exclusive" })),
      limit: Limit
    }),
    answer: { status: 200, description: "The occurrences", schema: Schema.Array(OccurrenceShape) },
    problems: [404]
  },
  function* (call) {
    const id = yield* idOf(call)
    const { before, limit } = call.query
    const at = before === undefined ? undefined : Date.parse(before)
    if (at !== undefined && Number.isNaN(at)) return yield* invalidField("before", "is an RFC 3339 instant")
    const page = at === undefined ? { limit } : { limit, before: at }
    const all = yield* TaskControl.use((control) => control.history(call.subject, id, page))
    return all.map(occurrenceView)
  }
)

const named = Effect.fnUntraced(function* ({ params, subject }: Incoming & { readonly subject: Subject }) {
  return (yield* findChannel(subject, params["id"])).channel_id
})

const templates = route(
  "GET",
  "/api/channels/{id}/templates",
  {
    summary: "The templates that can be added to a channel",
    answer: { status: 200, description: "The templates", schema: Schema.Array(TemplateShape) },
    problems: [404]
  },
  function* (call) {
    const channel = yield* named(call)
    return yield* TaskControl.use((control) => control.templates(call.subject, channel))
  }
)

const addTemplate = route(
  "POST",
  "/api/channels/{id}/templates",
  {
    summary: "Adds a template's task to a channel, once: 200 where it is there already",
    body: Schema.Struct({ name: Schema.NonEmptyString }),
    answer: { status: 201, description: "The task", schema: TaskShape },
    also: [{ status: 200, description: "The task, which was there already", schema: TaskShape }],
    problems: [404, 422]
  },
  function* (call) {
    const channel = yield* named(call)
    const made = yield* TaskControl.use((control) => control.addTemplate(call.subject, channel, call.body.name))
    return made.fresh ? shown(made) : new Instead(200, shown(made))
  }
)

export const taskRoutes = [create, list, get, edit, remove, runNow, history, templates, addTemplate]
