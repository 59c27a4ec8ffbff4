/** The one polite line that those get who may not call Loop: once a day in a channel, and nothing of theirs is stored. */
import { Clock, Duration, Effect } from "effect"
import * as Sentence from "../domain/chat/Sentence.ts"
import type { ChatMessage, ChatPlatform } from "../services/ChatPlatform.ts"
import { Claims } from "../services/Claims.ts"

const every = Duration.toMillis("1 day")
/** What was written longer ago is history that is looked through, maybe not for the first time. */
const stale = Duration.toMillis("10 minutes")
/** Beyond that many people the longest silent ones are forgotten. */
const remembered = 10_000

export const make = Effect.gen(function* () {
  const claims = yield* Claims
  const told = new Map<string, number>()

  const isDue = (key: string, now: number) => {
    const last = told.get(key)
    if (last !== undefined && now - last < every) return false
    told.delete(key)
    told.set(key, now)
    const [oldest] = told.keys()
    if (told.size > remembered && oldest !== undefined) told.delete(oldest)
    return true
  }

  return Effect.fn("Intake.hint")(function* (platform: ChatPlatform, { at, author, id, place }: ChatMessage) {
    const now = yield* Clock.currentTimeMillis
    if (now - at > stale || !isDue(`${place.channel_id} ${author.id}`, now)) return
    const content = (yield* claims.wanted) ? Sentence.nobodyOwns : Sentence.unknownPerson
    yield* platform
      .deliver(place.channel_id, { content, replyTo: id }, `h${id}`.slice(0, 25))
      .pipe(Effect.catch((failed) => Effect.logInfo("Somebody without a role could not be told so", failed)))
  })
})
