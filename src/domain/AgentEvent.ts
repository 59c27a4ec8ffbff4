/**
 * What an agent engine reports, in no engine's own words. An engine translates its wire into these; nothing above
 * the engine ever sees the wire.
 */
import { Schema } from "effect"
import { PromptId, SessionId } from "./Ids.ts"
import { Usage } from "./Run.ts"

/** Why a turn did not complete. `kind` decides what is done, `detail` is the engine's own text. */
export const TurnFailure = Schema.Struct({
  kind: Schema.Literals([
    "api", // the model API refused or could not be reached; `status` tells which
    "session_missing", // the session to resume does not exist
    "prompt_too_long", // the conversation no longer fits
    "max_turns", // the engine's own limit of turns
    "engine" // anything else
  ]),
  status: Schema.NullOr(Schema.Int),
  detail: Schema.String
})
export type TurnFailure = typeof TurnFailure.Type

/** A question of the agent that waits for an answer under `requestId`. */
export const AgentRequest = Schema.TaggedUnion({
  /** May this tool be used with this input? */
  Permission: { toolUseId: Schema.String, tool: Schema.String, input: Schema.Json },
  /** A plan to be approved before work starts. */
  Plan: { toolUseId: Schema.String, plan: Schema.String, input: Schema.Json },
  /** Questions to the user, each with options to choose from (possibly none). */
  Question: {
    toolUseId: Schema.String,
    questions: Schema.Array(
      Schema.Struct({ question: Schema.String, options: Schema.Array(Schema.String), multiple: Schema.Boolean })
    ),
    input: Schema.Json,
    /** Asked with the tool `ask_user`; `input` is its call (see `AskUser`). */
    via: Schema.optionalKey(Schema.Literal("tool"))
  },
  /** A JSON-RPC message to the in-band MCP server `loop`. */
  Tool: { message: Schema.Json }
})
export type AgentRequest = typeof AgentRequest.Type

/** The answer to a request; which one fits which request is the caller's knowledge. */
export const AgentAnswer = Schema.TaggedUnion({
  /** `input` is what the tool is then called with (the request's own input unless changed). */
  Allow: { input: Schema.Json },
  Deny: { message: Schema.String },
  /** Text per question, keyed by the question. */
  Answers: { answers: Schema.Record(Schema.String, Schema.String), input: Schema.Json },
  /** The JSON-RPC answer; null where the message was a notification. */
  Tool: { message: Schema.NullOr(Schema.Json) }
})
export type AgentAnswer = typeof AgentAnswer.Type

export const AgentEvent = Schema.TaggedUnion({
  /** A turn begins (one per turn, also on a kept process). */
  TurnStarted: {
    sessionId: SessionId,
    model: Schema.String,
    commands: Schema.Array(Schema.String),
    mcpServers: Schema.Array(Schema.Struct({ name: Schema.String, status: Schema.String }))
  },
  /** The engine has read the prompt line with this uuid. */
  PromptReceived: { promptId: PromptId },
  /** A piece of a text block that is being written. `offset`: UTF-16 units of the block before it. `reset`: earlier partial text of the turn is void. */
  TextDelta: { messageUuid: Schema.String, offset: Schema.Int, text: Schema.String, reset: Schema.Boolean },
  Thinking: { text: Schema.String },
  /** A whole text block. `messageUuid` is the one its deltas carried; `uuid` is the engine's name for the line, at which a session can be forked. */
  Text: { uuid: Schema.String, messageUuid: Schema.String, text: Schema.String },
  ToolStarted: { uuid: Schema.String, toolUseId: Schema.String, name: Schema.String, input: Schema.Json },
  ToolEnded: { uuid: Schema.String, toolUseId: Schema.String, isError: Schema.Boolean, output: Schema.String },
  /** The engine tries its model call again after `delayMs`. */
  Retry: {
    attempt: Schema.Int,
    maxRetries: Schema.Int,
    delayMs: Schema.Finite,
    status: Schema.NullOr(Schema.Int),
    detail: Schema.String
  },
  /** The agent asks; see `AgentRequest`. */
  Requested: { requestId: Schema.String, request: AgentRequest },
  /** The agent no longer waits for that request. */
  RequestCancelled: { requestId: Schema.String },
  BackgroundStarted: { taskId: Schema.String, description: Schema.String },
  BackgroundEnded: { taskId: Schema.String },
  /** The conversation was compacted. */
  Compacted: {},
  /** The one end of a turn. `costUsd` and `usage` are this turn's alone. */
  TurnEnded: {
    uuid: Schema.String,
    outcome: Schema.Literals(["completed", "interrupted", "failed"]),
    text: Schema.String,
    failure: Schema.NullOr(TurnFailure),
    sessionId: Schema.NullOr(SessionId),
    costUsd: Schema.Finite,
    usage: Usage,
    turns: Schema.Int
  },
  /** A line this version does not know; kept for the journal's debug level, otherwise passed over. */
  Unknown: { type: Schema.String },
  /** The process has ended; nothing follows. */
  Exited: { code: Schema.NullOr(Schema.Int), stderr: Schema.String, failure: Schema.NullOr(TurnFailure) }
})
export type AgentEvent = typeof AgentEvent.Type
