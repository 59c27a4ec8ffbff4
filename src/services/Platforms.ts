/** The chat platforms, as far as the outbox needs them. */
import { Context, Schema, type Effect } from "effect"
import type { CheckUp } from "../domain/chat/CheckUp.ts"
import type { ChannelId } from "../domain/Ids.ts"
import type { ChatPost, Tried } from "./ChatPlatform.ts"

/** `retry`: try again later (after `afterMs` where the platform says so); `gone`: it can never be delivered there; `unclear`: it may have arrived. */
export class DeliveryFailed extends Schema.TaggedError<DeliveryFailed>()("DeliveryFailed", {
  outcome: Schema.Literals(["retry", "gone", "unclear"]),
  afterMs: Schema.NullOr(Schema.Finite),
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

export interface PlatformHealth {
  readonly state: "connected" | "connecting" | "down"
  /** Why it is not connected, in one sentence; there where it is known. */
  readonly reason?: string
  /** Epoch milliseconds of the last event; null when there was none. */
  readonly last_event_at: number | null
}

/** `nonce`: at most 25 characters, the same at every try. `tried`: how it was tried before. */
export interface Part {
  readonly nonce: string
  readonly post: ChatPost
  readonly tried?: Tried
}

export class Platforms extends Context.Service<
  Platforms,
  {
    /** Says one part in a channel. Returns the platform's id of it. */
    readonly deliver: (channel: ChannelId, part: Part) => Effect.Effect<string, DeliveryFailed>
    readonly health: Effect.Effect<Readonly<Record<string, PlatformHealth>>>
    /** Asks each chat platform that the configuration names now whether it takes the bot, and lets it do what it has to do. */
    readonly examine: Effect.Effect<ReadonlyArray<CheckUp>>
  }
>()("loop/services/Platforms") {}
