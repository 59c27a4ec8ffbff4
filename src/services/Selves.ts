/** Who we are on each chat platform, kept: what is said while one is not connected mentions us rightly, too. */
import { Context, type Effect } from "effect"
import type { StoreError } from "./Store.ts"

export interface Self {
  /** The platform's id of the bot. */
  readonly id: string
  readonly name: string
}

export class Selves extends Context.Service<
  Selves,
  {
    /** Undefined where that platform was never connected. */
    readonly of: (platform: string) => Effect.Effect<Self | undefined, StoreError>
    readonly keep: (platform: string, self: Self) => Effect.Effect<void, StoreError>
  }
>()("loop/services/Selves") {}
