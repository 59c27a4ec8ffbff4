/**
 * What people and programs can do with channels; the faces (HTTP, MCP, command line, platforms) call this and nothing
 * else that decides. Each call asks `Authorizer` first.
 */
import { Context, Schema, type Effect } from "effect"
import type { Channel, ChannelSettings } from "../domain/Channel.ts"
import type { HolderKind, Role } from "../domain/chat/Grants.ts"
import type { ApprovalId, ChannelId, MessageId, PlatformName, RunId } from "../domain/Ids.ts"
import type { Attachment, MessageKind } from "../domain/Message.ts"
import type { Run } from "../domain/Run.ts"
import type { ChannelNotFound } from "./Channels.ts"
import type { RunNotFound } from "./Runs.ts"
import type { StoreError } from "./Store.ts"
import type { Subject } from "./Tokens.ts"

/** The subject may not do that. */
export class Denied extends Schema.TaggedError<Denied>()("Denied", { action: Schema.String, resource: Schema.String }) {
  override get message() {
    return `You may not ${this.action} ${this.resource}.`
  }
}

/**
 * What was asked cannot be; `message` is a sentence with the next step. `field` names the offending key of a body.
 * `impossible`: a schedule that can never come.
 */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  reason: Schema.Literals(["invalid", "not_found", "conflict", "not_configured", "impossible"]),
  field: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

export type ConversationError = ChannelNotFound | RunNotFound | StoreError | Denied | Refused

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
}

/** A place as a chat platform tells of it. */
export interface Met {
  readonly channel_id: ChannelId
  readonly name: string | null
  readonly parent: { readonly channel_id: ChannelId; readonly name: string | null } | null
  readonly direct: boolean
}

export class Conversations extends Context.Service<
  Conversations,
  {
    /** Stores the message, then wakes its channel. Stored when this returns; the same id again is accepted and does nothing. */
    readonly post: (
      subject: Subject,
      message: NewMessage
    ) => Effect.Effect<{ readonly message_id: MessageId; readonly fresh: boolean }, ConversationError>
    /** Keeps what was said without calling Loop, to be told with the next message; the read mark moves to it. */
    readonly note: (
      subject: Subject,
      message: NewMessage & { readonly message_id: MessageId }
    ) => Effect.Effect<void, ConversationError>
    /** The channel of a place on a chat platform, made or woken up where need be; of a thread, its channel, too. */
    readonly meet: (subject: Subject, place: Met) => Effect.Effect<Channel, ConversationError>
    /** Finds a channel by its id or by a native id that only one channel has. */
    readonly find: (subject: Subject, id: string) => Effect.Effect<Channel, ConversationError>
    readonly inspect: (subject: Subject, id: ChannelId) => Effect.Effect<ChannelStatus, ConversationError>
    /** Ends the channel's run (also one that still waits) and returns after the work has really ended. */
    readonly stop: (
      subject: Subject,
      id: ChannelId
    ) => Effect.Effect<{ readonly stopped: boolean; readonly run_id?: RunId }, ConversationError>
    /** The next message begins a new session. */
    readonly reset: (subject: Subject, id: ChannelId) => Effect.Effect<void, ConversationError>
    /** Starts the channel's agent ahead of its next message; a hint, returns at once. */
    readonly prepare: (subject: Subject, id: ChannelId) => Effect.Effect<void, ConversationError>
    /** Changes a queued message; `conflict` once it runs. */
    readonly editQueued: (
      subject: Subject,
      id: ChannelId,
      message: MessageId,
      content: string
    ) => Effect.Effect<void, ConversationError>
    /** Drops a queued message; `conflict` once it runs. */
    readonly dropQueued: (subject: Subject, id: ChannelId, message: MessageId) => Effect.Effect<void, ConversationError>
    /** Answers an approval or a question; `conflict` (saying which) when it is decided or expired. */
    readonly decide: (
      subject: Subject,
      id: ApprovalId,
      decision: "allow" | "allow_always" | "deny",
      message: string | null
    ) => Effect.Effect<void, ConversationError>
    readonly create: (
      subject: Subject,
      draft: {
        readonly name: string
        readonly platform?: PlatformName
        readonly dir_path?: string
        readonly parent_id?: ChannelId
      }
    ) => Effect.Effect<Channel, ConversationError>
    /** The channel of a directory, made when there is none. */
    readonly ensure: (
      subject: Subject,
      dir: string,
      platform?: PlatformName
    ) => Effect.Effect<Channel, ConversationError>
    /** A thread of the channel (a sibling where the channel is a thread itself), its session forked from the parent's. */
    readonly createThread: (
      subject: Subject,
      draft: {
        readonly channel_id: ChannelId
        readonly name: string
        readonly message?: string
        readonly author_id?: string
        readonly from_message_id?: MessageId
      }
    ) => Effect.Effect<Channel, ConversationError>
    readonly patch: (
      subject: Subject,
      id: ChannelId,
      patch: {
        readonly name?: string
        readonly dir_path?: string | null
        readonly settings?: { readonly [K in keyof ChannelSettings]?: ChannelSettings[K] | null }
      }
    ) => Effect.Effect<Channel, ConversationError>
    /** Gives a person or a role of the platform a role in the channel and its threads; null takes both. For owners. */
    readonly grant: (
      subject: Subject,
      id: ChannelId,
      change: { readonly kind: HolderKind; readonly id: string; readonly role: Role | null }
    ) => Effect.Effect<void, ConversationError>
    /** Stops what runs, then deletes the channel with its threads and boxes. */
    readonly remove: (subject: Subject, id: ChannelId) => Effect.Effect<void, ConversationError>
    /** Says the messages of an ended run again, as new ones. */
    readonly retry: (subject: Subject, id: RunId) => Effect.Effect<MessageId, ConversationError>
    /** A chat command (`stop`, `reset`, `queue`, `status`, `cc`, …) with its options; the text to show. */
    readonly command: (
      subject: Subject,
      id: ChannelId,
      command: string,
      options: Readonly<Record<string, string>>
    ) => Effect.Effect<string, ConversationError>
  }
>()("loop/services/Conversations") {}
