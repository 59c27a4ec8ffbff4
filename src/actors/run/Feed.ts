/** Lets the decision core decide, and carries its actions out. */
import { Clock, Effect } from "effect"
import * as RunCore from "../../domain/RunCore.ts"
import type { RunInput } from "../../domain/RunState.ts"
import * as CarryOut from "./CarryOut.ts"
import type { Attempt } from "./Hand.ts"

export const feed = Effect.fnUntraced(function* (attempt: Attempt, input: RunInput, cursor: string | null) {
  const now = yield* Clock.currentTimeMillis
  const [next, actions] = RunCore.step(attempt.state, input, now)
  attempt.state = next
  const costUsd = input._tag === "Agent" && input.event._tag === "TurnEnded" ? input.event.costUsd : 0
  if (cursor !== null) attempt.progress = { cursor, at: now, costUsd: costUsd + (attempt.progress?.costUsd ?? 0) }
  yield* CarryOut.carryOut(attempt, actions)
  return actions
})
