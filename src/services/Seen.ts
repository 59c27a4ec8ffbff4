/** Rows of `seen`: until when each reader of the page has read, so that all of a reader's windows and devices agree. */
import { Context, type Effect } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** `channel_id` null: everywhere. Epoch milliseconds. */
export interface SeenMark {
  readonly channel_id: ChannelId | null
  readonly seen_at: number
}

export class Seen extends Context.Service<
  Seen,
  {
    /** `reader`: whose token it is. */
    readonly marks: (reader: string) => Effect.Effect<ReadonlyArray<SeenMark>, StoreError>
    /** Moves a mark on, never back, and journals `channel.seen` (`reader`, `until`) where it moved: else nothing is written. */
    readonly mark: (reader: string, mark: SeenMark) => Effect.Effect<void, StoreError>
  }
>()("loop/services/Seen") {}
