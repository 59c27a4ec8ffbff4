/** Rows of `spending`, one for each model call as the relay saw it, and of what owners allowed beyond a limit. */
import { Context, type Effect } from "effect"
import type { Level, Limit, Scope, Standing } from "../domain/budget/Limits.ts"
import type { AskId, ChannelId, RunId } from "../domain/Ids.ts"
import type { Usage } from "../domain/Run.ts"
import type { StoreError } from "./Store.ts"

/** `at`: epoch milliseconds, the answer's end. `cost_usd`: US dollars. */
export interface Spent {
  readonly at: number
  readonly run_id: RunId
  readonly channel_id: ChannelId
  /** Of a thread, its channel. */
  readonly root_id: ChannelId
  readonly task_id: number | null
  readonly model: string
  readonly usage: Usage
  readonly cost_usd: number
  /** The price or the tokens are not known exactly. */
  readonly estimated: boolean
}

/** A question to owners: may so much more be spent? `until`: when it is void; instants are epoch milliseconds. */
export interface BudgetAsk {
  readonly ask_id: AskId
  /** The channel that shows it. */
  readonly place: ChannelId
  readonly level: Level
  readonly scope: Scope
  readonly period: string
  readonly until: number | null
  readonly amount_usd: number
  readonly asked_at: number
  readonly decided_at: number | null
  readonly decided_by: string | null
}

export class Spending extends Context.Service<
  Spending,
  {
    readonly add: (spent: Spent) => Effect.Effect<void, StoreError>
    /** What was spent of a limit, and by how much it was raised. */
    readonly standing: (limit: Limit) => Effect.Effect<Standing, StoreError>
    /** The open question about a limit in a channel: this one, or the one that is there. */
    readonly ask: (ask: Omit<BudgetAsk, "decided_at" | "decided_by">) => Effect.Effect<AskId, StoreError>
    readonly asked: (id: AskId) => Effect.Effect<BudgetAsk | undefined, StoreError>
    /** False when it was decided already. */
    readonly raise: (id: AskId, at: number, by: string | null) => Effect.Effect<boolean, StoreError>
    /** Whether this is noted for the first time. */
    readonly noteOnce: (note: string, at: number) => Effect.Effect<boolean, StoreError>
  }
>()("loop/services/Spending") {}
