/**
 * Model calls under way. A call may be made where even its highest price fits into what is left beside all others, or where it
 * is its run's only one: so no run is ever more than one call over a limit, however many it makes at once.
 */
import { Deferred, Effect } from "effect"
import { allowed, everywhere, type Spender, type Standing } from "../../domain/budget/Limits.ts"
import type { RunId } from "../../domain/Ids.ts"

export interface Reserved extends Spender {
  readonly run_id: RunId
  /** The most that it can cost, in US dollars. */
  readonly most: number
  readonly over: Deferred.Deferred<void>
}

const isOn = (call: Reserved, { run_id, scope, task_id }: Standing): boolean => {
  if (run_id !== null) return call.run_id === run_id
  if (task_id !== null) return call.task_id === task_id
  return scope === everywhere || call.root === scope
}

export const make = () => {
  const calls = new Set<Reserved>()
  return {
    /** Undefined: there is room. Else a call of the same run, whose end is to be waited for. */
    hindrance: ({ most, run_id }: Reserved, standings: ReadonlyArray<Standing>): Reserved | undefined => {
      const own = [...calls].find((call) => call.run_id === run_id)
      if (own === undefined) return undefined
      const fits = standings.every((standing) => {
        const reserved = [...calls].reduce((sum, call) => sum + (isOn(call, standing) ? call.most : 0), 0)
        return standing.spent + reserved + most <= allowed(standing)
      })
      return fits ? undefined : own
    },
    add: (call: Reserved): void => void calls.add(call),
    end: (call: Reserved): void => {
      calls.delete(call)
      Deferred.doneUnsafe(call.over, Effect.void)
    }
  }
}
