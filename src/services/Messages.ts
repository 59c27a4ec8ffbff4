/** Rows of `messages`: the mailbox of every channel, and what the bot has said. */
import { Context, type Effect } from "effect"
import type { Dress } from "../domain/chat/Dress.ts"
import type { Channel, ForkPoint } from "../domain/Channel.ts"
import type { ChannelId, MessageId, PromptId, RunId } from "../domain/Ids.ts"
import type { Attachment, InboundMessage, Message, MessageState } from "../domain/Message.ts"
import type { Author } from "../domain/Subject.ts"
import type { ChannelNotFound } from "./Channels.ts"
import type { StoreError } from "./Store.ts"

/** What the bot says; stored as `sending` together with its outbox row. `key` makes it unique within the run. */
export interface BotMessage {
  readonly channel_id: ChannelId
  readonly run_id: RunId | null
  /** E.g. the uuid of the agent's text block, or `end`, `note:fresh`. The same (run_id, key) again stores nothing. */
  readonly key: string
  readonly content: string
  /** Files that are shown with it where the platform is this server itself. */
  readonly attachments?: ReadonlyArray<Attachment>
  /** Under its last part. */
  readonly buttons?: Dress["buttons"]
  /** Beside the buttons, on chat platforms. */
  readonly files?: Dress["files"]
  /** Fits into one part and is said to the letter. */
  readonly verbatim?: boolean
  /** Said beside the run, no part of its answer: the run only makes its key unique. */
  readonly aside?: boolean
}

export class Messages extends Context.Service<
  Messages,
  {
    /**
     * Stores a message as `queued` and journals `message.created` and `queue.changed`, in one transaction. Accepted
     * means committed when this returns. `fresh` is false for an id that the channel knows already: nothing happens then.
     */
    readonly accept: (
      message: InboundMessage
    ) => Effect.Effect<{ readonly seq: number; readonly fresh: boolean }, ChannelNotFound | StoreError>
    /** Stores what was said without calling Loop, as `noted`; journals `message.created`. The same id again does nothing. */
    readonly note: (message: InboundMessage) => Effect.Effect<void, ChannelNotFound | StoreError>
    /** The newest `limit` of those that were noted since the last reset and not told yet, before `seq`, in order of arrival. */
    readonly noted: (
      channel: ChannelId,
      before: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<Message>, StoreError>
    /** All that were noted before `seq` belong to this run, which tells them. */
    readonly tell: (channel: ChannelId, before: number, run: RunId) => Effect.Effect<void, StoreError>
    readonly get: (channel: ChannelId, id: MessageId) => Effect.Effect<Message | undefined, StoreError>
    /** Queued messages of a channel in order of arrival. */
    readonly queued: (channel: ChannelId) => Effect.Effect<ReadonlyArray<Message>, StoreError>
    /** Newest first by arrival; `before` is exclusive. */
    readonly list: (
      channel: ChannelId,
      page: { readonly before?: MessageId; readonly limit: number }
    ) => Effect.Effect<ReadonlyArray<Message>, StoreError>
    /**
     * The last messages of the channel's present conversation (since its last reset) that arrived before `seq`, oldest
     * first; neither those that still wait nor those that were dropped.
     */
    readonly history: (
      channel: Channel,
      seq: number,
      limit: number
    ) => Effect.Effect<ReadonlyArray<Message>, StoreError>
    /** When something was said last in each channel, epoch milliseconds; channels without a message are not there. */
    readonly newest: Effect.Effect<ReadonlyMap<ChannelId, number>, StoreError>
    /** Channels in which a person wrote (no bot, no task), those first in which that was last. */
    readonly written: Effect.Effect<ReadonlyArray<ChannelId>, StoreError>
    /** Messages of a run in order of arrival: those noted that it told, a person's and the bot's. */
    readonly ofRun: (run: RunId) => Effect.Effect<ReadonlyArray<Message>, StoreError>
    /**
     * Changes a queued message that nobody has begun with, or a noted one that was not told; false when it is too late.
     * `by`: for whom, besides; the work on it may do no more than they may, too. Journals.
     */
    readonly edit: (
      channel: ChannelId,
      id: MessageId,
      content: string,
      by: ReadonlyArray<Author>
    ) => Effect.Effect<boolean, StoreError>
    /** Takes such a message out (state `dropped`); false when it is too late. Journals. */
    readonly drop: (channel: ChannelId, id: MessageId) => Effect.Effect<boolean, StoreError>
    /** Sets state and run of messages and journals `message.updated` for each (and `queue.changed` when one leaves or joins the queue). */
    readonly mark: (
      channel: ChannelId,
      ids: ReadonlyArray<MessageId>,
      state: MessageState,
      run: RunId | null
    ) => Effect.Effect<void, StoreError>
    /** Notes that a queued message was written into a running turn under this uuid. */
    readonly steered: (channel: ChannelId, id: MessageId, prompt: PromptId) => Effect.Effect<void, StoreError>
    /** Stores what the bot says (state `sending`) with an outbox row for each part of it and journals `message.created`; undefined when (run, key) is there already. */
    readonly say: (message: BotMessage) => Effect.Effect<MessageId | undefined, StoreError>
    /** Takes the buttons from the messages of a channel of which one has this id: it has done what it is for. Journals. */
    readonly unbutton: (channel: ChannelId, button: string) => Effect.Effect<void, StoreError>
    /**
     * Says a line, which notifies nobody, under what the run has said last; it is no message of its own. Nothing where the
     * run has said nothing that may have arrived.
     */
    readonly footer: (run: RunId, line: string) => Effect.Effect<void, StoreError>
    /** How many runs led to what is said in this run: see `domain/chat/Hops`. */
    readonly hopsAfter: (run: RunId) => Effect.Effect<number, StoreError>
    /** The same of a message of ours as the platform tells it; undefined for one that calls nobody. */
    readonly hopsOf: (
      channel: ChannelId,
      platformId: string,
      content: string
    ) => Effect.Effect<number | undefined, StoreError>
    /** Everybody for whose words a run works; none where nobody knows one of them. */
    readonly authorsOf: (run: RunId) => Effect.Effect<ReadonlyArray<Author>, StoreError>
    /** For whose words a message asks; none where nobody knows, or there is no such message. */
    readonly askedBy: (channel: ChannelId, id: MessageId) => Effect.Effect<ReadonlyArray<Author>, StoreError>
    /** The run may do no more than these may, too: they have told its agent what to do. */
    readonly sign: (run: RunId, authors: ReadonlyArray<Author>) => Effect.Effect<void, StoreError>
    /** The run that has said a message of ours, as the platform tells it; undefined for what none did. */
    readonly runBehind: (
      channel: ChannelId,
      platformId: string,
      content: string
    ) => Effect.Effect<RunId | undefined, StoreError>
    /** Where a thread that starts at this message forks: at the last whole text that its run had said by then. Undefined where that is not known. */
    readonly forkPoint: (channel: ChannelId, id: MessageId) => Effect.Effect<ForkPoint | undefined, StoreError>
    /** Channels that have a queued message or a live run. */
    readonly pending: Effect.Effect<ReadonlyArray<ChannelId>, StoreError>
    /** How many messages wait, over all channels. */
    readonly queuedCount: Effect.Effect<number, StoreError>
  }
>()("loop/services/Messages") {}
