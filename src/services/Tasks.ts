/** Rows of `tasks`, `task_occurrences` and `fading_threads`: scheduled work and what became of it. Instants are epoch milliseconds. */
import { Context, type Effect } from "effect"
import type { ChannelId, MessageId, RunId, SessionId } from "../domain/Ids.ts"
import type { Occurrence, OccurrenceEnd, Task } from "../domain/tasks/Task.ts"
import type { Verdict } from "../domain/tasks/Occurrences.ts"
import type { Author } from "../domain/Subject.ts"
import type { StoreError } from "./Store.ts"

export type NewTask = Pick<
  Task,
  "channel_id" | "type" | "schedule" | "timezone" | "prompt" | "options" | "next_run_at" | "template_name"
> & {
  /** Whose rights its runs have: what all of them may. Empty: nobody knows. */
  readonly on_behalf?: ReadonlyArray<Author>
}

/** Columns that are set; the others stay as they are, whoever changed them meanwhile. */
export type TaskPatch = {
  readonly [K in Exclude<keyof Task, "task_id" | "channel_id" | "created_at" | "template_name">]?: Task[K]
}

/** A thread in which an occurrence runs beside another one. */
export interface Aside {
  readonly channel_id: ChannelId
  readonly parent_id: ChannelId
  readonly name: string
}

/** What was judged of a task, to be stored if the task still stands as it was read. */
export interface Claim {
  readonly task: Task
  /** The next instant; undefined leaves the schedule alone (an occurrence that somebody asked for). */
  readonly next: number | null | undefined
  readonly verdicts: ReadonlyArray<Verdict & { readonly place?: Aside }>
}

/** An occurrence with its task, as they are now. */
export interface Letter {
  readonly task: Task
  readonly occurrence: Occurrence
}

/** How a run of a task ended: `counts` says whether a failure is the task's (a stop by a person is not). */
export interface Ending {
  readonly status: OccurrenceEnd
  readonly reason: string | null
  readonly counts: boolean
  /** Trying again does not help: the task pauses itself at once. */
  readonly pauses?: boolean
}

export interface Fading {
  readonly channel_id: ChannelId
  /** Null once it has that name. */
  readonly rename_to: string | null
  readonly delete_at: number
}

export class Tasks extends Context.Service<
  Tasks,
  {
    /** Undefined where the channel has a task of that template already. Journals `task.changed`, as all changes do. */
    readonly insert: (task: NewTask) => Effect.Effect<Task | undefined, StoreError>
    /** Its runs may do no more than these may, too: they have changed what it says. */
    readonly sign: (id: number, authors: ReadonlyArray<Author>) => Effect.Effect<void, StoreError>
    /** Whose words it says; none where nobody knows. */
    readonly authorsOf: (id: number) => Effect.Effect<ReadonlyArray<Author>, StoreError>
    readonly get: (id: number) => Effect.Effect<Task | undefined, StoreError>
    readonly byTemplate: (channel: ChannelId, name: string) => Effect.Effect<Task | undefined, StoreError>
    /** By their next instants, those without one last. */
    readonly ofChannel: (channel: ChannelId) => Effect.Effect<ReadonlyArray<Task>, StoreError>
    /** The same of all channels, or of these. */
    readonly all: (filter: {
      readonly channels?: ReadonlyArray<ChannelId>
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<Task>, StoreError>
    readonly patch: (id: number, patch: TaskPatch) => Effect.Effect<Task | undefined, StoreError>
    /** With its occurrences; letters that wait are dropped. False when there was none. */
    readonly remove: (id: number) => Effect.Effect<boolean, StoreError>
    /** Drops the letters of a task that wait; their occurrences end as `skipped`. */
    readonly withdraw: (id: number, reason: string) => Effect.Effect<void, StoreError>
    /** Enabled tasks that are due, the longest due first. */
    readonly due: (now: number, limit: number) => Effect.Effect<ReadonlyArray<Task>, StoreError>
    /** The next instant of any task. */
    readonly nextDue: Effect.Effect<number | undefined, StoreError>
    /** The next instant at which a fading thread is to be deleted. */
    readonly nextFaded: Effect.Effect<number | undefined, StoreError>
    /** How many occurrences of each of these tasks have not ended. */
    readonly open: (ids: ReadonlyArray<number>) => Effect.Effect<ReadonlyMap<number, number>, StoreError>
    /**
     * Stores occurrences with their letters, and the tasks' next instants, all in one transaction. A task that was changed
     * since it was read is left out, and an occurrence that is there already. Returns what was stored.
     */
    readonly claim: (claims: ReadonlyArray<Claim>, now: number) => Effect.Effect<ReadonlyArray<Occurrence>, StoreError>
    /** What a message in the mailbox is the letter of; undefined where its task is gone. */
    readonly letter: (channel: ChannelId, message: MessageId) => Effect.Effect<Letter | undefined, StoreError>
    readonly ofRun: (run: RunId) => Effect.Effect<Letter | undefined, StoreError>
    readonly begun: (occurrence: Occurrence, run: RunId) => Effect.Effect<void, StoreError>
    /** Ends an occurrence, and counts what that means for its task: failures in a row, held back, paused. The task as it is then. */
    readonly end: (occurrence: Occurrence, ending: Ending) => Effect.Effect<Task | undefined, StoreError>
    readonly keepSession: (id: number, session: SessionId | null) => Effect.Effect<void, StoreError>
    readonly threadOpened: (occurrence: Occurrence, thread: ChannelId) => Effect.Effect<void, StoreError>
    /** Newest first; `before` is exclusive. */
    readonly history: (
      id: number,
      page: { readonly limit: number; readonly before?: number }
    ) => Effect.Effect<ReadonlyArray<Occurrence>, StoreError>
    /** Ends occurrences whose letters are no more: their thread was deleted. */
    readonly settleLost: Effect.Effect<void, StoreError>
    /** The thread is renamed soon and deleted at that instant. */
    readonly fade: (thread: Fading) => Effect.Effect<void, StoreError>
    readonly fading: (now: number) => Effect.Effect<ReadonlyArray<Fading>, StoreError>
    readonly renamed: (thread: ChannelId) => Effect.Effect<void, StoreError>
    /** Completes when a task or a fading thread may have changed since the last call. */
    readonly wait: Effect.Effect<void>
  }
>()("loop/services/Tasks") {}
