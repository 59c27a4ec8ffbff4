/** Rows of `channels`. */
import { Context, Schema, type Effect } from "effect"
import type { Channel, ChannelSettings, ForkPoint } from "../domain/Channel.ts"
import type { OwnGrants } from "../domain/chat/Grants.ts"
import type { ConfiguredMount } from "../domain/Config.ts"
import type { ChannelId, PlatformName, SessionId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

export class ChannelNotFound extends Schema.TaggedError<ChannelNotFound>()("ChannelNotFound", {
  channel_id: Schema.String
}) {
  override get message() {
    return `There is no channel ${this.channel_id}.`
  }
}

/** What is known when a channel is first met; keys left out keep what is stored (an upsert never blanks). */
export interface ChannelDraft {
  readonly channel_id: ChannelId
  readonly platform: PlatformName
  readonly name?: string
  readonly parent_id?: ChannelId
  readonly dir_path?: string
  readonly fork_from?: ForkPoint
}

export interface ChannelPatch {
  readonly name?: string
  readonly dir_path?: string | null
  readonly active?: boolean
  readonly session_id?: SessionId | null
  readonly last_message_uuid?: string | null
  readonly fork_from?: ForkPoint | null
  readonly resets?: number
  readonly reset_seq?: number
  /** Of a channel with threads: these hold in all of them, whatever they had of their own. */
  readonly permissions?: OwnGrants
  /** Merged key by key; null removes a key. */
  readonly settings?: { readonly [K in keyof ChannelSettings]?: ChannelSettings[K] | null }
}

/** Where a channel's agents work and what of the host they have. */
export interface ChannelPlace {
  /** The channel, or the one that the thread hangs in. */
  readonly root: ChannelId
  readonly dir_path: string | null
  readonly mounts: ReadonlyArray<ConfiguredMount>
}

export class Channels extends Context.Service<
  Channels,
  {
    readonly get: (id: ChannelId) => Effect.Effect<Channel, ChannelNotFound | StoreError>
    /** The channel's parent, or itself where it has none. */
    readonly root: (channel: Channel) => Effect.Effect<Channel, ChannelNotFound | StoreError>
    /** Case-insensitive part of the name; empty: all. Ordered by name. */
    readonly search: (query: string) => Effect.Effect<ReadonlyArray<Channel>, StoreError>
    /** By the exact id, or a bare native id where exactly one channel matches; all that match. */
    readonly resolve: (id: string) => Effect.Effect<ReadonlyArray<Channel>, StoreError>
    /** The channel (no thread) of a directory on a platform. */
    readonly byDirectory: (dir: string, platform: PlatformName) => Effect.Effect<Channel | undefined, StoreError>
    /** Channels whose work directory is `dir` and that have a live run (who else works there). */
    readonly workingIn: (dir: string) => Effect.Effect<ReadonlyArray<Channel>, StoreError>
    readonly upsert: (draft: ChannelDraft) => Effect.Effect<Channel, StoreError>
    readonly patch: (id: ChannelId, patch: ChannelPatch) => Effect.Effect<Channel, ChannelNotFound | StoreError>
    /** With its threads, messages, runs, events and everything else that is its own. */
    readonly remove: (id: ChannelId) => Effect.Effect<void, StoreError>
    /** Gives everything of a channel to an id that has no row: a channel that was made anew on its platform. */
    readonly move: (from: ChannelId, to: ChannelId) => Effect.Effect<void, StoreError>
    /** Notes which commands the channel's agent said that it has, names without a slash. */
    readonly offer: (id: ChannelId, commands: ReadonlyArray<string>) => Effect.Effect<void, StoreError>
    /** What was noted last for the channel; none where nothing was. */
    readonly offered: (id: ChannelId) => Effect.Effect<ReadonlyArray<string>, StoreError>
    /** Of every channel and thread with a directory or mounts of its own. */
    readonly places: Effect.Effect<ReadonlyArray<ChannelPlace>, StoreError>
    /** Threads of a channel. */
    readonly threads: (id: ChannelId) => Effect.Effect<ReadonlyArray<Channel>, StoreError>
  }
>()("loop/services/Channels") {}
