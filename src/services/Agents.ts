/** The kept agent processes: who has which, for how long, and which one closes when there are too many. */
import { Context, type Effect, type Scope } from "effect"
import type { Channel } from "../domain/Channel.ts"
import type { ChannelId, ProcessId, RunId, SessionId } from "../domain/Ids.ts"
import type { RunningAgent, SessionChoice } from "./Agent.ts"
import type { RelayError } from "./ModelRelay.ts"
import type { Mount, SandboxError } from "./Sandbox.ts"
import type { Effective } from "./Settings.ts"
import type { StoreError } from "./Store.ts"

export type AgentsError = SandboxError | RelayError | StoreError

/** A process on loan. Given back to the pool when the scope closes, unless it was ended. */
export interface Loan {
  readonly agent: RunningAgent
  readonly sessionId: SessionId
  /** True for a process that was there already. */
  readonly warm: boolean
  /** Ends the process now and returns when nothing of it runs any more; it does not go back to the pool. */
  readonly end: Effect.Effect<void>
  /** Lets go of the process as a supervisor does that ends: it works on, to be adopted again from its stored cursor. */
  readonly letGo: Effect.Effect<void>
}

/** Whose process a run needs. `effective`: what applies to the channel now. */
export interface Wanted {
  readonly channel: Channel
  readonly root: Channel
  readonly effective: Effective
  readonly run: RunId
  readonly session: SessionChoice
  /** In a process of its own, which is not kept; the channel's are left alone. */
  readonly apart?: boolean
}

export class Agents extends Context.Service<
  Agents,
  {
    /**
     * Borrows the channel's process for a session (a kept one when it fits, else a new one), with the relay open for
     * `run`. A kept process whose config hash no longer fits is closed first; beyond `max_kept_processes` the least
     * recently used idle one closes.
     */
    readonly borrow: (options: Wanted) => Effect.Effect<Loan, AgentsError, Scope.Scope>
    /** As `borrow`, where a kept process fits; undefined, and nothing is started, where none does. */
    readonly borrowKept: (options: Wanted) => Effect.Effect<Loan | undefined, AgentsError, Scope.Scope>
    /** Borrows a process of an earlier supervisor, its events behind the stored cursor first; undefined when its box is gone. */
    readonly adopt: (
      process: ProcessId,
      run: RunId,
      apart?: boolean
    ) => Effect.Effect<Loan | undefined, AgentsError, Scope.Scope>
    /** Starts the process of a channel's session ahead of its first turn, when there is room. */
    readonly prepare: (options: {
      readonly channel: Channel
      readonly root: Channel
      readonly session: SessionChoice
    }) => Effect.Effect<void, AgentsError>
    /**
     * Runs a command to its end in a locked box of the channel, with `mounts` beside the channel's own; the box is gone
     * afterwards. `output` is the end of its stdout and stderr, `stdout` its beginning, `keep` characters of it at most
     * (none where that is not given).
     */
    readonly runOnce: (options: {
      readonly channel: Channel
      readonly root: Channel
      readonly argv: ReadonlyArray<string>
      readonly workDir: string
      readonly mounts: ReadonlyArray<Mount>
      readonly keep?: number
    }) => Effect.Effect<{ readonly code: number | null; readonly output: string; readonly stdout: string }, AgentsError>
    /** Closes a channel's idle processes now, and busy ones after their turn (reset, deletion). */
    readonly close: (channel: ChannelId) => Effect.Effect<void>
    /** Idle and busy ones. */
    readonly list: Effect.Effect<
      ReadonlyArray<{ readonly process_id: ProcessId; readonly channel_id: ChannelId; readonly busy: boolean }>
    >
    /**
     * Brings boxes and rows together: boxes that no live run owns and that are not ours now are removed, rows without
     * a box are deleted. Run at start and every minute; never touches another installation's.
     */
    readonly reconcile: Effect.Effect<void, AgentsError>
  }
>()("loop/services/Agents") {}
