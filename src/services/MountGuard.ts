/** What of the host a box may have: every configured path is followed to where it leads and judged there, before each box. */
import { Context, type Effect } from "effect"
import type { By } from "../domain/mounts/Authority.ts"
import type { Mount } from "./Sandbox.ts"

/** A mount as somebody asked for it; its source may still be reached through links. */
export interface AskedMount extends Mount {
  readonly by: By
}

export interface AskedCopy {
  readonly source: string
  readonly target: string
  readonly by: By
}

/** What else is at work on this machine. Paths as they were configured. */
export interface Around {
  /** Work directories of other channels. */
  readonly others: ReadonlyArray<string>
  /** Places in which some agent can write, the channel's own work directory among them. */
  readonly writable: ReadonlyArray<string>
}

export interface Allowed {
  /** Sources are resolved: no link is on the way to them. */
  readonly mounts: ReadonlyArray<Mount>
  readonly copyFiles: ReadonlyArray<{ readonly source: string; readonly target: string }>
  /** A sentence for each that is left out. */
  readonly refused: ReadonlyArray<string>
}

export class MountGuard extends Context.Service<
  MountGuard,
  {
    readonly allow: (
      mounts: ReadonlyArray<AskedMount>,
      copies: ReadonlyArray<AskedCopy>,
      around: Around
    ) => Effect.Effect<Allowed>
    /** Where a work directory really is; a sentence where agents must not work there. One that is missing is fine. */
    readonly workDirectory: (
      directory: string,
      others: ReadonlyArray<string>
    ) => Effect.Effect<{ readonly real: string } | { readonly refused: string }>
  }
>()("loop/services/MountGuard") {}
