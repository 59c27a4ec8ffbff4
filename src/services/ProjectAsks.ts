/** Rows of `project_asks`: what project files reach out of their boxes for, once per channel and content. */
import { Context, type Effect } from "effect"
import type { AskId, ChannelId, RunId } from "../domain/Ids.ts"
import type { Decision } from "../domain/project/Words.ts"
import type { StoreError } from "./Store.ts"

/** Instants are epoch milliseconds. */
export interface ProjectAsk {
  readonly ask_id: AskId
  /** The channel whose row says what is approved. */
  readonly channel_id: ChannelId
  /** See `ProjectReach`. */
  readonly hash: string
  readonly directory: string
  readonly keys: ReadonlyArray<string>
  readonly content: string
  /** The run that met it, and has the card; null: nobody was asked in a channel. */
  readonly run_id: RunId | null
  readonly asked_at: number
  /** `superseded`: something else was approved, or asked about, later. */
  readonly decision: Decision | "superseded" | null
  readonly decided_at: number | null
  readonly decided_by: string | null
}

export type NewProjectAsk = Omit<ProjectAsk, "decision" | "decided_at" | "decided_by">

export class ProjectAsks extends Context.Service<
  ProjectAsks,
  {
    /** Stores it unless that content waits or was decided about, which is false then. What waited before is superseded. */
    readonly ask: (ask: NewProjectAsk) => Effect.Effect<boolean, StoreError>
    readonly get: (id: AskId) => Effect.Effect<ProjectAsk | undefined, StoreError>
    readonly of: (channel: ChannelId, hash: string) => Effect.Effect<ProjectAsk | undefined, StoreError>
    /** What was approved last and holds. */
    readonly approved: (channel: ChannelId) => Effect.Effect<ProjectAsk | undefined, StoreError>
    /**
     * False when it was decided so already, or is superseded. Declined ones can be approved later, and approved ones
     * declined. An approval is the channel's from then on (`approved_project`) and supersedes the one before; the card says
     * what was decided.
     */
    readonly decide: (id: AskId, decision: Decision, by: string | null) => Effect.Effect<boolean, StoreError>
  }
>()("loop/services/ProjectAsks") {}
