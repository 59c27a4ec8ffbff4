/** Rows of `agent_requests`: what an agent asked, keyed (process, request), and what it was told. The answer may be repeated freely. */
import { Context, type Effect } from "effect"
import type { AgentAnswer, AgentRequest } from "../domain/AgentEvent.ts"
import type { ApprovalId, ChannelId, ProcessId, RunId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

export interface RequestRow {
  readonly process_id: ProcessId
  readonly request_id: string
  readonly run_id: RunId | null
  readonly request: AgentRequest
  readonly answer: AgentAnswer | null
}

export type ApprovalStatus = "pending" | "allowed" | "allowed_always" | "denied" | "expired" | "withdrawn"

/** A request that waits for a person. Instants are epoch milliseconds. */
export interface Approval {
  readonly approval_id: ApprovalId
  readonly channel_id: ChannelId
  readonly run_id: RunId
  readonly process_id: ProcessId
  readonly request_id: string
  readonly request: AgentRequest
  /** The directory that the run works in; empty for one that was asked before it was kept. */
  readonly cwd: string
  readonly status: ApprovalStatus
  readonly message: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly decided_at: number | null
  /** Name of who decided; null: nobody did. */
  readonly decided_by: string | null
}

export class Requests extends Context.Service<
  Requests,
  {
    /** The stored row; an id met for the first time is stored as unanswered. */
    readonly meet: (row: Omit<RequestRow, "answer">) => Effect.Effect<RequestRow, StoreError>
    readonly answer: (process: ProcessId, request: string, answer: AgentAnswer) => Effect.Effect<void, StoreError>
    /** Opens an approval once per (process, request) and journals `approval.requested`; returns the stored one. */
    readonly ask: (
      approval: Omit<Approval, "status" | "message" | "decided_at" | "decided_by">
    ) => Effect.Effect<Approval, StoreError>
    readonly approval: (id: ApprovalId) => Effect.Effect<Approval | undefined, StoreError>
    /** Decides a pending approval and journals `approval.decided`; false when it was no longer pending. `by`: a name. */
    readonly decide: (
      id: ApprovalId,
      status: Exclude<ApprovalStatus, "pending">,
      message: string | null,
      by?: string
    ) => Effect.Effect<boolean, StoreError>
    /** Keeps a part of the answer while the rest is waited for; false when it was no longer pending. */
    readonly note: (id: ApprovalId, message: string) => Effect.Effect<boolean, StoreError>
    /** Every request met in a run. */
    readonly ofRun: (run: RunId) => Effect.Effect<ReadonlyArray<RequestRow>, StoreError>
    /** Approvals of a run, oldest first. */
    readonly approvals: (run: RunId) => Effect.Effect<ReadonlyArray<Approval>, StoreError>
  }
>()("loop/services/Requests") {}
