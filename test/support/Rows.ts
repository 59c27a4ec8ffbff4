/** Rows with everything but what a test is about. */
import type { Channel } from "../../src/domain/Channel.ts"
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

export const channel = (id: string, changes: Partial<Channel> = {}): Channel => ({
  channel_id: ChannelId.make(id),
  platform: "local",
  name: id,
  parent_id: null,
  dir_path: null,
  active: true,
  session_id: null,
  last_message_uuid: null,
  fork_from: null,
  resets: 0,
  reset_seq: 0,
  settings: {},
  approved_project: null,
  permissions: {},
  created_at: 0,
  ...changes
})
