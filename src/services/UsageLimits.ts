/** Rows of `usage_limits`: channels whose model calls are refused by the API until an instant that it told. */
import { Context, type Effect } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** Instants are epoch milliseconds. */
export interface UsageLimit {
  readonly channel_id: ChannelId
  readonly until: number
  /** The model that stands in until then; null: the channel waits. */
  readonly fallback: string | null
  readonly since: number
}

export class UsageLimits extends Context.Service<
  UsageLimits,
  {
    /** In place of one that is there. */
    readonly set: (limit: UsageLimit) => Effect.Effect<void, StoreError>
    /** What holds at `now`; undefined where nothing does. */
    readonly get: (channel: ChannelId, now: number) => Effect.Effect<UsageLimit | undefined, StoreError>
    /** False when there was none. */
    readonly lift: (channel: ChannelId) => Effect.Effect<boolean, StoreError>
  }
>()("loop/services/UsageLimits") {}
