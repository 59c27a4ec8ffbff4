/** After an interrupted turn: does anything it started still run? */
import { Clock, Effect } from "effect"
import type { Attempt } from "./Hand.ts"

/**
 * Returns when nothing of the turn runs any more. The box's process list is asked; whatever is younger than the turn ends
 * with the whole box, and so it does when the list cannot be had. The next message resumes the session in a new one.
 */
export const ensure = Effect.fn("Run.ensureQuiet")(function* (attempt: Attempt) {
  const age = ((yield* Clock.currentTimeMillis) - attempt.turnStartedAt) / 1000
  const left = yield* attempt.loan.agent.processes.pipe(
    // The list tells ages in whole seconds, rounded down.
    Effect.map((processes) => processes.filter(({ elapsedSec }) => elapsedSec <= age)),
    Effect.catchTag("SandboxError", (error) =>
      Effect.as(Effect.logWarning("A box could not be looked into", error), undefined)
    )
  )
  if (left !== undefined && left.length === 0) return
  yield* Effect.logInfo("A stopped turn left something running, its box was ended").pipe(
    Effect.annotateLogs({ left: left?.map(({ command }) => command.slice(0, 80)) ?? "unknown" })
  )
  attempt.killed = true
  yield* attempt.loan.end
})
