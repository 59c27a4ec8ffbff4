/**
 * A chat platform that people write on, in no platform's own words. One layer per platform implements it; the chat face
 * reads `events` and calls `Conversations`, the outbox delivers through `deliver`. Ids that are plain strings are the
 * platform's own.
 */
import { Context, type Effect, type Stream } from "effect"
import type { Button, ChatChoice, ChatCommand } from "../domain/chat/Words.ts"
import type { ChannelId, MessageId, PlatformName } from "../domain/Ids.ts"
import type { DeliveryFailed, PlatformHealth } from "./Platforms.ts"

/** Who did something, with what the event itself tells of them. */
export interface Person {
  readonly id: string
  readonly name: string
  /** Role ids in the guild; empty in a direct conversation. */
  readonly roles: ReadonlyArray<string>
}

/** Where something happened. */
export interface Place {
  readonly channel_id: ChannelId
  readonly guild_id: string | null
  /** The platform's name of it; null where it has none or it is not known. */
  readonly name: string | null
  /** Of a thread: the channel it hangs in. */
  readonly parent: { readonly channel_id: ChannelId; readonly name: string | null } | null
  readonly direct: boolean
  /** A thread that we opened. */
  readonly ours: boolean
}

export interface ChatFile {
  readonly name: string
  readonly mime: string
  /** Bytes, as the platform says. */
  readonly size: number
  /** The bytes; fails with `gone` when they are no longer there, and when there are more than `atMost`. */
  readonly read: (atMost: number) => Effect.Effect<Uint8Array, DeliveryFailed>
}

export interface ChatMessage {
  readonly id: MessageId
  readonly place: Place
  readonly author: Person
  /** Written by this bot itself. */
  readonly own: boolean
  /** As it was written, mentions in the platform's notation. */
  readonly content: string
  /** The platform's own list says that we are mentioned. Platforms add to that list by themselves: see `Trigger`. */
  readonly mentionsUs: boolean
  /** It answers a message of ours. */
  readonly repliesToUs: boolean
  readonly files: ReadonlyArray<ChatFile>
  /** Epoch milliseconds. */
  readonly at: number
}

/** What is shown in a channel. */
export interface ChatPost {
  readonly content: string
  /** Rows of buttons. */
  readonly buttons?: ReadonlyArray<ReadonlyArray<Button>>
  readonly files?: ReadonlyArray<{ readonly name: string; readonly data: Uint8Array }>
  /** The message that this one answers; where that is gone it is said without. */
  readonly replyTo?: MessageId
  /** Nobody is notified of it. */
  readonly silent?: boolean
}

/** The one answer to a command or click. It has been acknowledged already; where its time is over, the answer becomes a message in the channel. */
export interface Reply {
  /** Called once for the answer, more often for what follows. `private`: only the person sees it. */
  readonly say: (post: ChatPost, options?: { readonly private?: boolean }) => Effect.Effect<void, DeliveryFailed>
}

export type ChatEvent =
  /** The connection begins anew: what happened meanwhile is not told as events; look it up in `history`. */
  | { readonly _tag: "Connected" }
  | { readonly _tag: "Said"; readonly message: ChatMessage }
  | { readonly _tag: "Edited"; readonly message: ChatMessage }
  | { readonly _tag: "Deleted"; readonly channel_id: ChannelId; readonly ids: ReadonlyArray<MessageId> }
  /** A thread was opened, by whomever; it has been joined. */
  | { readonly _tag: "ThreadOpened"; readonly place: Place }
  | { readonly _tag: "Renamed"; readonly channel_id: ChannelId; readonly name: string }
  /** A channel or thread is no more. */
  | { readonly _tag: "Gone"; readonly channel_id: ChannelId }
  | {
      readonly _tag: "Command"
      readonly place: Place
      readonly person: Person
      /** As in the list given to `register`. */
      readonly name: string
      readonly options: Readonly<Record<string, string>>
      /** Of a command on a message: that message. */
      readonly target: ChatMessage | null
      readonly reply: Reply
    }
  | {
      readonly _tag: "Completing"
      readonly place: Place
      readonly person: Person
      readonly name: string
      /** The option that is being typed, and what is there of it. */
      readonly option: string
      readonly typed: string
      readonly choices: (choices: ReadonlyArray<ChatChoice>) => Effect.Effect<void, DeliveryFailed>
    }
  | {
      readonly _tag: "Click"
      readonly place: Place
      readonly person: Person
      readonly button: string
      /** The message that the button is on. */
      readonly message_id: MessageId
      /** What a form asked for holds; null for a plain click. */
      readonly text: string | null
      readonly reply: Reply
      /** Changes the message that the button is on. */
      readonly change: (post: ChatPost) => Effect.Effect<void, DeliveryFailed>
    }

/** How `deliver` was tried before. */
export interface Tried {
  /** Epoch milliseconds of the first try. */
  readonly since: number
  /** The nonce may have been forgotten: look through the channel's history since then before saying it again. */
  readonly look: boolean
  /** Messages of ours in that history that are known to be something else. */
  readonly others?: ReadonlyArray<string>
  /** It is looked for and not said again: where it is not there, it is `gone`. */
  readonly only?: boolean
}

export interface ChatPlatform {
  readonly name: PlatformName
  readonly health: Effect.Effect<PlatformHealth>
  /** Who we are there; waits until it is known. */
  readonly self: Effect.Effect<{ readonly id: string; readonly name: string }>
  /**
   * What happens, in the platform's order, for one reader. Ends when the platform is given up (a refused token, a missing
   * intent): `health` says why.
   */
  readonly events: Stream.Stream<ChatEvent>
  /** Says one post once; `nonce` (at most 25 characters) is the same at every try. Returns the platform's id of it. */
  readonly deliver: (
    channel: ChannelId,
    post: ChatPost,
    nonce: string,
    tried?: Tried
  ) => Effect.Effect<string, DeliveryFailed>
  readonly edit: (channel: ChannelId, id: string, post: ChatPost) => Effect.Effect<void, DeliveryFailed>
  /** A message that is gone already is no failure. */
  readonly remove: (channel: ChannelId, id: string) => Effect.Effect<void, DeliveryFailed>
  /** Shows that we type, for some ten seconds. */
  readonly typing: (channel: ChannelId) => Effect.Effect<void, DeliveryFailed>
  /** Messages after `after` (exclusive; null: the newest), oldest first, at most `limit`. */
  readonly history: (
    channel: ChannelId,
    after: MessageId | null,
    limit: number
  ) => Effect.Effect<ReadonlyArray<ChatMessage>, DeliveryFailed>
  readonly message: (channel: ChannelId, id: MessageId) => Effect.Effect<ChatMessage | undefined, DeliveryFailed>
  /** Threads that are open now. */
  readonly threads: Effect.Effect<ReadonlyArray<Place>, DeliveryFailed>
  /**
   * Channels (neither threads nor direct conversations) in which something was written since then (epoch milliseconds);
   * `after`: what comes behind that id may have been written since.
   */
  readonly busySince: (
    since: number
  ) => Effect.Effect<ReadonlyArray<{ readonly place: Place; readonly after: MessageId }>, DeliveryFailed>
  /** The place, or undefined where it is no more. */
  readonly place: (channel: ChannelId) => Effect.Effect<Place | undefined, DeliveryFailed>
  /** Declares the commands; asks the platform for a change only where they differ from what it has. */
  readonly register: (commands: ReadonlyArray<ChatCommand>) => Effect.Effect<void, DeliveryFailed>
  /** Finds the text channel with exactly that name, or makes it, with a topic. */
  readonly makeChannel: (draft: {
    readonly name: string
    readonly topic?: string
  }) => Effect.Effect<Place, DeliveryFailed>
  /** Opens a public thread: on a message, or on its own. */
  readonly makeThread: (
    parent: ChannelId,
    draft: { readonly name: string; readonly from?: MessageId }
  ) => Effect.Effect<Place, DeliveryFailed>
  readonly rename: (channel: ChannelId, name: string) => Effect.Effect<void, DeliveryFailed>
  readonly archive: (thread: ChannelId) => Effect.Effect<void, DeliveryFailed>
  readonly removeChannel: (channel: ChannelId) => Effect.Effect<void, DeliveryFailed>
}

/** Those chat platforms that are configured, by name. The local one is none of them. */
export class ChatPlatforms extends Context.Service<ChatPlatforms, ReadonlyMap<string, ChatPlatform>>()(
  "loop/services/ChatPlatforms"
) {}
