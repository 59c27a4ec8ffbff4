/**
 * What people and programs can do with tasks; the faces (HTTP, MCP, command line, chat commands) call this. Each call asks
 * `Authorizer` first: reading needs `read`, everything else `write`, on the task's channel. An impossible schedule is
 * `Refused` as `impossible` with the reason and `field`; an unknown task as `not_found`.
 */
import { Context, type Effect } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import type { DayOfTask } from "../domain/tasks/Calendar.ts"
import type { Occurrence, Task, TaskOptions, TaskType } from "../domain/tasks/Task.ts"
import type { ConversationError } from "./Conversations.ts"
import type { Subject } from "./Tokens.ts"

export type TaskError = ConversationError

/** What is left out has its default (`defaultOptions`); `timezone` null or absent: the configuration's zone. */
export interface TaskDraft extends Partial<TaskOptions> {
  readonly channel_id: ChannelId
  readonly type: TaskType
  readonly schedule: string
  readonly prompt: string
  readonly timezone?: string | null
}

/** What is left out stays. A new schedule, type or zone counts from now; `enabled: true` too. */
export interface TaskChanges extends Partial<Omit<TaskDraft, "channel_id">> {
  readonly enabled?: boolean
}

/** A task with its next instants (epoch milliseconds, five at most; none of one that is not enabled), and the zone they are in. */
export interface TaskDetail {
  readonly task: Task
  readonly next: ReadonlyArray<number>
  readonly zone: string
}

/** When a task would be due. */
export type ScheduleDraft = Pick<TaskDraft, "type" | "schedule" | "timezone">

/** Epoch milliseconds, five at most, and the zone that the schedule means. */
export interface SchedulePreview {
  readonly next: ReadonlyArray<number>
  readonly zone: string
}

/** `days` (42 at most) from the date `from` (`2030-01-31`) in an IANA zone. */
export interface CalendarAsked {
  readonly from: string
  readonly days: number
  readonly zone: string
}

/** What a task has on a day: its first instants of it (epoch milliseconds, eight at most), and whether there are more. */
export interface CalendarEntry extends DayOfTask {
  readonly task_id: number
}

/** A template as it may be added to a channel. */
export interface TemplateEntry {
  readonly name: string
  readonly description: string
  readonly type: TaskType
  readonly schedule: string
  readonly auto_delete_sec: number
  /** Whether it comes from the project's file. */
  readonly project: boolean
}

export class TaskControl extends Context.Service<
  TaskControl,
  {
    readonly add: (subject: Subject, draft: TaskDraft) => Effect.Effect<TaskDetail, TaskError>
    /** A channel's tasks, those that are due next first, those without a next instant last; finished ones too. */
    readonly list: (subject: Subject, channel: ChannelId) => Effect.Effect<ReadonlyArray<Task>, TaskError>
    /** The tasks of all channels that the subject may read, in the same order. */
    readonly all: (subject: Subject, limit: number) => Effect.Effect<ReadonlyArray<Task>, TaskError>
    /** What a schedule would mean if it were set now; it is about no channel, and nothing is stored. */
    readonly preview: (draft: ScheduleDraft) => Effect.Effect<SchedulePreview, TaskError>
    /** What lies ahead of the tasks that the subject may read, 500 at most; days on which a task has nothing are left out. */
    readonly calendar: (
      subject: Subject,
      asked: CalendarAsked
    ) => Effect.Effect<ReadonlyArray<CalendarEntry>, TaskError>
    readonly get: (subject: Subject, id: number) => Effect.Effect<TaskDetail, TaskError>
    /** Never touches a run that is at work. `enabled` by itself pauses or resumes. */
    readonly edit: (subject: Subject, id: number, changes: TaskChanges) => Effect.Effect<TaskDetail, TaskError>
    /** Turns it over: on when it is off. */
    readonly toggle: (subject: Subject, id: number) => Effect.Effect<TaskDetail, TaskError>
    /** Takes its waiting letters out of the mailbox; a run that is at work goes on. */
    readonly remove: (subject: Subject, id: number) => Effect.Effect<void, TaskError>
    /** Puts an occurrence of this moment into the mailbox, also of a task that is off; `conflict` while one is open. */
    readonly runNow: (subject: Subject, id: number) => Effect.Effect<Occurrence, TaskError>
    /** Occurrences, newest first; `before` (epoch milliseconds) is exclusive. */
    readonly history: (
      subject: Subject,
      id: number,
      page: { readonly limit: number; readonly before?: number }
    ) => Effect.Effect<ReadonlyArray<Occurrence>, TaskError>
    /** What can be added to the channel: the configuration's templates, and the project's over them. */
    readonly templates: (subject: Subject, channel: ChannelId) => Effect.Effect<ReadonlyArray<TemplateEntry>, TaskError>
    /** Adds a template's task once: `fresh` is false, and nothing is changed, where the channel has it already. */
    readonly addTemplate: (
      subject: Subject,
      channel: ChannelId,
      name: string
    ) => Effect.Effect<TaskDetail & { readonly fresh: boolean }, TaskError>
  }
>()("loop/services/TaskControl") {}
