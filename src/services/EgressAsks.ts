/** Rows of `egress_asks`: hosts that an agent was refused and people were asked about, once per run and host. */
import { Context, type Effect } from "effect"
import type { Grant } from "../domain/egress/Policy.ts"
import type { AskId, ChannelId, RunId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** `once`: for an hour; `channel`: the host is on the channel's list from then on. */
export type AskDecision = "once" | "channel"

/** Instants are epoch milliseconds. */
export interface EgressAsk {
  readonly ask_id: AskId
  readonly channel_id: ChannelId
  readonly run_id: RunId
  readonly host: string
  readonly port: number
  readonly asked_at: number
  readonly decision: AskDecision | null
  readonly decided_at: number | null
  /** Name of who decided; null: nobody did, or nobody knows. */
  readonly decided_by: string | null
}

export class EgressAsks extends Context.Service<
  EgressAsks,
  {
    /** Stores it unless the run has asked about that host and port already, which is false then. */
    readonly ask: (ask: Omit<EgressAsk, "decision" | "decided_at" | "decided_by">) => Effect.Effect<boolean, StoreError>
    readonly get: (id: AskId) => Effect.Effect<EgressAsk | undefined, StoreError>
    /** False when it was decided already. Journals `run.egress`, and the card says so from then on. */
    readonly decide: (id: AskId, decision: AskDecision, by: string | null) => Effect.Effect<boolean, StoreError>
    /** What was let through once in a channel and still holds at `now`. */
    readonly granted: (channel: ChannelId, now: number) => Effect.Effect<ReadonlyArray<Grant>, StoreError>
  }
>()("loop/services/EgressAsks") {}
