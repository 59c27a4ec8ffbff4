/** Who watches over spending: what a run may not begin for, and what ends it while it works. */
import { Context, type Effect, type Scope } from "effect"
import type { Standing } from "../domain/budget/Limits.ts"
import type { Button } from "../domain/chat/Words.ts"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import type { Run } from "../domain/Run.ts"
import type { StopWhy } from "../domain/RunState.ts"
import type { RelayWatch } from "./ModelRelay.ts"
import type { StoreError } from "./Store.ts"
import type { UsageLimit } from "./UsageLimits.ts"

/** Why a run does not begin. `news`: it was not said in that channel before. */
export interface Hindrance {
  readonly sentence: string
  readonly buttons: ReadonlyArray<ReadonlyArray<Button>>
  readonly news: boolean
}

export class Budget extends Context.Service<
  Budget,
  {
    /** What the relay asks before each model call, and tells after it. */
    readonly watch: RelayWatch
    /** What keeps a run from beginning; undefined where nothing does. */
    readonly hindrance: (
      run: Pick<Run, "run_id" | "channel_id" | "task_id">
    ) => Effect.Effect<Hindrance | undefined, StoreError>
    /** Until the scope closes, `stop` is called, before the agent hears of it, when the run's next model call is refused. */
    readonly onStop: (
      run: RunId,
      stop: (kind: "budget" | "parked", why: StopWhy) => Effect.Effect<void>
    ) => Effect.Effect<void, never, Scope.Scope>
    /** The limits of the installation (null), or those that hold in a channel, too; of a run or task none. */
    readonly standings: (root: ChannelId | null) => Effect.Effect<ReadonlyArray<Standing>, StoreError>
    /** The usage limit that a channel waits for. */
    readonly parked: (channel: ChannelId) => Effect.Effect<UsageLimit | undefined, StoreError>
  }
>()("loop/services/Budget") {}
