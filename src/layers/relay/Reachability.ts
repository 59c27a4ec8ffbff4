/** Says in the log when the model API goes away and when it is back, once each. */
import { Effect } from "effect"
import type { Outcome } from "./Exchange.ts"

export const makeReachability = () => {
  const away = new Set<string>()
  return {
    note: (host: string, outcome: Outcome): Effect.Effect<void> => {
      switch (outcome._tag) {
        case "Unreachable": {
          const first = !away.has(host)
          away.add(host)
          const log = first ? Effect.logWarning : Effect.logDebug
          return log("The model API cannot be reached").pipe(Effect.annotateLogs({ host, detail: outcome.detail }))
        }
        case "Cut":
          return Effect.logWarning("An answer of the model API broke off").pipe(Effect.annotateLogs({ host }))
        case "Answered": {
          const back = away.delete(host)
          if (back) return Effect.logInfo("The model API can be reached again").pipe(Effect.annotateLogs({ host }))
          return Effect.logDebug("The model API answered").pipe(Effect.annotateLogs({ host, status: outcome.status }))
        }
        case "Abandoned":
          return Effect.void
      }
    }
  }
}
