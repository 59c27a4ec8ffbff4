/** What Loop keeps on disk for a channel in LOOP_HOME: the home of its boxes, and its work directory where it has no other. */
import { Context, type Effect } from "effect"
import type { ChannelId } from "../domain/Ids.ts"

export class ChannelFiles extends Context.Service<
  ChannelFiles,
  {
    /** Gives them to another channel, which has none yet; where that cannot be, they stay and it is logged. */
    readonly move: (from: ChannelId, to: ChannelId) => Effect.Effect<void>
  }
>()("loop/services/ChannelFiles") {}
