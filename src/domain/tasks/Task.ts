/** Scheduled work: tasks, how they may be set, and what became of each of their instants. */
import { Schema } from "effect"
import { ChannelId, MessageId, RunId, SessionId } from "../Ids.ts"

/** How `schedule` is read: five cron fields or `@daily` and its kin; `1h30m`; an instant or local time. */
export const TaskType = Schema.Literals(["cron", "interval", "once"])
export type TaskType = typeof TaskType.Type

/** What happens to an instant at which the task's last run is still at work. `allow`: both run, the later in a thread. */
export const Overlap = Schema.Literals(["skip", "queue", "allow"])
export type Overlap = typeof Overlap.Type

/** Which of the instants that passed while Loop was away are run. */
export const CatchUp = Schema.Literals(["latest", "all", "none"])
export type CatchUp = typeof CatchUp.Type

/** The conversation a task's runs take place in: a new one each, one of the task's own, or the channel's. */
export const TaskSession = Schema.Literals(["fresh", "task", "channel"])
export type TaskSession = typeof TaskSession.Type

/** What can be set of a task besides when and what. JSON keys of the public interface. */
export const TaskOptions = Schema.Struct({
  /** Seconds after which the thread of a run with nothing to report is deleted; 0 keeps it. */
  auto_delete_sec: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  overlap: Overlap,
  catch_up: CatchUp,
  /** Seconds: instants that are longer ago are not caught up with. */
  catch_up_window_sec: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  session: TaskSession,
  /** A shell command that is run in the box first: output means go, none means that there is nothing to do. */
  pre_run: Schema.NullOr(Schema.NonEmptyString)
})
export type TaskOptions = typeof TaskOptions.Type

export const defaultOptions: TaskOptions = {
  auto_delete_sec: 0,
  overlap: "skip",
  catch_up: "latest",
  catch_up_window_sec: 86_400,
  session: "fresh",
  pre_run: null
}

/** A row of `tasks`. Instants are epoch milliseconds. */
export const Task = Schema.Struct({
  task_id: Schema.Int,
  channel_id: ChannelId,
  type: TaskType,
  schedule: Schema.NonEmptyString,
  /** IANA zone; null: the configuration's. */
  timezone: Schema.NullOr(Schema.String),
  prompt: Schema.NonEmptyString,
  enabled: Schema.Boolean,
  options: TaskOptions,
  /** Null: no instant lies ahead. */
  next_run_at: Schema.NullOr(Schema.Int),
  template_name: Schema.NullOr(Schema.String),
  /** Failures in a row. */
  failures: Schema.Int,
  /** After a failure: instants before this one are skipped. */
  not_before: Schema.NullOr(Schema.Int),
  /** Why it paused itself; null when it did not. */
  paused_reason: Schema.NullOr(Schema.String),
  /** The conversation of `session: task`, once it has begun. */
  session_id: Schema.NullOr(SessionId),
  created_at: Schema.Int
})
export type Task = typeof Task.Type

/** `waiting` and `running` are on their way to one of the four ends. */
export const OccurrenceStatus = Schema.Literals(["waiting", "running", "ran", "failed", "skipped", "missed"])
export type OccurrenceStatus = typeof OccurrenceStatus.Type

export type OccurrenceEnd = "ran" | "failed" | "skipped" | "missed"

/** A row of `task_occurrences`: one instant of a task. It ends as one of `ran failed skipped missed`. */
export const Occurrence = Schema.Struct({
  task_id: Schema.Int,
  occurrence_at: Schema.Int,
  status: OccurrenceStatus,
  reason: Schema.NullOr(Schema.String),
  run_id: Schema.NullOr(RunId),
  /** Where its letter was put. */
  channel_id: Schema.NullOr(ChannelId),
  message_id: Schema.NullOr(MessageId),
  /** The thread that its texts are said in, once there is one. */
  thread_id: Schema.NullOr(ChannelId),
  /** When it was claimed or passed over. */
  claimed_at: Schema.NullOr(Schema.Int),
  ended_at: Schema.NullOr(Schema.Int)
})
export type Occurrence = typeof Occurrence.Type
