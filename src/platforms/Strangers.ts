/** People without a role who call Loop: owners are asked about them, once and not too often; nothing that they write is kept. */
import { Clock, Duration, Effect } from "effect"
import { SecureRandom } from "effect/crypto"
import * as Card from "../domain/access/Card.ts"
import { AskId } from "../domain/Ids.ts"
import { AccessAsks } from "../services/AccessAsks.ts"
import { Channels } from "../services/Channels.ts"
import type { ChatMessage } from "../services/ChatPlatform.ts"
import { Claims } from "../services/Claims.ts"
import { Messages } from "../services/Messages.ts"
import { Store } from "../services/Store.ts"

/** What was written longer ago is history that is looked through, maybe not for the first time. */
const stale = Duration.toMillis("10 minutes")

export const make = Effect.gen(function* () {
  const asks = yield* AccessAsks
  const channels = yield* Channels
  const claims = yield* Claims
  const messages = yield* Messages
  const random = yield* SecureRandom.SecureRandom
  const store = yield* Store

  /** Whether they may be told something; not those whom an owner ignores. A channel that is not known here has nobody to ask. */
  return Effect.fn("Intake.stranger")(function* ({ at, author, place }: ChatMessage) {
    const channel_id = place.parent?.channel_id ?? place.channel_id
    const row = yield* Effect.catchTag(channels.get(channel_id), "ChannelNotFound", () => Effect.undefined)
    if (row === undefined || !row.active) return true
    if (yield* asks.isIgnored(channel_id, author.id)) return false
    const asked_at = yield* Clock.currentTimeMillis
    if (asked_at - at > stale || (yield* claims.wanted)) return true
    const ask_id = AskId.make(yield* random.uuidV7())
    const { id: person_id, name } = author
    yield* store.transaction(
      Effect.gen(function* () {
        if (!(yield* asks.ask({ ask_id, channel_id, person_id, name, asked_at }))) return
        yield* messages.say({
          channel_id,
          run_id: null,
          key: Card.cardKey(ask_id),
          content: Card.asked(name, person_id),
          buttons: Card.buttons(ask_id),
          verbatim: true,
          aside: true
        })
      })
    )
    return true
  })
})
