/** What is different in the run of a task: its conversation, where its texts are said, and what its end means. */
import { Clock, Effect } from "effect"
import { base32 } from "../../domain/Base32.ts"
import * as ButtonIds from "../../domain/chat/ButtonIds.ts"
import type { Channel } from "../../domain/Channel.ts"
import { ChannelId, type SessionId } from "../../domain/Ids.ts"
import type { Run, RunEnd } from "../../domain/Run.ts"
import { backOffMs } from "../../domain/tasks/Occurrences.ts"
import type { OccurrenceEnd } from "../../domain/tasks/Task.ts"
import * as Words from "../../domain/tasks/Words.ts"
import type { Letter } from "../../services/Tasks.ts"
import type { World } from "./World.ts"

export interface TaskJob {
  /** Undefined where the task was deleted under its run. */
  readonly letter: Letter | undefined
  /** Whether it has a process and a conversation apart from the channel's. */
  readonly apart: boolean
  /** Where its texts are said, once there is a thread. */
  thread: ChannelId | null
  /** The thread was opened a moment ago and holds nothing yet. */
  untouched: boolean
  /** It could not be opened: everything is said in the channel. */
  failed: boolean
}

const of = (letter: Letter | undefined): TaskJob => ({
  letter,
  apart: letter?.task.options.session !== "channel",
  thread: letter?.occurrence.thread_id ?? null,
  untouched: false,
  failed: false
})

export const begun = (letter: Letter): TaskJob => of(letter)

/** Of a run that an earlier activation left behind. */
export const ofRun = Effect.fnUntraced(function* (world: World, run: Run) {
  return run.trigger === "task" ? of(yield* world.tasks.ofRun(run.run_id)) : undefined
})

/** The conversation it goes on in; one of the task's own is looked up anew, since an earlier run may have begun it. */
export const session = Effect.fnUntraced(function* (world: World, { letter }: TaskJob) {
  if (letter === undefined || letter.task.options.session !== "task") return null
  return (yield* world.tasks.get(letter.task.task_id))?.session_id ?? null
})

/** Its conversation is that one now, or none. */
export const keepSession = (world: World, { letter }: TaskJob, session: SessionId | null) =>
  letter !== undefined && letter.task.options.session === "task"
    ? world.tasks.keepSession(letter.task.task_id, session)
    : Effect.void

/** What of a text is said: without the mark that says that there is nothing to report. */
export const heard = ({ letter }: TaskJob, text: string): string =>
  letter !== undefined && letter.task.options.auto_delete_sec > 0 ? Words.withoutMarker(text) : text

const makePlace = Effect.fnUntraced(function* (world: World, parent: Channel, name: string) {
  if (parent.platform === "local") return ChannelId.make(`local:${base32(yield* world.random.randomBytes(10))}`)
  const platform = world.chats.get(parent.platform)
  if (platform === undefined) return undefined
  return (yield* platform.makeThread(parent.channel_id, { name })).channel_id
})

/** Opens the thread of a run that is about to say its first text. Where that fails, the channel is as good. */
export const openThread = Effect.fn("Run.openThread")(function* (world: World, job: TaskJob, channel: Channel) {
  const { letter } = job
  if (letter === undefined || job.thread !== null || job.failed || channel.parent_id !== null) return
  const name = Words.threadName(letter.task)
  const channel_id = yield* makePlace(world, channel, name).pipe(
    Effect.catchTag("DeliveryFailed", (error) =>
      Effect.as(Effect.logWarning("A task's thread could not be opened", error), undefined)
    )
  )
  if (channel_id === undefined) {
    job.failed = true
    return
  }
  const { platform, channel_id: parent_id } = channel
  yield* world.store.transaction(
    Effect.gen(function* () {
      yield* world.channels.upsert({ channel_id, platform, parent_id, name })
      yield* world.tasks.threadOpened(letter.occurrence, channel_id)
      const data = { channel_id, name, parent_id, dir_path: null, platform, deleted: false }
      const at = yield* Clock.currentTimeMillis
      yield* world.journal.append([{ type: "channel.changed", at, channel_id, run_id: null, data }])
    })
  )
  job.thread = channel_id
  job.untouched = true
})

const occurrenceEnd: Record<RunEnd, OccurrenceEnd> = {
  completed: "ran",
  failed: "failed",
  timed_out: "failed",
  stopped: "failed"
}

/** Says in the task's channel that it failed, and what follows from that. */
export const complain = Effect.fnUntraced(function* (world: World, letter: Letter, key: string, reason: string) {
  const task = yield* world.tasks.get(letter.task.task_id)
  if (task === undefined) return
  const { channel_id, enabled, failures, paused_reason, task_id } = task
  const paused = paused_reason !== null && !enabled
  const content = paused
    ? Words.paused(task, failures, reason)
    : Words.failed(task, failures, reason, task.type === "once" ? null : backOffMs(failures))
  const resume = [[{ id: ButtonIds.resume(task_id), label: "Resume", style: "primary" as const }]]
  yield* world.messages.say({ channel_id, run_id: null, key, content, ...(paused && { buttons: resume }) })
})

/** What the end of a run means for its task; part of the transaction that stores the end. */
export const end = Effect.fn("Run.endTask")(function* (
  world: World,
  job: TaskJob,
  run: Run,
  {
    reason,
    result,
    status
  }: { readonly status: RunEnd; readonly reason: string | null; readonly result: string | null }
) {
  const { letter, thread } = job
  if (letter === undefined) return
  const counts = status === "failed" || status === "timed_out"
  const ended = yield* world.tasks.end(letter.occurrence, { status: occurrenceEnd[status], reason, counts })
  if (ended !== undefined && counts) yield* complain(world, letter, `task:${run.run_id}`, reason ?? "")
  if (thread === null) return
  const { auto_delete_sec } = letter.task.options
  // Who writes there goes on in the conversation of this run, unless that is the thread's own already.
  if (run.session_id !== null && (job.apart || thread !== run.channel_id)) {
    const fork_from = { session_id: run.session_id, message_uuid: null }
    yield* world.channels.patch(thread, { fork_from }).pipe(Effect.catchTag("ChannelNotFound", () => Effect.void))
  }
  if (status !== "completed" || auto_delete_sec === 0 || !Words.isEphemeral(result ?? "")) return
  const rename_to = Words.fadingName(Words.threadName(letter.task))
  const now = yield* Clock.currentTimeMillis
  yield* world.tasks.fade({ channel_id: thread, rename_to, delete_at: now + auto_delete_sec * 1000 })
})
