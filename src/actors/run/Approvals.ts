/** Requests of the agent that wait for a person: opened, expired, answered. */
import { Clock, Effect } from "effect"
import type { AgentAnswer, AgentRequest } from "../../domain/AgentEvent.ts"
import { ApprovalId } from "../../domain/Ids.ts"
import * as Sentence from "../../domain/Sentence.ts"
import type { Approval } from "../../services/Requests.ts"
import { system } from "../../domain/Subject.ts"
import type { Attempt } from "./Hand.ts"
import { tell } from "./Job.ts"
import * as Voice from "./Voice.ts"

/** Gives an answer; that the process is gone meanwhile is told by its own event. */
export const give = (attempt: Attempt, requestId: string, answer: AgentAnswer): Effect.Effect<void> =>
  attempt.loan.agent
    .answer(requestId, answer)
    .pipe(Effect.catchTag("AgentGone", (gone) => Effect.logDebug("An answer found no process", gone)))

/** Makes a waiting request expire. */
export const expireLater = (attempt: Attempt, approval: Pick<Approval, "approval_id" | "expires_at">) =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    yield* Effect.sleep(Math.max(0, approval.expires_at - now))
    const { world, job } = attempt
    const message = Sentence.approvalExpired(job.effective.approvalTimeoutSec)
    yield* world.store.transaction(
      Effect.gen(function* () {
        const expired = yield* world.requests.decide(approval.approval_id, "expired", message)
        if (!expired) return
        yield* Voice.aloud(world, job, { key: `expired:${approval.approval_id}`, text: message })
        const { channel_id } = job.run
        yield* world.audit.record({
          actor: system,
          action: "approval.decide",
          target: approval.approval_id,
          channel_id,
          detail: { decision: "expired" }
        })
      })
    )
    yield* tell(job, { _tag: "Decided" })
  }).pipe(
    Effect.catchCause((cause) => Effect.logError("An approval could not expire", cause)),
    Effect.forkIn(attempt.scope)
  )

/** Stores a request as an approval; to be called inside the transaction of its event. Returns what is to be done after it. */
export const open = Effect.fn("Run.ask")(function* (attempt: Attempt, requestId: string, request: AgentRequest) {
  const { world, job, loan } = attempt
  const { run_id, channel_id } = job.run
  const process_id = loan.agent.processId
  const now = yield* Clock.currentTimeMillis
  const met = yield* world.requests.meet({ process_id, request_id: requestId, run_id, request })
  const { answer } = met
  if (answer !== null) {
    return Effect.andThen(tell(job, { _tag: "Settled", requestId }), give(attempt, requestId, answer))
  }
  const approval = yield* world.requests.ask({
    approval_id: ApprovalId.make(yield* world.random.uuidV7()),
    channel_id,
    run_id,
    process_id,
    request_id: requestId,
    request,
    cwd: job.effective.workDir,
    created_at: now,
    expires_at: now + job.effective.approvalTimeoutSec * 1000
  })
  return Effect.asVoid(expireLater(attempt, approval))
})
