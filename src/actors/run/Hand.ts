/** What an attempt has in hand. */
import type { Effect, Scope } from "effect"
import type { PromptId } from "../../domain/Ids.ts"
import type { RunState } from "../../domain/RunState.ts"
import type { AgentGone } from "../../services/Agent.ts"
import type { Loan } from "../../services/Agents.ts"
import type { Job } from "./Job.ts"
import type { Pause, Slot } from "./Pause.ts"
import type { World } from "./World.ts"

/** A place in the process's log, and what was spent on the way there. */
export interface Progress {
  readonly cursor: string
  readonly at: number
  readonly costUsd: number
}

/** `state` is only changed by the attempt's one consumer. */
export interface Attempt {
  readonly world: World
  readonly job: Job
  readonly loan: Loan
  /** Closed when the attempt is over. */
  readonly scope: Scope.Scope
  readonly pause: Pause
  readonly turnStartedAt: number
  state: RunState
  /** What was dealt with since the cursor was last stored: it moves with the next thing that is. */
  progress: Progress | null
  killed: boolean
  /** Answers to be given once the run has its slot again. */
  held: Array<Effect.Effect<void>>
}

/**
 * A process, and the slot it works in, that a run begins with. `resets`: which conversation it holds. `written`: with the
 * run's prompt in it, from the run before.
 */
export interface Carry {
  readonly loan: Loan
  readonly slot: Slot | undefined
  readonly resets: number
  readonly written: boolean
}

/** The engine's command that makes a conversation shorter. */
export const compact = "/compact"

/** Writes a prompt with the run's mode and model. */
export const send = (job: Job, loan: Loan, promptId: PromptId, text: string): Effect.Effect<void, AgentGone> =>
  loan.agent.send({
    promptId,
    text,
    permissionMode: job.effective.permissionMode,
    allowedTools: job.effective.allowedTools,
    model: job.effective.model
  })
