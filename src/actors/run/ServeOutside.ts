/**
 * Tools that act outside of storage, such as on a chat platform: no transaction may wait for that. Their request is stored
 * first and answered when they have acted; a supervisor that dies in between leaves the request open, and the next one
 * serves it again.
 */
import { Effect, type Schema } from "effect"
import type { AgentAnswer } from "../../domain/AgentEvent.ts"
import { give } from "./Approvals.ts"
import type { Attempt } from "./Hand.ts"

const idOf = (message: Schema.Json): Schema.Json =>
  typeof message === "object" && message !== null && "id" in message ? (message["id"] ?? null) : null

/** Beside the run's own work: a tool may have to wait for what else the run does. */
export const serveOutside = Effect.fn("Run.serveOutside")(function* (
  attempt: Attempt,
  requestId: string,
  message: Schema.Json
) {
  const { job, loan, scope, world } = attempt
  const { channel_id, run_id } = job.run
  const process_id = loan.agent.processId
  const work = Effect.gen(function* () {
    const reply = yield* world.tools.handle({ channel_id, run_id, process_id }, message)
    const answer: AgentAnswer = { _tag: "Tool", message: reply }
    yield* world.requests.answer(process_id, requestId, answer)
    yield* give(attempt, requestId, answer)
  })
  const failed = { code: -32_603, message: "Loop could not store what came of it. Go on without it and say so." }
  yield* work.pipe(
    Effect.catch((error) =>
      Effect.andThen(
        Effect.logError("What came of a tool could not be stored", error),
        give(attempt, requestId, {
          _tag: "Tool",
          message: { jsonrpc: "2.0", id: idOf(message), error: failed }
        })
      )
    ),
    Effect.forkIn(scope)
  )
})
