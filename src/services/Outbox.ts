/** Rows of `outbox`: what must be said on a platform, in order per channel, each until confirmed or given up. */
import { Context, type Effect } from "effect"
import type { Dress } from "../domain/chat/Dress.ts"
import type { ChannelId, MessageId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** One part of a bot message. `id` is unique in this installation. */
export interface OutboxRow {
  readonly id: number
  readonly channel_id: ChannelId
  readonly message_id: MessageId
  readonly part: number
  readonly content: string
  readonly dress: Dress | null
  readonly attempts: number
  /** Epoch milliseconds of the first try of which it is not known that it failed; null: it cannot have arrived. */
  readonly first_tried_at: number | null
}

export class Outbox extends Context.Service<
  Outbox,
  {
    /** The oldest unsent row of each channel whose next try is due at `now` (epoch milliseconds). */
    readonly due: (now: number) => Effect.Effect<ReadonlyArray<OutboxRow>, StoreError>
    /** When the next row will be due; undefined when nothing waits. */
    readonly nextDue: Effect.Effect<number | undefined, StoreError>
    /** Marks a try before it is made. */
    /** How many rows are to be delivered yet. */
    readonly waitingCount: Effect.Effect<number, StoreError>
    readonly trying: (id: number, now: number) => Effect.Effect<void, StoreError>
    /** The platform has it under `platformId`. Marks the message `sent` with its last part and journals `message.updated`. */
    readonly sent: (id: number, platformId: string) => Effect.Effect<void, StoreError>
    /** Tries again later. `untried`: it is known that it has not arrived, whatever was tried. */
    readonly retryAt: (
      id: number,
      at: number,
      reason: string,
      options?: { readonly untried?: boolean }
    ) => Effect.Effect<void, StoreError>
    /**
     * Given up: the message becomes `undelivered` or `unknown`, with the reason. What is unknown is said in its channel
     * on a chat platform, as soon as something can be said there again.
     */
    readonly failed: (id: number, state: "undelivered" | "unknown", reason: string) => Effect.Effect<void, StoreError>
    /** Ids of the files that rows still need; see `Outgoing`. */
    readonly neededFiles: Effect.Effect<ReadonlySet<string>, StoreError>
    /** The platform's id of the first part of a bot's message; undefined where it never arrived, and after its row was pruned. */
    readonly platformIdOf: (channel: ChannelId, id: MessageId) => Effect.Effect<string | undefined, StoreError>
    /** The bot's message of which the platform knows a part under that id. */
    readonly saidAs: (channel: ChannelId, platformId: string) => Effect.Effect<MessageId | undefined, StoreError>
    /** The platform's ids of the channel's parts that have arrived since then (epoch milliseconds). */
    readonly arrivedSince: (channel: ChannelId, since: number) => Effect.Effect<ReadonlyArray<string>, StoreError>
    /** Completes when a row may have been added since the last call. */
    readonly wait: Effect.Effect<void>
  }
>()("loop/services/Outbox") {}
