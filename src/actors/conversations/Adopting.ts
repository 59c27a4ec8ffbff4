/** A conversation that was held elsewhere becomes the channel's; its file is in the home of the channel's boxes by then. */
import { Effect } from "effect"
import type { ChannelId, SessionId } from "../../domain/Ids.ts"
import { refuse, type Shared } from "./Shared.ts"

/** In the caller's transaction; a run that is at work would go on in the old one. Then `gate.reset` lets go of its process. */
export const adopt = Effect.fn("Conversations.adopt")(function* (shared: Shared, id: ChannelId, session_id: SessionId) {
  if ((yield* shared.runs.live(id)) !== undefined) {
    return yield* refuse("conflict", "A run is at work in that channel: stop it, or wait for its end.", "session_id")
  }
  const resets = (yield* shared.channels.get(id)).resets + 1
  const [newest] = yield* shared.messages.list(id, { limit: 1 })
  const conversation = { session_id, last_message_uuid: null, fork_from: null }
  return yield* shared.channels.patch(id, { ...conversation, resets, reset_seq: newest?.seq ?? 0 })
})
