/** Who deals with commands, their completion, and clicks. What fails is theirs to answer; a defect is logged. */
import { Context, type Effect } from "effect"
import type { ChatEvent, ChatPlatform } from "../services/ChatPlatform.ts"

type Event<Tag extends ChatEvent["_tag"]> = Extract<ChatEvent, { readonly _tag: Tag }>

export class ChatHandlers extends Context.Service<
  ChatHandlers,
  {
    /** The connection to a platform begins anew: commands may have to be declared. */
    readonly onConnected: (platform: ChatPlatform) => Effect.Effect<void>
    readonly onCommand: (platform: ChatPlatform, event: Event<"Command">) => Effect.Effect<void>
    readonly onCompleting: (platform: ChatPlatform, event: Event<"Completing">) => Effect.Effect<void>
    readonly onClick: (platform: ChatPlatform, event: Event<"Click">) => Effect.Effect<void>
  }
>()("loop/platforms/ChatHandlers") {}
