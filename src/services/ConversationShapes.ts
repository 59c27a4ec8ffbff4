/** What goes into and comes out of `Conversations`. */
import type { ChannelId, MessageId } from "../domain/Ids.ts"
import type { Attachment, MessageKind } from "../domain/Message.ts"
import type { Run } from "../domain/Run.ts"
import type { Author } from "../domain/Subject.ts"
import type { ProjectReach } from "./Settings.ts"

/** What a channel is doing now. `waiting_for` tells why a queued message has not begun. */
export interface ChannelStatus {
  readonly state: "idle" | "running"
  readonly run: Run | null
  readonly queue: ReadonlyArray<{
    readonly message_id: MessageId
    readonly content: string
    readonly author_name: string
    readonly created_at: number
    readonly waiting_for: "turn" | "slot"
  }>
}

/** What a command answers. */
export interface CommandAnswer {
  readonly text: string
  /** For whoever asked alone, where the platform can. */
  readonly private?: boolean
  readonly file?: { readonly name: string; readonly data: Uint8Array }
}

/** What a project's file reaches out of its box for. */
export interface ProjectState extends ProjectReach {
  /** `declined`: an owner said not now; it can be approved all the same. */
  readonly state: "waiting" | "declined" | "approved"
  /** What was approved last; null: nothing was. */
  readonly before: string | null
  /** Lines that begin with `- `, `+ ` or two blanks. */
  readonly difference: string
}

export interface NewMessage {
  readonly channel_id: ChannelId
  readonly content: string
  readonly author_id?: string
  readonly author_name?: string
  readonly message_id?: MessageId
  readonly kind?: MessageKind
  readonly attachments?: ReadonlyArray<Attachment>
  /** A chat platform told of it: the channel's read mark moves to it in the same transaction. */
  readonly seen?: boolean
  /** Whose words it says again: the work on it may do no more than these and the subject may. */
  readonly on_behalf?: ReadonlyArray<Author>
  /** Runs that led to it, where the bot said it; too many are refused. */
  readonly hops?: number
}

/** A place as a chat platform tells of it. */
export interface Met {
  readonly channel_id: ChannelId
  readonly name: string | null
  readonly parent: { readonly channel_id: ChannelId; readonly name: string | null } | null
  readonly direct: boolean
}
