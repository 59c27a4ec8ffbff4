/** Rows of `processes`: every agent process that may still be alive, so that a later supervisor can adopt or end it. */
import { Context, Schema, type Effect } from "effect"
import { ChannelId, ProcessId, SessionId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** `cursor`/`cursor_at` (epoch milliseconds): the last place in its log that was dealt with. `cost_total`: US dollars up to there. */
export const ProcessRow = Schema.Struct({
  process_id: ProcessId,
  channel_id: ChannelId,
  session_id: Schema.NullOr(SessionId),
  config_hash: Schema.String,
  cursor: Schema.NullOr(Schema.String),
  cursor_at: Schema.Int,
  cost_total: Schema.Finite,
  started_at: Schema.Int
})
export type ProcessRow = typeof ProcessRow.Type

export class Processes extends Context.Service<
  Processes,
  {
    /** Written before the box is started. */
    readonly insert: (row: ProcessRow) => Effect.Effect<void, StoreError>
    readonly get: (id: ProcessId) => Effect.Effect<ProcessRow | undefined, StoreError>
    readonly list: Effect.Effect<ReadonlyArray<ProcessRow>, StoreError>
    /** Moves the cursor on; `costUsd` is what was spent since the last one and adds to `cost_total`. */
    readonly advance: (
      id: ProcessId,
      to: { readonly cursor: string; readonly at: number; readonly costUsd: number; readonly session_id?: SessionId }
    ) => Effect.Effect<void, StoreError>
    /** Once nothing of it runs any more. */
    readonly remove: (id: ProcessId) => Effect.Effect<void, StoreError>
  }
>()("loop/services/Processes") {}
