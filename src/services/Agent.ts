/** An agent engine: turns prompts into work and tells what happens, in `AgentEvent`s. Claude Code is the first one. */
import { Context, Schema, type Effect, type Queue, type Scope } from "effect"
import type { AgentAnswer, AgentEvent } from "../domain/AgentEvent.ts"
import type { PermissionMode } from "../domain/Channel.ts"
import type { ProcessId, PromptId, SessionId } from "../domain/Ids.ts"
import type { BoxProcess, BoxSpec, SandboxError } from "./Sandbox.ts"

/** The process has ended or does not answer; what it was asked may or may not have happened. */
export class AgentGone extends Schema.TaggedError<AgentGone>()("AgentGone", {
  process_id: Schema.String,
  detail: Schema.String
}) {
  override get message() {
    return `The agent process ${this.process_id} is gone: ${this.detail}`
  }
}

/** Which conversation a process opens. */
export type SessionChoice =
  | { readonly _tag: "New"; readonly sessionId: SessionId }
  | { readonly _tag: "Resume"; readonly sessionId: SessionId }
  | {
      readonly _tag: "Fork"
      readonly from: SessionId
      readonly at: string | null
      readonly sessionId: SessionId
    }

/** An MCP server of the user's own; runs inside the box. */
export interface McpServerSpec {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

export interface AgentSpec {
  /** The box without `argv` and the engine's own variables: the engine adds them. */
  readonly box: Omit<BoxSpec, "argv">
  readonly session: SessionChoice
  /** argv[0] inside the box. */
  readonly binary: string
  /** Empty: the engine's default. */
  readonly model: string
  /** Told to the agent when the session is made; a resumed session keeps its first one. */
  readonly systemPrompt: string
  readonly mcpServers: Readonly<Record<string, McpServerSpec>>
  /** Which placeholder credential the engine must send, so that the relay can swap it. */
  readonly credential: "api_key" | "oauth"
}

/** One prompt. `raw` text is passed to the engine as it is (it may be a slash command of the engine). */
export interface Turn {
  readonly promptId: PromptId
  readonly text: string
  readonly permissionMode: PermissionMode
  readonly allowedTools: ReadonlyArray<string>
  readonly model: string
}

/**
 * A running agent. Closing its scope lets go of it and does not end it. Events come in order on one queue which ends
 * after `Exited`; the `cursor` of an entry is what `adopt` takes to continue behind it.
 */
export interface RunningAgent {
  readonly processId: ProcessId
  readonly events: Queue.Dequeue<AgentEntry>
  /** Sets mode and model where they differ, then writes the prompt line. Returns when the line is handed to the box. */
  readonly send: (turn: Turn) => Effect.Effect<void, AgentGone>
  /** Writes another prompt line into the running turn. The same uuid twice is harmless. */
  readonly steer: (promptId: PromptId, text: string) => Effect.Effect<void, AgentGone>
  /** Asks the turn to end; the turn's `TurnEnded` (outcome `interrupted`) follows. */
  readonly interrupt: Effect.Effect<void, AgentGone>
  readonly stopTask: (taskId: string) => Effect.Effect<void, AgentGone>
  /** Answers a request; late and repeated answers are harmless. */
  readonly answer: (requestId: string, answer: AgentAnswer) => Effect.Effect<void, AgentGone>
  readonly signal: (signal: "SIGINT" | "SIGTERM" | "SIGKILL") => Effect.Effect<void, AgentGone>
  /** What runs in the box besides the agent itself. */
  readonly processes: Effect.Effect<ReadonlyArray<BoxProcess>, SandboxError>
  /** End of input, a grace of two seconds, then `kill`. */
  readonly close: Effect.Effect<void>
  /** Ends the process and its box, and returns when nothing of it runs any more. */
  readonly kill: Effect.Effect<void>
}

/** An event and the place behind it in the process's log (null: not a place to continue from, such as a delta). */
export interface AgentEntry {
  readonly event: AgentEvent
  readonly cursor: string | null
}

/** What a supervisor that comes back knows about a process. */
export interface AdoptSpec {
  readonly processId: ProcessId
  /** The last cursor that was dealt with; null: from the start. */
  readonly cursor: string | null
  /** Epoch milliseconds of that cursor (of the process's start when there is none). */
  readonly since: number
  /** The process's running cost total (US dollars) at the cursor: a turn's cost is a difference. */
  readonly costTotal: number
}

export class Agent extends Context.Service<
  Agent,
  {
    /** Starts a process in a new box. It may be ready before `send` (started ahead). */
    readonly open: (spec: AgentSpec) => Effect.Effect<RunningAgent, SandboxError, Scope.Scope>
    /**
     * Takes over a process of an earlier supervisor: its events behind the cursor come (again) on `events`, also when
     * it has ended meanwhile. Undefined when its box is gone.
     */
    readonly adopt: (spec: AdoptSpec) => Effect.Effect<RunningAgent | undefined, SandboxError, Scope.Scope>
    /**
     * Whether the session on disk holds a prompt with this uuid (so that it must not be written again after a resume).
     * Reads only inside `home` and follows no links.
     */
    readonly holds: (home: string, sessionId: SessionId, promptId: PromptId) => Effect.Effect<boolean>
  }
>()("loop/services/Agent") {}
