/** Rows with everything but what a test is about. */
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import type { Message } from "../../src/domain/Message.ts"

export const message = (id: string, changes: Partial<Message> = {}): Message => ({
  seq: 1,
  channel_id: ChannelId.make("local:room"),
  message_id: MessageId.make(id),
  author_id: "u1",
  author_name: "Ada",
  is_bot: false,
  kind: "prompt",
  content: `text of ${id}`,
  attachments: [],
  state: "queued",
  run_id: null,
  prompt_id: null,
  created_at: 0,
  ...changes
})
