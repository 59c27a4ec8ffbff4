/** Rows of `read_marks`: the newest message of each channel that was judged, taken or not. What came later is caught up. */
import { Context, type Effect } from "effect"
import type { ChannelId, MessageId, PlatformName } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

export class ReadMarks extends Context.Service<
  ReadMarks,
  {
    readonly get: (channel: ChannelId) => Effect.Effect<MessageId | undefined, StoreError>
    /** When any mark of the platform was moved last, in epoch milliseconds; undefined where there is none. */
    readonly lastMoved: (platform: PlatformName) => Effect.Effect<number | undefined, StoreError>
    /** Moves the mark on, never back; nothing for a channel that is not known. */
    readonly advance: (channel: ChannelId, message: MessageId) => Effect.Effect<void, StoreError>
  }
>()("loop/services/ReadMarks") {}
