/** After an interrupted turn: does anything it started still run? */
import { Clock, Effect } from "effect"
import type { Attempt } from "./Hand.ts"

/** How long a process is given to write its session out before it is killed. */
const grace = "500 millis"

/** The box ends with all that is in it; the agent is told first, so that its session holds what was said. */
const endBox = (attempt: Attempt) => {
  attempt.killed = true
  return attempt.loan.agent.close.pipe(Effect.timeoutOption(grace), Effect.andThen(attempt.loan.end))
}

/** What is ending is listed for some moments more: how often it is looked before it counts, and the time between. */
const enough = 4
const between = "50 millis"

/** What runs in the box since the turn began; undefined where that cannot be told. */
const leftovers = Effect.fnUntraced(function* (attempt: Attempt) {
  const age = ((yield* Clock.currentTimeMillis) - attempt.turnStartedAt) / 1000
  return yield* attempt.loan.agent.processes.pipe(
    // The list tells ages in whole seconds, rounded down.
    Effect.map((processes) => processes.filter(({ elapsedSec }) => elapsedSec <= age)),
    Effect.catchTag("SandboxError", (error) =>
      Effect.as(Effect.logWarning("A box could not be looked into", error), undefined)
    )
  )
})

/**
 * Returns when nothing of the turn runs any more. The box's process list is asked; whatever is younger than the turn ends
 * with the whole box, and so it does when the list cannot be had. The next message resumes the session in a new one.
 */
export const ensure = Effect.fn("Run.ensureQuiet")(function* (attempt: Attempt) {
  // It was told to end, so it does, now or in the middle of the next turn.
  if (attempt.state.harshness > 0) return yield* endBox(attempt)
  let left = yield* leftovers(attempt)
  for (let looks = 1; looks < enough && left !== undefined && left.length > 0; looks++) {
    left = yield* Effect.delay(leftovers(attempt), between)
  }
  if (left !== undefined && left.length === 0) return
  yield* Effect.logInfo("A stopped turn left something running, its box was ended").pipe(
    Effect.annotateLogs({ left: left?.map(({ command }) => command.slice(0, 80)) ?? "unknown" })
  )
  yield* endBox(attempt)
})
