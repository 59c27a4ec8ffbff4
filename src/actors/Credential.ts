/**
 * Looks after the model's OAuth token: has it renewed before it ends, and tells people once where it cannot be, in the
 * channel of each platform in which a person wrote last. A row each, so that no restart says it again.
 */
import { Effect } from "effect"
import { type ChannelId, platformOf } from "../domain/Ids.ts"
import { Channels } from "../services/Channels.ts"
import { Messages } from "../services/Messages.ts"
import { ModelRelay } from "../services/ModelRelay.ts"

export const make = Effect.gen(function* () {
  const channels = yield* Channels
  const messages = yield* Messages
  const relay = yield* ModelRelay
  let told = ""

  const isOpen = (id: ChannelId) =>
    channels.get(id).pipe(
      Effect.map(({ active, parent_id }) => active && parent_id === null),
      Effect.catchTag("ChannelNotFound", () => Effect.succeed(false))
    )

  /** Of each platform the channel, no thread, in which a person wrote last. */
  const places = Effect.gen(function* () {
    const found = new Map<string, ChannelId>()
    for (const id of yield* messages.written) {
      const platform = platformOf(id)
      if (!found.has(platform) && (yield* isOpen(id))) found.set(platform, id)
    }
    return found
  })

  return Effect.gen(function* () {
    yield* relay.renew
    const notice = yield* relay.notice
    if (notice === undefined || notice.id === told) return
    const { detail, id, mend } = notice
    const where = yield* places
    for (const [platform, channel_id] of where) {
      yield* messages.say({ channel_id, run_id: null, key: `oauth:${platform}:${id}`, content: `${detail}. ${mend}` })
    }
    if (where.size > 0) told = id
  }).pipe(Effect.withSpan("Credential.look"))
})
