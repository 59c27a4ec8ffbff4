/** Rows of channels, as `Conversations` finds and stores them. */
import { Clock, Effect } from "effect"
import { base32 } from "../../domain/Base32.ts"
import type { Channel } from "../../domain/Channel.ts"
import { ChannelId } from "../../domain/Ids.ts"
import type { ChannelDraft } from "../../services/Channels.ts"
import type { Subject } from "../../services/Tokens.ts"
import { announce, type Shared } from "./Shared.ts"

export const known = (shared: Shared, id: ChannelId) =>
  Effect.catchTag(shared.channels.get(id), "ChannelNotFound", () => Effect.undefined)

/** What is known of it already and is not in the draft stays. */
export const store = Effect.fnUntraced(function* (shared: Shared, draft: ChannelDraft) {
  const channel = yield* shared.channels.upsert(draft)
  yield* announce(shared, channel, yield* Clock.currentTimeMillis)
  return channel
})

/** The channel that it makes is in the audit log in the same transaction. */
export const made = <E, R>(shared: Shared, subject: Subject, making: Effect.Effect<Channel, E, R>) =>
  shared.store.transaction(
    Effect.tap(making, ({ channel_id, dir_path, name }) =>
      shared.audit.record({
        actor: subject,
        action: "channel.create",
        target: channel_id,
        channel_id,
        detail: { name, dir_path }
      })
    )
  )

/** `local:` and sixteen characters of base32: 80 random bits. */
export const storeLocal = Effect.fnUntraced(function* (shared: Shared, draft: Omit<ChannelDraft, "channel_id">) {
  const channel_id = ChannelId.make(`local:${base32(yield* shared.random.randomBytes(10))}`)
  return yield* store(shared, { channel_id, ...draft })
})
