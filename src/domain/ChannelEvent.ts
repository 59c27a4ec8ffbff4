/** What the world may watch: the journal's entries and the live text frames. JSON shapes of the public interface. */
import { Schema } from "effect"
import { ChannelId, RunId } from "./Ids.ts"

export const EventType = Schema.Literals([
  "message.created",
  "message.updated",
  "run.started",
  "run.text",
  "run.thinking",
  "run.turn",
  "run.tool",
  "run.retry",
  "run.note",
  "run.egress",
  "run.ended",
  "queue.changed",
  "approval.requested",
  "approval.decided",
  "task.fired",
  "task.changed",
  "channel.changed",
  "channel.seen",
  "platform.changed",
  "reset"
])
export type EventType = typeof EventType.Type

/** A journalled event before it has an id. `at` is epoch milliseconds. */
export const NewEvent = Schema.Struct({
  type: EventType,
  at: Schema.Int,
  channel_id: Schema.NullOr(ChannelId),
  run_id: Schema.NullOr(RunId),
  data: Schema.Json
})
export type NewEvent = typeof NewEvent.Type

export const JournalEvent = Schema.Struct({ id: Schema.Int, ...NewEvent.fields })
export type JournalEvent = typeof JournalEvent.Type

/** A piece of text being written; never journalled, carries no id. */
export interface TextFrame {
  readonly type: "run.text"
  readonly at: number
  readonly channel_id: ChannelId
  readonly run_id: RunId
  readonly data: {
    readonly message_uuid: string
    readonly offset: number
    readonly text: string
    readonly reset?: boolean
  }
}

/** What a subscriber receives. */
export type LiveEvent = JournalEvent | TextFrame
