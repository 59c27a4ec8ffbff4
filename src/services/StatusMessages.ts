/** Rows of `status_messages`: the live status message of each run on a chat platform, so that it is found again. */
import { Context, type Effect } from "effect"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

export interface StatusMessage {
  readonly run_id: RunId
  readonly channel_id: ChannelId
  /** The platform's id of it; null until it is known that it has arrived. */
  readonly platform_id: string | null
  /** Epoch milliseconds. */
  readonly created_at: number
}

export class StatusMessages extends Context.Service<
  StatusMessages,
  {
    /** The run's row, made where there is none; undefined when it is closed. */
    readonly open: (run: RunId, channel: ChannelId) => Effect.Effect<StatusMessage | undefined, StoreError>
    readonly posted: (run: RunId, platformId: string) => Effect.Effect<void, StoreError>
    /** Nothing is left to be done with it. */
    readonly close: (run: RunId) => Effect.Effect<void, StoreError>
    /** Those that are not closed, oldest first. */
    readonly unclosed: Effect.Effect<ReadonlyArray<StatusMessage>, StoreError>
  }
>()("loop/services/StatusMessages") {}
