/** Rows of `access_asks`: people without a role whom owners were asked about, and what they decided. */
import { Context, type Effect } from "effect"
import type { Decision } from "../domain/access/Card.ts"
import type { AskId, ChannelId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** Instants are epoch milliseconds; ids as the platform writes them. */
export interface AccessAsk {
  readonly ask_id: AskId
  /** A channel, no thread: a role there holds in its threads. */
  readonly channel_id: ChannelId
  readonly person_id: string
  readonly name: string
  readonly asked_at: number
  readonly decision: Decision | null
}

export class AccessAsks extends Context.Service<
  AccessAsks,
  {
    /**
     * False, and nothing is stored: the person was asked about there and nobody has decided, or within a day; or so many
     * others were that owners would be flooded.
     */
    readonly ask: (ask: Omit<AccessAsk, "decision">) => Effect.Effect<boolean, StoreError>
    readonly get: (id: AskId) => Effect.Effect<AccessAsk | undefined, StoreError>
    readonly isIgnored: (channel: ChannelId, person: string) => Effect.Effect<boolean, StoreError>
    /** False when it was decided already. The card says so from then on. */
    readonly decide: (id: AskId, decision: Decision, by: string | null) => Effect.Effect<boolean, StoreError>
  }
>()("loop/services/AccessAsks") {}
