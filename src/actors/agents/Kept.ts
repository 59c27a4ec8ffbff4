/** One kept agent process, as the pool knows it. */
import type { Effect, Fiber, Scope } from "effect"
import type { ChannelId, ProcessId, SessionId } from "../../domain/Ids.ts"
import type { RunningAgent } from "../../services/Agent.ts"
import type { RelayLine } from "../../services/ModelRelay.ts"
import type { AgentsError } from "../../services/Agents.ts"

export interface Kept {
  readonly processId: ProcessId
  readonly channelId: ChannelId
  readonly sessionId: SessionId
  /** What it was made of. */
  readonly hash: string
  /** What it would be made of now. */
  wouldBe: Effect.Effect<string, AgentsError>
  /** What it holds is over, or it would be made otherwise now: it ends when it is given back. */
  outdated: boolean
  readonly agent: RunningAgent
  readonly line: RelayLine
  readonly scope: Scope.Closeable
  /** Completes when nothing of it runs any more. */
  readonly ended: Effect.Effect<void>
  readonly markEnded: Effect.Effect<void>
  state: "busy" | "idle" | "ending"
  hadTurn: boolean
  idleSince: number
  watcher: Fiber.Fiber<void> | undefined
}
