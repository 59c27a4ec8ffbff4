/** The limits of spending that hold for a run, and what is left of each. Pure. */
import { Schema } from "effect"
import type { ChannelId, RunId } from "../Ids.ts"
import { dayOf, monthOf } from "./Period.ts"

const Dollars = Schema.Finite.check(Schema.isGreaterThan(0, { expected: "US dollars above 0" }))

/** JSON of the configuration and of a channel's settings. A key that is absent is no limit. */
export const Budget = Schema.Struct({
  per_run_usd: Schema.optionalKey(Dollars),
  per_task_usd: Schema.optionalKey(Dollars),
  per_day_usd: Schema.optionalKey(Dollars),
  per_month_usd: Schema.optionalKey(Dollars)
})
export type Budget = typeof Budget.Type

export const Level = Schema.Literals(["run", "task", "day", "month"])
export type Level = typeof Level.Type

/** Whose spending counts: everybody's, or that of a channel with its threads. */
export const everywhere = "*"
export type Scope = ChannelId | typeof everywhere

/** A limit as it holds now. */
export interface Limit {
  readonly level: Level
  /** Who set it: the configuration (`*`), or the channel. */
  readonly scope: Scope
  readonly usd: number
  /** Of which run or task; null: of all in the scope. */
  readonly run_id: RunId | null
  readonly task_id: number | null
  /** Its name in time; raises and warnings hold for it. */
  readonly period: string
  /** Epoch milliseconds. */
  readonly since: number
  /** When it begins anew; null: never. */
  readonly until: number | null
}

/** Whom the limits are asked for. */
export interface Spender {
  readonly root: ChannelId
  readonly run_id: RunId | null
  readonly task_id: number | null
}

const keys = { run: "per_run_usd", task: "per_task_usd", day: "per_day_usd", month: "per_month_usd" } as const

export const keyOf = (level: Level): string => `budget.${keys[level]}`

/** Narrowest first: that is the one to be named where several are used up. */
export const limitsOf = (
  budgets: { readonly everywhere: Budget; readonly channel: Budget },
  { root, run_id, task_id }: Spender,
  zone: string,
  now: number
): ReadonlyArray<Limit> => {
  const day = dayOf(zone, now)
  const month = monthOf(zone, now)
  const of = (scope: Scope, budget: Budget): ReadonlyArray<Limit> =>
    (["run", "task", "day", "month"] as const).flatMap((level): ReadonlyArray<Limit> => {
      const usd = budget[keys[level]]
      const none = { run_id: null, task_id: null }
      if (usd === undefined) return []
      switch (level) {
        case "run":
          return run_id === null ? [] : [{ ...none, level, scope, usd, run_id, period: run_id, since: 0, until: null }]
        case "task": {
          const period = `${task_id} ${day.name}`
          return task_id === null
            ? []
            : [{ ...none, level, scope, usd, task_id, period, since: day.start, until: day.end }]
        }
        case "day":
          return [{ ...none, level, scope, usd, period: day.name, since: day.start, until: day.end }]
        case "month":
          return [{ ...none, level, scope, usd, period: month.name, since: month.start, until: month.end }]
      }
    })
  return [...of(root, budgets.channel), ...of(everywhere, budgets.everywhere)]
}

/** A limit with what was spent and what it was raised by. */
export interface Standing extends Limit {
  readonly spent: number
  readonly raised: number
}

export const allowed = ({ raised, usd }: Standing): number => usd + raised

/** Sums of many small numbers are a little off. */
const dust = 1e-9

export const isUsedUp = (standing: Standing): boolean => standing.spent >= allowed(standing) - dust

export const left = (standing: Standing): number => Math.max(0, allowed(standing) - standing.spent)

/** From here on it is warned of. */
export const warnAt = 0.8

export const isNear = (standing: Standing): boolean =>
  standing.spent >= allowed(standing) * warnAt - dust && !isUsedUp(standing)

/** How much more one click allows: half of the limit, in whole cents. */
export const stepOf = ({ usd }: Limit): number => Math.max(0.01, Math.round(usd * 50) / 100)

/** A run is begun anew by a person, which is a decision already. */
export const canBeRaised = ({ level }: Limit): boolean => level !== "run"
