/** Messages: what people write, what the bot says. The rows of a person's messages are the channel's mailbox. */
import { Schema } from "effect"
import { Buttons } from "./chat/Dress.ts"
import { Author } from "./Subject.ts"
import { ChannelId, MessageId, PromptId, RunId } from "./Ids.ts"

/**
 * A person's: `queued running replied failed stopped dropped`, or `noted`: said without calling Loop, told with the next
 * message; the bot's: `sending sent undelivered unknown`.
 */
export const MessageState = Schema.Literals([
  "queued",
  "running",
  "replied",
  "failed",
  "stopped",
  "dropped",
  "noted",
  "sending",
  "sent",
  "undelivered",
  "unknown"
])
export type MessageState = typeof MessageState.Type

/** A file that came with a message, as stored under the channel's inbox. */
export const Attachment = Schema.Struct({ name: Schema.String, mime: Schema.String, path: Schema.String })
export type Attachment = typeof Attachment.Type

/** `prompt`: shown to the agent as `author: text`; `raw`: a command of the CLI itself, sent as it is; `task`: the letter of a task. */
export const MessageKind = Schema.Literals(["prompt", "raw", "task"])
export type MessageKind = typeof MessageKind.Type

/** A row of `messages`. `seq` is the order of arrival over all channels. */
export const Message = Schema.Struct({
  seq: Schema.Int,
  channel_id: ChannelId,
  message_id: MessageId,
  author_id: Schema.String,
  author_name: Schema.String,
  is_bot: Schema.Boolean,
  kind: MessageKind,
  content: Schema.String,
  attachments: Schema.Array(Attachment),
  state: MessageState,
  run_id: Schema.NullOr(RunId),
  /** Set when the message was written into a running turn (busy mode `steer`) under this uuid. */
  prompt_id: Schema.NullOr(PromptId),
  created_at: Schema.Int,
  /** Under what the bot says; none once one of them has done what it is for. */
  buttons: Schema.optionalKey(Schema.NullOr(Buttons))
})
export type Message = typeof Message.Type

/** What a platform hands over once it has decided that the text is meant for Loop. */
export const InboundMessage = Schema.Struct({
  channel_id: ChannelId,
  message_id: MessageId,
  author_id: Schema.String,
  author_name: Schema.String,
  content: Schema.String,
  kind: MessageKind,
  attachments: Schema.Array(Attachment),
  /** Runs that led to it; none where a person wrote it. */
  hops: Schema.optionalKey(Schema.Int),
  /** Whose rights the work on it has: what all of them may. Empty, or not there: nobody knows. */
  on_behalf: Schema.optionalKey(Schema.Array(Author))
})
export type InboundMessage = typeof InboundMessage.Type

/** On the local platform everything is meant for Loop; its call signs are taken off. */
export const stripTriggers = (content: string): string => {
  const unmentioned = content.replaceAll(/@LoopBot\b/gi, "").trim()
  return /^!loop(\s|$)/i.test(unmentioned) ? unmentioned.slice(5).trim() : unmentioned
}
