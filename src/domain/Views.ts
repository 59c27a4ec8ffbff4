/** What the public interface shows of rows: JSON with RFC 3339 instants. Used for events and for HTTP alike. */
import { DateTime } from "effect"
import type { AgentRequest } from "./AgentEvent.ts"
import type { Channel } from "./Channel.ts"
import type { JournalEvent, LiveEvent } from "./ChannelEvent.ts"
import type { ApprovalId } from "./Ids.ts"
import type { Attachment, Message } from "./Message.ts"
import { meaning, ruleOf, textOf } from "./permissions/Rule.ts"
import type { Run } from "./Run.ts"

/** RFC 3339 in UTC. */
export const instant = (millis: number): string => DateTime.formatIso(DateTime.makeUnsafe(millis))

const instantOrNull = (millis: number | null): string | null => (millis === null ? null : instant(millis))

const named = ({ mime, name }: Attachment) => ({ name, mime })

export const messageView = (message: Message) => ({
  message_id: message.message_id,
  author_id: message.author_id,
  author_name: message.author_name,
  is_bot: message.is_bot,
  content: message.content,
  created_at: instant(message.created_at),
  state: message.state,
  ...(message.run_id !== null && { run_id: message.run_id }),
  ...(message.kind !== "prompt" && { kind: message.kind }),
  ...(message.is_bot && message.attachments.length > 0 && { files: message.attachments.map(named) }),
  ...(!message.is_bot && message.attachments.length > 0 && { attachments: message.attachments.map(named) }),
  ...(message.buttons && { buttons: message.buttons.flat().map(({ id, label, style }) => ({ id, label, style })) })
})

export const queueEntryView = (message: Pick<Message, "message_id" | "content" | "author_name" | "created_at">) => ({
  message_id: message.message_id,
  content: message.content,
  author_name: message.author_name,
  created_at: instant(message.created_at)
})

export const runView = (run: Run) => ({
  run_id: run.run_id,
  channel_id: run.channel_id,
  trigger: run.trigger,
  ...(run.message_ids[0] !== undefined && { message_id: run.message_ids[0] }),
  message_ids: run.message_ids,
  ...(run.task_id !== null && { task_id: run.task_id }),
  status: run.status,
  ...(run.reason !== null && { reason: run.reason }),
  attempt: run.attempt,
  session_id: run.session_id,
  started_at: instant(run.started_at),
  ended_at: instantOrNull(run.ended_at),
  cost_usd: run.cost_usd,
  usage: run.usage,
  turns: run.turns,
  ...(run.result !== null && { result: run.result })
})

/** An entry of `GET /api/channels`: texts are empty where there is nothing. */
export const channelEntryView = (channel: Channel) => ({
  channel_id: channel.channel_id,
  platform: channel.platform,
  name: channel.name,
  dir_path: channel.dir_path ?? "",
  parent_id: channel.parent_id ?? "",
  active: channel.active,
  ...(channel.session_id !== null && { session_id: channel.session_id })
})

/** A channel by itself; `busy`, `state`, `run` and `queue` come from its actor and its messages. */
export const channelView = (channel: Channel) => ({
  channel_id: channel.channel_id,
  platform: channel.platform,
  name: channel.name,
  parent_id: channel.parent_id,
  dir_path: channel.dir_path,
  active: channel.active,
  session_id: channel.session_id,
  settings: channel.settings
})

/** What "Always" would allow: the rule as text, and in words. */
const alwaysOf = ({ input, tool }: Extract<AgentRequest, { _tag: "Permission" }>) => {
  const rule = ruleOf(tool, input)
  return { rule: textOf(rule), meaning: meaning(rule) }
}

/** A request that waits, or waited, for a person. */
export const approvalView = (approval: {
  readonly approval_id: ApprovalId
  readonly request: AgentRequest
  readonly cwd: string
  readonly status: string
  readonly message: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly decided_at: number | null
  readonly decided_by: string | null
}) => ({
  approval_id: approval.approval_id,
  request: approval.request,
  ...(approval.cwd !== "" && { cwd: approval.cwd }),
  ...(approval.request._tag === "Permission" && { always: alwaysOf(approval.request) }),
  status: approval.status,
  ...(approval.message !== null && { message: approval.message }),
  created_at: instant(approval.created_at),
  expires_at: instant(approval.expires_at),
  decided_at: instantOrNull(approval.decided_at),
  ...(approval.decided_by !== null && { decided_by: approval.decided_by })
})

const isJournalled = (event: LiveEvent): event is JournalEvent => "id" in event

/** The body of an event; a text frame has no id. */
export const eventView = (event: LiveEvent) => ({
  ...(isJournalled(event) && { id: event.id }),
  type: event.type,
  at: instant(event.at),
  channel_id: event.channel_id,
  ...(event.run_id !== null && { run_id: event.run_id }),
  data: event.data
})
