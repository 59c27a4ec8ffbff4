/** What becomes of requests that wait: decided by a person, repeated after a take-over. */
import { Effect } from "effect"
import { answerOf } from "../../domain/Approval.ts"
import { expireLater, give } from "./Approvals.ts"
import { feed } from "./Feed.ts"
import type { Attempt } from "./Hand.ts"
import { patch, tell } from "./Job.ts"
import { serveOutside } from "./ServeOutside.ts"

/** Answers what has been decided among the waiting requests. The answers are given when the run has its slot again. */
export const settle = Effect.fn("Run.settle")(function* (attempt: Attempt) {
  const { world, job, loan } = attempt
  const process = loan.agent.processId
  for (const approval of yield* world.requests.approvals(job.run.run_id)) {
    const { request_id: requestId, status } = approval
    if (status === "pending" || approval.process_id !== process || !attempt.state.waiting.includes(requestId)) continue
    const answer = answerOf(approval.request, status, approval.message)
    yield* world.requests.answer(process, requestId, answer)
    attempt.held.push(give(attempt, requestId, answer))
    yield* feed(attempt, { _tag: "Settled", requestId }, null)
  }
})

/** After a take-over: what was answered is answered again, what waits goes on waiting. */
export const repeat = Effect.fn("Run.repeatAnswers")(function* (attempt: Attempt) {
  const { world, job, loan } = attempt
  const process = loan.agent.processId
  for (const row of yield* world.requests.ofRun(job.run.run_id)) {
    if (row.process_id !== process) continue
    if (row.answer !== null) yield* give(attempt, row.request_id, row.answer)
    else if (row.request._tag === "Tool") yield* serveOutside(attempt, row.request_id, row.request.message)
  }
  const approvals = (yield* world.requests.approvals(job.run.run_id)).filter(
    (approval) => approval.process_id === process
  )
  const answered = new Set(
    (yield* world.requests.ofRun(job.run.run_id)).filter(({ answer }) => answer !== null).map((row) => row.request_id)
  )
  for (const approval of approvals) {
    if (answered.has(approval.request_id)) continue
    if (approval.status === "pending") yield* expireLater(attempt, approval)
    else if (!attempt.state.waiting.includes(approval.request_id)) {
      // Decided while nobody was there to hear it.
      attempt.state = { ...attempt.state, waiting: [...attempt.state.waiting, approval.request_id] }
    }
  }
  if (attempt.state.waiting.length > 0) {
    yield* patch(world, job, { status: "waiting" })
    yield* attempt.pause.stopClock
    yield* attempt.pause.releaseSlot
    yield* tell(job, { _tag: "Decided" })
  }
})
