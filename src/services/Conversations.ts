/**
 * What people and programs can do with channels; the faces (HTTP, MCP, command line, platforms) call this and nothing
 * else that decides. Each call asks `Authorizer` first.
 */
import { Context, type Effect } from "effect"
import type { Decision as AccessDecision } from "../domain/access/Card.ts"
import type { Channel, ChannelSettings } from "../domain/Channel.ts"
import type { HolderKind, Role } from "../domain/chat/Grants.ts"
import type { ChatChoice } from "../domain/chat/Words.ts"
import type { ApprovalId, AskId, ChannelId, MessageId, PlatformName, RunId, SessionId } from "../domain/Ids.ts"
import type { PermissionRule } from "./PermissionRules.ts"
import type { AskDecision } from "./EgressAsks.ts"
import type { Decision } from "../domain/project/Words.ts"
import type { Subject } from "./Tokens.ts"
import type { ConversationError } from "./ConversationErrors.ts"
import type { ChannelStatus, CommandAnswer, Met, NewMessage, ProjectState } from "./ConversationShapes.ts"

export { type ConversationError, Denied, Refused } from "./ConversationErrors.ts"
export type { ChannelStatus, CommandAnswer, Met, NewMessage, ProjectState } from "./ConversationShapes.ts"

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
    /** As `stop`, where that run is still at work. */
    readonly stopRun: (subject: Subject, id: RunId) => Effect.Effect<{ readonly stopped: boolean }, ConversationError>
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
    /**
     * Answers one question (from 0) of those that the agent asked together, a second time in place of the first; the
     * agent hears of them when all have their answers. How many are left.
     */
    readonly answer: (
      subject: Subject,
      id: ApprovalId,
      question: number,
      text: string
    ) => Effect.Effect<number, ConversationError>
    /** Gives somebody who called without a role one in the channel, or ignores them from now on. For owners. The sentence to show. */
    readonly admit: (subject: Subject, id: AskId, decision: AccessDecision) => Effect.Effect<string, ConversationError>
    /** Lets the host through that an agent was refused, at once and for an hour or for the channel from now on. For owners. The sentence to show. */
    readonly allowHost: (subject: Subject, id: AskId, decision: AskDecision) => Effect.Effect<string, ConversationError>
    /** Allows as much more to be spent as a button asked for. For owners and no agent. The sentence to show. */
    readonly raiseBudget: (subject: Subject, id: AskId) => Effect.Effect<string, ConversationError>
    /** What is always allowed in the channel, and in the one it is a thread of; oldest first. */
    readonly rules: (subject: Subject, id: ChannelId) => Effect.Effect<ReadonlyArray<PermissionRule>, ConversationError>
    /** Takes one back, for owners; the one that it was. */
    readonly revokeRule: (
      subject: Subject,
      id: ChannelId,
      rule: string
    ) => Effect.Effect<PermissionRule, ConversationError>
    /** What the project's file of a channel reaches for, as it is now; undefined where it does not. */
    readonly projectConfig: (
      subject: Subject,
      id: ChannelId
    ) => Effect.Effect<ProjectState | undefined, ConversationError>
    /**
     * Approves it or puts it off, for owners and no agent; `conflict` when the file says something else by now than what
     * the hash (or its first twelve characters) stands for. The sentence to show.
     */
    readonly decideProject: (
      subject: Subject,
      id: ChannelId,
      hash: string,
      decision: Decision
    ) => Effect.Effect<string, ConversationError>
    /** As `decideProject`, about what a card asked. */
    readonly decideProjectAsked: (
      subject: Subject,
      id: AskId,
      decision: Decision
    ) => Effect.Effect<string, ConversationError>
    /** The difference that a card is about, for owners. */
    readonly showProject: (subject: Subject, id: AskId) => Effect.Effect<CommandAnswer, ConversationError>
    /** Where no platform is named: the only one, else the local one. On a chat platform a channel of that name is found or made. */
    readonly create: (
      subject: Subject,
      draft: {
        readonly name: string
        readonly platform?: PlatformName
        readonly dir_path?: string
        readonly parent_id?: ChannelId
      }
    ) => Effect.Effect<Channel, ConversationError>
    /**
     * The channel of a directory, made when there is none. Where no platform is named: Discord when a guild is set. A
     * channel that was deleted on its platform is made again there, with everything that the old one had here.
     */
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
        readonly author_name?: string
        /** Where the session is forked; one that is not known counts with `from_at`, where that is given. */
        readonly from_message_id?: MessageId
        /** Epoch milliseconds: the last message that was known then stands for an unknown one. */
        readonly from_at?: number
        /** The run in which an agent opens it. */
        readonly by_run?: RunId
      }
    ) => Effect.Effect<Channel, ConversationError>
    /** A new name is the platform's too. What lets an agent out of its directory or its box is for owners alone. */
    readonly patch: (
      subject: Subject,
      id: ChannelId,
      patch: {
        readonly name?: string
        /** Of a thread on a chat platform: puts it away there. Whoever writes in it brings it back. */
        readonly archived?: true
        /** The next message goes on in that conversation, which the home of the channel's boxes holds. For owners. */
        readonly session_id?: SessionId
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
    /**
     * Stops what runs, then deletes the channel with its threads and boxes. A thread goes from its platform, too; a
     * channel stays there, where it may be somebody else's, and is no longer known here. `gone`: it was removed there.
     */
    readonly remove: (
      subject: Subject,
      id: ChannelId,
      options?: { readonly gone?: boolean }
    ) => Effect.Effect<void, ConversationError>
    /** Says the messages of an ended run again, as new ones. `once`: a second time is refused (`conflict`). */
    readonly retry: (
      subject: Subject,
      id: RunId,
      options?: { readonly once?: boolean }
    ) => Effect.Effect<MessageId, ConversationError>
    /** A command of the catalogue with its options (`src/domain/chat/Catalogue.ts`). */
    readonly command: (
      subject: Subject,
      id: ChannelId,
      command: string,
      options: Readonly<Record<string, string>>
    ) => Effect.Effect<CommandAnswer, ConversationError>
    /** What may be meant by the beginning of an option, at most 25; none to whom may not know. */
    readonly complete: (
      subject: Subject,
      id: ChannelId,
      command: string,
      option: string,
      typed: string
    ) => Effect.Effect<ReadonlyArray<ChatChoice>, ConversationError>
  }
>()("loop/services/Conversations") {}
