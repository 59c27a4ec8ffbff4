/** Shows that we type: one refresher per platform, over all channels with work in them. */
import { Effect } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import type { ChatPlatform } from "../services/ChatPlatform.ts"

/** What is shown lasts some ten seconds. */
const every = "8 seconds"
const patience = "5 seconds"
const atOnce = 8

/** Once; that it cannot be shown hinders nobody. */
export const once = (platform: ChatPlatform, channel: ChannelId): Effect.Effect<void> =>
  platform.typing(channel).pipe(
    Effect.timeoutOption(patience),
    Effect.catch((failed) => Effect.logDebug("Typing could not be shown", failed)),
    Effect.asVoid
  )

/** For ever, in the channels where there is work at that moment. */
export const refresh = (platform: ChatPlatform, channels: () => ReadonlyArray<ChannelId>): Effect.Effect<never> =>
  Effect.sleep(every).pipe(
    Effect.andThen(
      Effect.suspend(() =>
        Effect.forEach(channels(), (channel) => once(platform, channel), { concurrency: atOnce, discard: true })
      )
    ),
    Effect.forever
  )
