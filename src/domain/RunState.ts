/** What is known of a run while its agent works: the state, inputs and actions of the decision core in `RunCore`. */
import type { AgentEvent, AgentRequest } from "./AgentEvent.ts"
import type { EventType } from "./ChannelEvent.ts"
import type { MessageId, PromptId, SessionId } from "./Ids.ts"
import { noUsage, type RunEnd, type Usage } from "./Run.ts"
import type { Button } from "./chat/Words.ts"
import type { Schema } from "effect"

/**
 * Why a run is being stopped: somebody asked, its time is up, a newer message takes its place, Loop itself ends, a budget is
 * used up, the model API's usage limit is reached, or its agent calls the same tool again and again.
 */
export type StopKind = "stopped" | "timed_out" | "interrupted" | "shutdown" | "budget" | "parked" | "repeated"

/** What is said of a stop. `requeue`: its messages wait for another run. */
export interface StopWhy {
  readonly sentence: string
  readonly buttons?: ReadonlyArray<ReadonlyArray<Button>>
  readonly requeue?: boolean
}

export interface RunState {
  /** `compacting`: the turn in progress is a compaction of ours; `left`: this attempt is over and nothing follows. */
  readonly phase: "working" | "compacting" | "left"
  readonly promptId: PromptId
  /** The engine has replayed our prompt: from now on what it says belongs to this run. */
  readonly received: boolean
  /** A turn that nobody asked for was seen and interrupted. */
  readonly unasked: boolean
  readonly stopping: StopKind | null
  /** What is said of it, where the kind alone does not tell. */
  readonly why: StopWhy | null
  /** How often the stop was made harsher: 0 interrupt, 1 SIGINT, 2 kill. */
  readonly harshness: number
  /** Texts are said as they complete, not only at the end. */
  readonly streaming: boolean
  /** A process that has not had a turn yet: its MCP servers' state is news. */
  readonly cold: boolean
  readonly said: number
  readonly lastText: string
  readonly partial: { readonly messageUuid: string; readonly text: string } | null
  /** The engine's name for the last whole text: where a thread may fork. */
  readonly lastUuid: string | null
  /** Requests that wait for a person. */
  readonly waiting: ReadonlyArray<string>
  readonly background: ReadonlyArray<string>
  /** Messages written into the running turn whose uuid was not replayed yet. */
  readonly steered: Readonly<Record<string, MessageId>>
  readonly tools: Readonly<Record<string, { readonly name: string; readonly at: number; readonly call: string }>>
  /** The last tool call with its result, and how often it came in a row. */
  readonly repeated: { readonly call: string; readonly times: number }
  /** As often as that the same call ends the run; 0: never. */
  readonly repeatLimit: number
  readonly sessionId: SessionId | null
  readonly freshTried: boolean
  readonly compactTried: boolean
  readonly timeLimitSec: number
  readonly costUsd: number
  readonly usage: Usage
  readonly turns: number
}

export type RunInput =
  | { readonly _tag: "Agent"; readonly event: AgentEvent }
  | { readonly _tag: "StopAsked"; readonly kind: StopKind; readonly why?: StopWhy }
  /** The time given to the last measure of a stop has passed. */
  | { readonly _tag: "Escalate" }
  /** Nothing of the turn runs any more: checked, or killed. */
  | { readonly _tag: "Verified" }
  /** A queued message was written into the running turn. */
  | { readonly _tag: "Steered"; readonly promptId: PromptId; readonly messageId: MessageId }
  /** A waiting request has its answer. */
  | { readonly _tag: "Settled"; readonly requestId: string }

export type RunAction =
  | { readonly _tag: "Journal"; readonly type: EventType; readonly data: Schema.Json }
  | {
      readonly _tag: "Frame"
      readonly messageUuid: string
      readonly offset: number
      readonly text: string
      readonly reset: boolean
    }
  /** The partial text shown so far is complete or void. */
  | { readonly _tag: "FrameDone" }
  | {
      readonly _tag: "Say"
      readonly key: string
      readonly text: string
      readonly buttons?: ReadonlyArray<ReadonlyArray<Button>>
    }
  | { readonly _tag: "Received" }
  /** The commands that the agent says it has, names without a slash. */
  | { readonly _tag: "Offer"; readonly commands: ReadonlyArray<string> }
  | { readonly _tag: "Absorb"; readonly messageId: MessageId }
  | { readonly _tag: "Ask"; readonly requestId: string; readonly request: AgentRequest }
  | { readonly _tag: "Serve"; readonly requestId: string; readonly message: Schema.Json }
  | { readonly _tag: "Withdraw"; readonly requestId: string }
  /** A person is waited for: the slot is given back and the clock stands still. */
  | { readonly _tag: "Pause" }
  | { readonly _tag: "Resume" }
  /** Interrupt the turn and stop these background tasks. */
  | { readonly _tag: "Interrupt"; readonly tasks: ReadonlyArray<string> }
  | { readonly _tag: "Signal" }
  | { readonly _tag: "Kill" }
  /** Give `Escalate` after this time. */
  | { readonly _tag: "Arm"; readonly afterMs: number }
  /** Look whether something of the turn still runs, end it if so, then give `Verified`. */
  | { readonly _tag: "Verify" }
  | { readonly _tag: "Compact" }
  /** Send the prompt once more under a new uuid, now that the conversation is shorter. */
  | { readonly _tag: "SendAgain" }
  /** Leave this attempt: `fresh` in a new session, `again` in the same one. */
  | { readonly _tag: "Restart"; readonly how: "fresh" | "again"; readonly detail: string }
  | {
      readonly _tag: "End"
      readonly status: RunEnd
      readonly reason: string | null
      readonly result: string | null
      readonly requeue?: boolean
    }

export const initial = (options: {
  readonly phase: RunState["phase"]
  readonly promptId: PromptId
  readonly received: boolean
  readonly streaming: boolean
  readonly cold: boolean
  readonly freshTried: boolean
  readonly compactTried: boolean
  readonly timeLimitSec: number
  readonly sessionId: SessionId | null
  readonly costUsd: number
  readonly usage: Usage | null
  readonly turns: number
  readonly repeatLimit: number
}): RunState => ({
  unasked: false,
  stopping: null,
  why: null,
  harshness: 0,
  said: 0,
  lastText: "",
  partial: null,
  lastUuid: null,
  waiting: [],
  background: [],
  steered: {},
  tools: {},
  repeated: { call: "", times: 0 },
  ...options,
  usage: options.usage ?? noUsage
})
