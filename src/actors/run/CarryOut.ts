/** Carries the core's actions out: what must last first and in one transaction with the cursor, the rest after it. */
import { Clock, Deferred, Effect } from "effect"
import { PromptId } from "../../domain/Ids.ts"
import type { RunAction } from "../../domain/RunState.ts"
import type { AgentGone } from "../../services/Agent.ts"
import * as Approvals from "./Approvals.ts"
import * as Finish from "./Finish.ts"
import { compact, send, type Attempt, type Progress } from "./Hand.ts"
import { patch, tell } from "./Job.ts"
import * as Quiet from "./Quiet.ts"
import { serveOutside } from "./ServeOutside.ts"
import * as Session from "./Session.ts"
import * as Voice from "./Voice.ts"

/** Not before the agent has answered, when the session is on disk. */
const keepSession = ({ world, job, loan }: Attempt, more: { readonly last_message_uuid?: string }) =>
  Session.keep(world, job, { session_id: loan.sessionId, ...more })

/** Stores what an action says must last; returns what follows once it is committed. */
const store = Effect.fnUntraced(function* (attempt: Attempt, action: RunAction, all: ReadonlyArray<RunAction>) {
  const { world, job, loan, state } = attempt
  const { run_id, channel_id } = job.run
  switch (action._tag) {
    case "Journal": {
      const at = yield* Clock.currentTimeMillis
      yield* world.journal.append([{ type: action.type, at, channel_id, run_id, data: action.data }])
      if (action.type === "run.turn" && state.lastUuid !== null) {
        yield* keepSession(attempt, { last_message_uuid: state.lastUuid })
        if (job.run.stalls > 0) yield* patch(world, job, { stalls: 0 })
      }
      return Effect.void
    }
    case "Say":
      yield* Voice.say(world, job, action, all)
      return Effect.void
    case "Received":
      yield* patch(world, job, { prompt_state: "received" })
      return Effect.void
    case "Offer":
      yield* world.channels.offer(channel_id, action.commands)
      return Effect.void
    case "Absorb":
      yield* patch(world, job, { message_ids: [...job.run.message_ids, action.messageId] })
      yield* world.messages.mark(channel_id, [action.messageId], "running", run_id)
      return Effect.void
    case "Ask":
      yield* patch(world, job, { status: "waiting" })
      return yield* Approvals.open(attempt, action.requestId, action.request)
    case "Serve": {
      const { requestId, message } = action
      const process_id = loan.agent.processId
      const request = { _tag: "Tool", message } as const
      const met = yield* world.requests.meet({ process_id, request_id: requestId, run_id, request })
      if (met.answer !== null) return Approvals.give(attempt, requestId, met.answer)
      if (world.tools.isOutside(message)) return serveOutside(attempt, requestId, message)
      const reply = yield* world.tools.handle({ channel_id, run_id, process_id }, message)
      const answer = { _tag: "Tool", message: reply } as const
      yield* world.requests.answer(process_id, requestId, answer)
      return Approvals.give(attempt, requestId, answer)
    }
    case "Withdraw":
      for (const approval of yield* world.requests.approvals(run_id)) {
        if (approval.request_id === action.requestId) {
          yield* world.requests.decide(approval.approval_id, "withdrawn", null)
        }
      }
      return Effect.void
    case "Compact": {
      // A supervisor that comes back knows that the command may be written still, and that the prompt comes after it.
      const prompt_id = PromptId.make(yield* world.random.uuidV4())
      yield* patch(world, job, { compact_tried: true, prompt_state: "compacting", prompt_id })
      return send(job, loan, prompt_id, compact)
    }
    case "SendAgain": {
      const promptId = PromptId.make(yield* world.random.uuidV4())
      yield* patch(world, job, { prompt_state: "stored", prompt_id: promptId })
      attempt.state = { ...state, promptId }
      return send(job, loan, promptId, job.run.prompt)
    }
    case "End": {
      const { reason, requeue = false, result, status } = action
      const { costUsd: cost_usd, usage, turns } = state
      if (state.received) yield* keepSession(attempt, {})
      const session_id = state.sessionId ?? job.run.session_id
      yield* Finish.store(world, job, { status, reason, requeue, result }, { cost_usd, usage, turns, session_id })
      return Effect.asVoid(Deferred.succeed(job.ended, undefined))
    }
    default:
      return Effect.void
  }
})

const lasting: ReadonlySet<RunAction["_tag"]> = new Set([
  "Journal",
  "Say",
  "Received",
  "Offer",
  "Absorb",
  "Ask",
  "Serve",
  "Withdraw",
  "Compact",
  "SendAgain",
  "End"
])

/** A process that is gone says so by an event of its own, which decides what follows. */
const gone = (error: AgentGone) => Effect.logDebug("The agent process did not take an action", error)

/** The cursor moves together with what was stored last, and what was spent is the run's. */
const advance = Effect.fnUntraced(function* ({ job, loan, state, world }: Attempt, progress: Progress) {
  const { costUsd: cost_usd, usage, turns } = state
  yield* world.processes.advance(loan.agent.processId, progress)
  if (progress.costUsd > 0) yield* patch(world, job, { cost_usd, usage, turns })
})

/** What needs no row. */
const act = Effect.fnUntraced(function* (attempt: Attempt, action: RunAction) {
  const { world, job, loan, pause } = attempt
  const { run_id, channel_id } = job.run
  switch (action._tag) {
    case "Frame": {
      const { messageUuid: message_uuid, offset, text, reset } = action
      const data = reset ? { message_uuid, offset, text, reset } : { message_uuid, offset, text }
      const at = yield* Clock.currentTimeMillis
      return yield* world.journal.text({ type: "run.text", at, channel_id, run_id, data })
    }
    case "FrameDone":
      return yield* world.journal.textDone(run_id)
    case "Interrupt":
      // Neither this nor a signal is waited for: what hangs does not answer, and a harsher measure follows.
      yield* Effect.forEach(action.tasks, loan.agent.stopTask, { discard: true }).pipe(
        Effect.andThen(loan.agent.interrupt),
        Effect.catchTag("AgentGone", gone),
        Effect.forkIn(attempt.scope)
      )
      return
    case "Signal":
      yield* loan.agent.signal("SIGINT").pipe(Effect.catchTag("AgentGone", gone), Effect.forkIn(attempt.scope))
      return
    case "Kill":
      attempt.killed = true
      yield* loan.end
      return yield* tell(job, { _tag: "Verified" })
    case "Arm":
      yield* tell(job, { _tag: "Escalate" }).pipe(Effect.delay(action.afterMs), Effect.forkIn(attempt.scope))
      return
    case "Verify":
      yield* Quiet.ensure(attempt).pipe(Effect.andThen(tell(job, { _tag: "Verified" })), Effect.forkIn(attempt.scope))
      return
    case "Pause":
      yield* pause.stopClock
      return yield* pause.releaseSlot
    case "Resume":
      yield* pause.takeSlot.pipe(
        Effect.andThen(patch(world, job, { status: "running" })),
        Effect.andThen(pause.startClock),
        Effect.andThen(Effect.suspend(() => Effect.all(attempt.held.splice(0), { discard: true }))),
        Effect.catchCause((cause) => Effect.logError("A run could not be resumed", cause)),
        Effect.forkIn(attempt.scope)
      )
      return
    default:
      return
  }
})

export const carryOut = Effect.fn("Run.carryOut")(function* (attempt: Attempt, actions: ReadonlyArray<RunAction>) {
  const { progress, world } = attempt
  const after: Array<Effect.Effect<void, AgentGone>> = []
  const stored = actions.filter(({ _tag }) => lasting.has(_tag))
  if (stored.length > 0) {
    yield* Voice.open(world, attempt.job, stored)
    yield* world.store.transaction(
      Effect.gen(function* () {
        for (const action of stored) after.push(yield* store(attempt, action, stored))
        if (progress !== null) yield* advance(attempt, progress)
      })
    )
    attempt.progress = null
  }
  for (const effect of after) yield* Effect.catchTag(effect, "AgentGone", gone)
  for (const action of actions) {
    if (!lasting.has(action._tag)) yield* act(attempt, action)
  }
})
