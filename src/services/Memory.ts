/** What agents and people wrote down in Markdown, found again by words and by meaning. Each call asks `Authorizer` first. */
import { Context, type Effect } from "effect"
import type { Channel } from "../domain/Channel.ts"
import type { ChannelId } from "../domain/Ids.ts"
import type { Counts, Hit } from "../domain/memory/Words.ts"
import type { ConversationError } from "./Conversations.ts"
import type { StoreError } from "./Store.ts"
import type { Subject } from "./Tokens.ts"

export interface MemoryFound {
  /** Best first. `score`: 1 is first in everything that was searched by. */
  readonly results: ReadonlyArray<Hit>
  /** What the search did without; null: nothing. */
  readonly note: string | null
}

export interface MemoryIndexed extends Counts {
  /** Files that could not be embedded now; what was known of them stays. */
  readonly failed: number
}

export class Memory extends Context.Service<
  Memory,
  {
    /** Undefined: by the configuration of all channels. */
    readonly isOn: (channel: ChannelId | undefined) => Effect.Effect<boolean, StoreError>
    /** A channel that works in the directory and that the subject may read. */
    readonly channelOf: (subject: Subject, directory: string) => Effect.Effect<Channel, ConversationError>
    /** In the channel's own notes and everybody's, as they were indexed last. `most` below 1: 5. */
    readonly search: (
      subject: Subject,
      channel: ChannelId,
      question: string,
      most: number
    ) => Effect.Effect<MemoryFound, ConversationError>
    /** Brings the index of the channel's own notes and everybody's up to date. Fails where a file could not be embedded. */
    readonly index: (subject: Subject, channel: ChannelId) => Effect.Effect<MemoryIndexed, ConversationError>
    /** The same for every channel. */
    readonly indexAll: Effect.Effect<void, StoreError>
  }
>()("loop/services/Memory") {}
