/**
 * The audit log: every privileged act, and every refused one, as a row that nobody changes. A new kind of privileged act
 * calls `record` in the transaction of what it does; a refusal is recorded outside of the one that is rolled back.
 */
import { Context, type Effect, type Schema } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import type { Subject } from "../domain/Subject.ts"
import type { StoreError } from "./Store.ts"

/** `denied`: the subject may not; `failed`: it was allowed and did not come about. */
export type Outcome = "done" | "denied" | "failed"

export interface Act {
  readonly actor: Subject
  /** `<what>.<verb>`, such as `token.create`, `role.grant`, `host.allow`. */
  readonly action: string
  /** What it was done to: an id, or a name that stays. */
  readonly target: string
  /** Where: a reader of that channel's log sees it. Null, or left out: the installation as a whole. */
  readonly channel_id?: ChannelId | null
  /** `done` where it is left out. */
  readonly outcome?: Outcome
  /** Facts, never a secret. */
  readonly detail?: Readonly<Record<string, Schema.Json>>
}

/** A stored act; `at` in epoch milliseconds. */
export interface AuditEntry {
  readonly id: number
  readonly at: number
  readonly actor_kind: Subject["kind"]
  readonly actor: string
  readonly actor_name: string
  /** The face it came by: a platform's name, `http`, `page`, `cli`, `mcp`, `agent`, `loop`. */
  readonly via: string
  readonly action: string
  readonly target: string
  readonly channel_id: ChannelId | null
  readonly outcome: Outcome
  readonly detail: Schema.Json
}

export interface AuditFilter {
  /** Of a channel and its threads. */
  readonly channel?: ChannelId
  /** Epoch milliseconds, inclusive. */
  readonly since?: number
  readonly limit: number
}

/** By which face of Loop's a request came, where the subject does not tell: HTTP sets it. */
export const Via = Context.Reference<string>("loop/services/Audit/Via", { defaultValue: () => "loop" })

export class Audit extends Context.Service<
  Audit,
  {
    /** In the caller's transaction if there is one. The same refusal of the same subject is stored once a minute. */
    readonly record: (act: Act) => Effect.Effect<void, StoreError>
    /** Newest first. */
    readonly list: (filter: AuditFilter) => Effect.Effect<ReadonlyArray<AuditEntry>, StoreError>
  }
>()("loop/services/Audit") {}
