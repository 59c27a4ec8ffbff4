/** The one end of a run: its row, its messages' states and the event that tells of it, in one transaction. */
import { Clock, Deferred, Effect } from "effect"
import type { MessageState } from "../../domain/Message.ts"
import type { RunEnd } from "../../domain/Run.ts"
import type { BotMessage } from "../../services/Messages.ts"
import type { RunPatch } from "../../services/Runs.ts"
import * as Footer from "./Footer.ts"
import { patch, type Job } from "./Job.ts"
import * as TaskJob from "./TaskJob.ts"
import * as Voice from "./Voice.ts"
import type { World } from "./World.ts"

const messageState: Record<RunEnd, MessageState> = {
  completed: "replied",
  failed: "failed",
  timed_out: "failed",
  stopped: "stopped"
}

/** Stores the end; to be called inside the transaction that stores what is said with it. */
export const store = Effect.fn("Run.finish")(function* (
  world: World,
  job: Job,
  {
    requeue = false,
    ...end
  }: {
    readonly status: RunEnd
    readonly reason: string | null
    readonly result: string | null
    /** Its messages wait for another run. A task's do not: it comes again by itself. */
    readonly requeue?: boolean
  },
  totals: RunPatch
) {
  const { run_id, channel_id, started_at, message_ids } = job.run
  const now = yield* Clock.currentTimeMillis
  const { task } = job
  const told = task === undefined || end.result === null ? end : { ...end, result: TaskJob.heard(task, end.result) }
  for (const approval of yield* world.requests.approvals(run_id)) {
    if (approval.status === "pending") yield* world.requests.decide(approval.approval_id, "withdrawn", null)
  }
  yield* patch(world, job, { ...totals, ...told, ended_at: now })
  const again = requeue && task === undefined
  yield* again
    ? world.messages.mark(channel_id, message_ids, "queued", null)
    : world.messages.mark(channel_id, message_ids, messageState[end.status], run_id)
  const { cost_usd, usage, turns, session_id, attempt } = job.run
  if (task !== undefined) yield* TaskJob.end(world, task, job.run, end)
  const data = { ...told, cost_usd, usage, turns, session_id, attempt, duration_ms: now - started_at }
  yield* Footer.say(world, job.run, data.duration_ms)
  yield* world.journal.append([{ type: "run.ended", at: now, channel_id, run_id, data }])
})

/** Ends a run that has no agent to speak for it, with a sentence. */
export const withSentence = Effect.fn("Run.finishWithSentence")(function* (
  world: World,
  job: Job,
  status: Exclude<RunEnd, "completed">,
  sentence: string,
  { buttons, silent = false }: { readonly buttons?: BotMessage["buttons"]; readonly silent?: boolean } = {}
) {
  const { run_id } = job.run
  const end = { status, reason: sentence, result: null }
  const said = { key: "end", text: sentence, ...(buttons && { buttons }) }
  yield* world.store.transaction(
    Effect.andThen(
      silent ? Effect.void : Voice.say(world, job, said, [{ _tag: "End", ...end }]),
      store(world, job, end, {})
    )
  )
  yield* world.journal.textDone(run_id)
  yield* Deferred.succeed(job.ended, undefined)
})
