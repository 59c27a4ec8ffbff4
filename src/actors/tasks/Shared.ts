/** What the parts of `TaskControl` have in common: the services they use and the questions they all ask. */
import { Effect } from "effect"
import type { ChannelId } from "../../domain/Ids.ts"
import type { Task } from "../../domain/tasks/Task.ts"
import { type Action, Authorizer } from "../../services/Authorizer.ts"
import { type Act, Audit } from "../../services/Audit.ts"
import { Channels } from "../../services/Channels.ts"
import { Denied, Refused } from "../../services/Conversations.ts"
import { Messages } from "../../services/Messages.ts"
import { Settings } from "../../services/Settings.ts"
import { Store } from "../../services/Store.ts"
import type { TaskDetail } from "../../services/TaskControl.ts"
import { Tasks } from "../../services/Tasks.ts"
import { TemplateFiles } from "../../services/TemplateFiles.ts"
import { areOwn, type Subject } from "../../domain/Subject.ts"
import { ChannelGate } from "../ChannelGate.ts"
import * as Editing from "./Editing.ts"

export const make = Effect.all({
  audit: Audit,
  authorizer: Authorizer,
  channels: Channels,
  files: TemplateFiles,
  gate: ChannelGate,
  messages: Messages,
  settings: Settings,
  store: Store,
  tasks: Tasks
})

export type Shared = Effect.Success<typeof make>

/** The channel, once the subject may act on it. */
export const permitted = Effect.fnUntraced(function* (shared: Shared, subject: Subject, action: Action, id: ChannelId) {
  yield* shared.authorizer.authorize(subject, action, id)
  return yield* shared.channels.get(id)
})

/** The task, once the subject may act on its channel. */
export const known = Effect.fnUntraced(function* (shared: Shared, subject: Subject, action: Action, id: number) {
  const task = Number.isSafeInteger(id) ? yield* shared.tasks.get(id) : undefined
  if (task === undefined) {
    return yield* new Refused({ reason: "not_found", field: null, message: `There is no task ${id}.` })
  }
  yield* shared.authorizer.authorize(subject, action, task.channel_id)
  return task
})

type Verb = "change" | "remove" | "run"

/** As `known`, for an act on a task: that it was refused is written down. */
export const acting = Effect.fnUntraced(function* (shared: Shared, subject: Subject, verb: Verb, id: number) {
  const act = { actor: subject, action: `task.${verb}`, target: String(id) }
  const task = yield* Effect.tapError(known(shared, subject, "write", id), (error) =>
    error instanceof Denied ? shared.audit.record({ ...act, outcome: "denied" }) : Effect.void
  )
  return { task, act: { ...act, channel_id: task.channel_id } }
})

/** Whose task it is may change and run it without a word. */
export const onOthers = Effect.fnUntraced(function* (shared: Shared, act: Act, id: number) {
  const authors = yield* shared.tasks.authorsOf(id)
  if (!areOwn(authors, act.actor)) yield* shared.audit.record(act)
})

export const detail = Effect.fnUntraced(function* (shared: Shared, task: Task) {
  const { timezone } = yield* shared.settings.current
  const zone = task.timezone ?? timezone
  return { task, next: Editing.instants(task, zone), zone } satisfies TaskDetail
})
