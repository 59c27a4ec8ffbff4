/** What kept a command or click from being done, as one sentence for whoever gave it. */
import { Effect } from "effect"
import * as ReplyText from "../domain/chat/ReplyText.ts"
import * as Sentence from "../domain/chat/Sentence.ts"
import type { Reply } from "../services/ChatPlatform.ts"
import { Claims } from "../services/Claims.ts"
import type { ConversationError } from "../services/Conversations.ts"
import type { InboxError } from "../services/Inbox.ts"

export const make = Effect.gen(function* () {
  const claims = yield* Claims

  const stranger = claims.wanted.pipe(
    Effect.map((wanted) => (wanted ? Sentence.nobodyOwns : Sentence.unknownPerson)),
    Effect.catchTag("StoreError", () => Effect.succeed(Sentence.unknownPerson))
  )

  const sentenceFor = (error: ConversationError | InboxError) => {
    switch (error._tag) {
      case "Denied":
        return error.action === "grant" && error.resource !== "channels"
          ? Effect.succeed(ReplyText.ownersOnly)
          : Effect.map(stranger, (text) => `⛔ ${text}`)
      case "StoreError":
      case "InboxError":
        return Effect.as(Effect.logError("A command could not be stored", error), ReplyText.notStored)
      default:
        return Effect.succeed(error.message)
    }
  }

  /** Whatever becomes of the work, whoever asked for it is answered; that nobody could be answered is logged. */
  return <R>(reply: Reply, work: Effect.Effect<void, ConversationError | InboxError, R>) => {
    const tell = (content: string) =>
      Effect.catch(reply.say({ content }, { private: true }), (failed) =>
        Effect.logWarning("Somebody could not be answered", failed)
      )
    return work.pipe(
      Effect.catch((error) => Effect.flatMap(sentenceFor(error), tell)),
      Effect.catchDefect((defect) =>
        Effect.andThen(Effect.logError("A command or click met a defect", defect), tell(ReplyText.failedInside))
      )
    )
  }
})

export type Answered = Effect.Success<typeof make>
