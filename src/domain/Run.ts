/** A run: the work on one or more messages, from its row to its one end. */
import { Schema } from "effect"
import { ChannelId, MessageId, ProcessId, PromptId, RunId, SessionId } from "./Ids.ts"

export const RunStatus = Schema.Literals([
  "starting",
  "running",
  "waiting",
  "completed",
  "failed",
  "stopped",
  "timed_out"
])
export type RunStatus = typeof RunStatus.Type

/** The four ways a run ends. */
export type RunEnd = "completed" | "failed" | "stopped" | "timed_out"

export const isLive = (status: RunStatus): boolean =>
  status === "starting" || status === "running" || status === "waiting"

/** Tokens of one run. JSON keys of the public interface. */
export const Usage = Schema.Struct({
  input_tokens: Schema.Int,
  output_tokens: Schema.Int,
  cache_read_tokens: Schema.Int,
  cache_write_tokens: Schema.Int
})
export type Usage = typeof Usage.Type

export const noUsage: Usage = { input_tokens: 0, output_tokens: 0, cache_read_tokens: 0, cache_write_tokens: 0 }

export const addUsage = (a: Usage, b: Usage): Usage => ({
  input_tokens: a.input_tokens + b.input_tokens,
  output_tokens: a.output_tokens + b.output_tokens,
  cache_read_tokens: a.cache_read_tokens + b.cache_read_tokens,
  cache_write_tokens: a.cache_write_tokens + b.cache_write_tokens
})

/**
 * How far the prompt line got: `stored` before it is written, `received` once the engine replayed its uuid. `compacting`:
 * the conversation is made shorter first, and `prompt_id` is that command's; the prompt follows under a new one.
 */
export const PromptState = Schema.Literals(["stored", "received", "compacting"])
export type PromptState = typeof PromptState.Type

/** A row of `runs`. Instants are epoch milliseconds, cost is US dollars. */
export const Run = Schema.Struct({
  run_id: RunId,
  channel_id: ChannelId,
  trigger: Schema.Literals(["message", "task"]),
  task_id: Schema.NullOr(Schema.Int),
  /** In the order in which they were said; the first is `message_id` of the public interface. */
  message_ids: Schema.Array(MessageId),
  status: RunStatus,
  reason: Schema.NullOr(Schema.String),
  attempt: Schema.Int,
  /** Tries lost to defects of ours. */
  defects: Schema.Int,
  /** Restarts since the last sign of progress. */
  stalls: Schema.Int,
  session_id: Schema.NullOr(SessionId),
  /** Which of the channel's conversations it belongs to: `Channel.resets` when that began. */
  resets: Schema.Int,
  process_id: Schema.NullOr(ProcessId),
  prompt_id: PromptId,
  prompt: Schema.String,
  prompt_state: PromptState,
  /** Once true, the session was missing or too long and the one remedy has been spent. */
  fresh_tried: Schema.Boolean,
  compact_tried: Schema.Boolean,
  started_at: Schema.Int,
  ended_at: Schema.NullOr(Schema.Int),
  cost_usd: Schema.Finite,
  usage: Usage,
  turns: Schema.Int,
  result: Schema.NullOr(Schema.String)
})
export type Run = typeof Run.Type
