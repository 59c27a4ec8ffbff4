/** A message as Discord tells it, in the house's words. */
import {
  type APIMessage,
  MessageReferenceType,
  MessageType,
  type GatewayMessageCreateDispatchData
} from "discord-api-types/v10"
import { MessageId } from "../../domain/Ids.ts"
import type { ChatMessage, Place } from "../../services/ChatPlatform.ts"
import { fileOf } from "./Attachments.ts"

/** Written by somebody; all else (joins, pins, threads begun, …) is Discord's own. */
export const isWritten = ({ type }: { readonly type: MessageType }): boolean =>
  type === MessageType.Default || type === MessageType.Reply

/** A link that Discord unfurled, a pin or a thread that was hung on it change a message too, yet nobody edited it. */
export const isEdited = (message: Partial<APIMessage>): boolean =>
  typeof message.content === "string" && message.author !== undefined && typeof message.edited_timestamp === "string"

/** `member` comes with events, not with history. */
export type Told = APIMessage & Pick<Partial<GatewayMessageCreateDispatchData>, "guild_id" | "member">

export const messageOf = (
  message: Told,
  about: {
    readonly place: Place
    readonly self: string
    readonly roles: ReadonlyArray<string>
    readonly apiUrl: string
  }
): ChatMessage => {
  const { self } = about
  const forwarded = message.message_reference?.type === MessageReferenceType.Forward
  return {
    id: MessageId.make(message.id),
    place: about.place,
    author: { id: message.author.id, name: message.author.username, roles: about.roles },
    // Also what answers an interaction, which comes by way of a webhook.
    own: message.author.id === self,
    content: message.content,
    mentionsUs: message.mentions.some(({ id }) => id === self),
    repliesToUs: !forwarded && message.referenced_message?.author.id === self,
    files: message.attachments.map((each) => fileOf(each, about.apiUrl)),
    at: Date.parse(message.timestamp)
  }
}
