/** What may be meant by the beginning of an option, while it is typed. Whoever may not know is offered nothing. */
import { Effect } from "effect"
import type { ChatChoice } from "../domain/chat/Words.ts"
import type { ChatEvent, ChatPlatform } from "../services/ChatPlatform.ts"
import { Conversations } from "../services/Conversations.ts"
import { subjectOf } from "./Subject.ts"

type Event = Extract<ChatEvent, { readonly _tag: "Completing" }>

const none: ReadonlyArray<ChatChoice> = []

export const make = Effect.map(Conversations, (conversations) =>
  Effect.fn("Chat.completing")(function* (platform: ChatPlatform, event: Event) {
    const { choices, name, option, person, place, typed } = event
    const found = yield* conversations
      .complete(subjectOf(platform, person), place.channel_id, name, option, typed)
      .pipe(Effect.catchCause((cause) => Effect.as(Effect.logWarning("Nothing could be offered", cause), none)))
    // Whoever types faster than we answer has asked for something else meanwhile.
    yield* Effect.ignore(choices(found), { log: "Debug" })
  })
)
