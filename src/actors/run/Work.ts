/** Works on one run until it has ended: attempts, what is done when one fails, and when to give up. */
import { Cause, Effect, Exit, Scope } from "effect"
import { PromptId } from "../../domain/Ids.ts"
import * as Sentence from "../../domain/Sentence.ts"
import { ChannelNotFound } from "../../services/Channels.ts"
import { AgentGone } from "../../services/Agent.ts"
import { RelayError } from "../../services/ModelRelay.ts"
import { SandboxError } from "../../services/Sandbox.ts"
import * as Acquire from "./Acquire.ts"
import * as Attempt from "./Attempt.ts"
import { promptFor } from "./Begin.ts"
import * as Finish from "./Finish.ts"
import type { Carry } from "./Hand.ts"
import { patch, type Job } from "./Job.ts"
import * as TaskJob from "./TaskJob.ts"
import * as Voice from "./Voice.ts"
import type { World } from "./World.ts"

/** Tries that may be lost to defects of ours. */
export const maxDefects = 3
/** Restarts without a sign of progress between them. */
export const maxStalls = 5

/** The scope of a run's slot and loan, and what it hands to the next run. */
export interface Workplace {
  readonly scope: Scope.Closeable
  readonly carry: Carry | undefined
}

const none = { prompt: undefined, task: undefined }

/** The session is gone: the run begins anew in a fresh one, with the channel's last messages, and says so. */
const freshen = Effect.fn("Run.freshen")(function* (world: World, job: Job) {
  const { channel_id, run_id, attempt } = job.run
  const messages = (yield* world.messages.ofRun(run_id)).filter(({ is_bot }) => !is_bot)
  yield* world.store.transaction(
    Effect.gen(function* () {
      const { prompt, task } = job.run.trigger === "task" ? { prompt: job.run.prompt, task: job.task } : none
      const channel =
        task?.apart === true
          ? yield* Effect.as(TaskJob.keepSession(world, task, null), job.channel)
          : yield* world.channels.patch(channel_id, { session_id: null, fork_from: null })
      yield* Voice.say(world, job, { key: "note:fresh", text: Sentence.freshSession })
      yield* patch(world, job, {
        fresh_tried: true,
        prompt_id: PromptId.make(yield* world.random.uuidV4()),
        prompt: prompt ?? (yield* promptFor(world, channel, messages)),
        prompt_state: "stored",
        // Not under the lost one's id: what is left of that on the disk would be taken for it again.
        session_id: null,
        process_id: null,
        attempt: attempt + 1
      })
    })
  )
})

/** What became of one attempt: the run is over, or another attempt follows in a new workplace. */
type Verdict = { readonly _tag: "Over"; readonly carry: Carry | undefined } | { readonly _tag: "Again" }

const over: Verdict = { _tag: "Over", carry: undefined }
const again: Verdict = { _tag: "Again" }

const restarted = Effect.fnUntraced(function* (world: World, job: Job, detail: string) {
  if (job.run.stalls >= maxStalls) {
    const { stalls, defects } = job.run
    yield* Finish.withSentence(world, job, "failed", Sentence.gaveUpRestarts(stalls, defects, detail))
    return over
  }
  yield* Effect.logWarning("A run begins another attempt").pipe(Effect.annotateLogs({ detail }))
  return again
})

/** A run stopped before it could take its process over: the process of an earlier supervisor is still at work. */
const endOwnProcess = Effect.fnUntraced(function* (world: World, job: Job) {
  const { process_id, run_id } = job.run
  if (process_id === null) return
  const loan = yield* world.agents.adopt(process_id, run_id)
  if (loan !== undefined) yield* loan.end
}, Effect.scoped)

type AttemptError = Effect.Error<ReturnType<typeof Attempt.make>>

const judge = Effect.fnUntraced(function* (
  world: World,
  job: Job,
  exit: Exit.Exit<Attempt.Outcome, AttemptError>
): Effect.fn.Return<Verdict, AttemptError> {
  if (Exit.isSuccess(exit)) {
    const outcome = exit.value
    if (outcome._tag === "Ended") return { _tag: "Over", carry: outcome.carry }
    if (outcome._tag === "StoppedEarly") {
      yield* endOwnProcess(world, job)
      const sentence = Sentence.stopped(outcome.kind, job.effective.timeoutSec)
      yield* Finish.withSentence(world, job, "stopped", sentence)
      return over
    }
    if (outcome.how === "fresh") {
      yield* freshen(world, job)
      return again
    }
    yield* Acquire.lost(world, job)
    return yield* restarted(world, job, outcome.detail)
  }
  const cause = exit.cause
  if (Cause.hasInterrupts(cause)) return yield* Effect.failCause(cause)
  if (Cause.hasDies(cause)) {
    const defects = job.run.defects + 1
    yield* Effect.logError("A run met a defect", cause)
    yield* patch(world, job, { defects })
    if (defects < maxDefects) return again
    const fault = Cause.squash(cause)
    const detail = fault instanceof Error ? fault.message : String(fault)
    yield* Finish.withSentence(world, job, "failed", Sentence.gaveUpDefects(defects, job.run.stalls, detail))
    return over
  }
  const error = Cause.squash(cause)
  if (error instanceof SandboxError) {
    const sentence = Sentence.sandbox(error.reason, error.target, error.detail)
    yield* Finish.withSentence(world, job, "failed", sentence)
    return over
  }
  if (error instanceof RelayError) {
    yield* Finish.withSentence(world, job, "failed", Sentence.sandbox("other", error.socket, error.message))
    return over
  }
  if (error instanceof AgentGone) {
    yield* Acquire.lost(world, job)
    return yield* restarted(world, job, error.detail)
  }
  // The channel was deleted under the run: its rows are gone with it.
  if (error instanceof ChannelNotFound) return over
  return yield* Effect.failCause(cause)
})

/**
 * A run that has not begun does not, where a budget is used up. A task comes again and again, so that is told once for each
 * limit, and is no failure of the task's.
 */
const hindered = Effect.fn("Run.hindered")(function* (world: World, job: Job, carry: Carry | undefined) {
  const { attempt, prompt_state } = job.run
  if (attempt > 1 || prompt_state !== "stored" || carry?.written === true) return false
  const hindrance = yield* world.budget.hindrance(job.run)
  if (hindrance === undefined) return false
  const { buttons, news, sentence } = hindrance
  if (job.task === undefined) yield* Finish.withSentence(world, job, "failed", sentence, { buttons })
  else yield* Finish.withSentence(world, job, "stopped", sentence, { buttons, silent: !news })
  return true
})

/**
 * Ends when the run has ended; fails only when storage does, or when the supervisor is being shut down (then the box lives
 * on). A workplace that is handed on must be closed by whoever gets it.
 */
export const work = (world: World, job: Job, given: Workplace | undefined) =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function* () {
      let place: Workplace = given ?? { scope: yield* Scope.make(), carry: undefined }
      const over = yield* hindered(world, job, place.carry).pipe(
        Effect.onError((cause) => Scope.close(place.scope, Exit.failCause(cause)))
      )
      if (over) {
        yield* Scope.close(place.scope, Exit.void)
        return undefined
      }
      for (;;) {
        const exit = yield* restore(Attempt.make(world, job, place.carry)).pipe(Scope.provide(place.scope), Effect.exit)
        const verdict = yield* judge(world, job, exit).pipe(
          Effect.onExit((judged) => {
            const kept = Exit.isSuccess(judged) && judged.value._tag === "Over" && judged.value.carry !== undefined
            return kept ? Effect.void : Scope.close(place.scope, Exit.isSuccess(exit) ? Exit.void : exit)
          })
        )
        if (verdict._tag === "Over") {
          return verdict.carry === undefined ? undefined : { scope: place.scope, carry: verdict.carry }
        }
        place = { scope: yield* Scope.make(), carry: undefined }
      }
    })
  ).pipe(Effect.withSpan("Run.work"), Effect.annotateLogs({ channel: job.run.channel_id, run: job.run.run_id }))
