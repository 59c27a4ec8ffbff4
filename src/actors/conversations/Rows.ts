/** Rows of channels, as `Conversations` finds and stores them. */
import { Clock, Effect } from "effect"
import { base32 } from "../../domain/Base32.ts"
import { ChannelId } from "../../domain/Ids.ts"
import type { ChannelDraft } from "../../services/Channels.ts"
import { announce, type Shared } from "./Shared.ts"

export const known = (shared: Shared, id: ChannelId) =>
  Effect.catchTag(shared.channels.get(id), "ChannelNotFound", () => Effect.undefined)

/** What is known of it already and is not in the draft stays. */
export const store = Effect.fnUntraced(function* (shared: Shared, draft: ChannelDraft) {
  const channel = yield* shared.channels.upsert(draft)
  yield* announce(shared, channel, yield* Clock.currentTimeMillis)
  return channel
})

/** `local:` and sixteen characters of base32: 80 random bits. */
export const storeLocal = Effect.fnUntraced(function* (shared: Shared, draft: Omit<ChannelDraft, "channel_id">) {
  const channel_id = ChannelId.make(`local:${base32(yield* shared.random.randomBytes(10))}`)
  return yield* store(shared, { channel_id, ...draft })
})
