/** Rows of `runs`. */
import { Context, Schema, type Effect } from "effect"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { Run, RunStatus } from "../domain/Run.ts"
import type { StoreError } from "./Store.ts"

export class RunNotFound extends Schema.TaggedError<RunNotFound>()("RunNotFound", { run_id: Schema.String }) {
  override get message() {
    return `There is no run ${this.run_id}.`
  }
}

/** Any columns of a run but its identity. */
export type RunPatch = { readonly [K in Exclude<keyof Run, "run_id" | "channel_id">]?: Run[K] }

export class Runs extends Context.Service<
  Runs,
  {
    readonly insert: (run: Run) => Effect.Effect<void, StoreError>
    readonly get: (id: RunId) => Effect.Effect<Run, RunNotFound | StoreError>
    readonly patch: (id: RunId, patch: RunPatch) => Effect.Effect<void, StoreError>
    /** The run of a channel that has not ended (there is at most one). */
    readonly live: (channel: ChannelId) => Effect.Effect<Run | undefined, StoreError>
    /** Every run that has not ended, oldest first. */
    readonly allLive: Effect.Effect<ReadonlyArray<Run>, StoreError>
    /** Newest first. */
    readonly list: (filter: {
      readonly channel_id?: ChannelId
      /** In any of these. */
      readonly channels?: ReadonlyArray<ChannelId>
      readonly status?: RunStatus
      readonly task_id?: number
      /** Those that have not ended, or those that have. */
      readonly live?: boolean
      /** Those that began before this one. */
      readonly before?: RunId
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<Run>, StoreError>
  }
>()("loop/services/Runs") {}
