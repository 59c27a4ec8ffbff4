/** What was spent, added up for people. */
import { Context, type Effect } from "effect"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { Usage } from "../domain/Run.ts"
import type { StoreError } from "./Store.ts"

export type GroupBy = "day" | "channel" | "task" | "model"

/** `from` inclusive, `to` exclusive, epoch milliseconds. */
export interface SpendingFilter {
  readonly from: number
  readonly to: number
  /** In these channels alone. */
  readonly channels?: ReadonlyArray<ChannelId>
  /** In this channel and its threads. */
  readonly root?: ChannelId
}

/** `key`: the day in the zone (`2031-05-04`), a channel's id, a task's number, a model; empty for what belongs to none. */
export interface SpendingRow {
  readonly key: string
  readonly cost_usd: number
  readonly usage: Usage
  readonly runs: number
  /** Part of it is an estimate. */
  readonly estimated: boolean
}

export class SpendingReports extends Context.Service<
  SpendingReports,
  {
    /** Days in their order, everything else by its cost. `zone`: of the days. */
    readonly grouped: (
      by: GroupBy,
      filter: SpendingFilter,
      zone: string
    ) => Effect.Effect<ReadonlyArray<SpendingRow>, StoreError>
    /** US dollars. */
    readonly ofRun: (run: RunId) => Effect.Effect<number, StoreError>
    readonly ofTask: (task: number, from: number) => Effect.Effect<number, StoreError>
  }
>()("loop/services/SpendingReports") {}
