/** From a `result` line to the end of a turn. What decides is `is_error` and `terminal_reason`, never the subtype. */
import type { AgentEvent, TurnFailure } from "../../domain/AgentEvent.ts"
import { SessionId } from "../../domain/Ids.ts"
import type { Usage } from "../../domain/Run.ts"
import type { Result } from "./Lines.ts"

type TurnEnded = Extract<AgentEvent, { readonly _tag: "TurnEnded" }>

const detailOf = (result: Result): string => {
  const errors = (result.errors ?? []).filter((error) => !error.startsWith("[ede_diagnostic]"))
  return errors.length > 0 ? errors.join("; ") : (result.result ?? "")
}

const sessionMissing = /^No (conversation found with session ID|message found with message\.uuid)/

/** Why the turn, or the whole process, failed. */
export const failureOf = (result: Result): TurnFailure => {
  const detail = detailOf(result)
  const status = result.api_error_status ?? null
  const reason = result.terminal_reason
  if (sessionMissing.test(detail)) return { kind: "session_missing", status: null, detail }
  if (reason === "prompt_too_long") return { kind: "prompt_too_long", status, detail }
  if (reason === "max_turns") return { kind: "max_turns", status: null, detail }
  if (reason === "api_error" || status !== null || typeof result.api_error === "string") {
    return { kind: "api", status, detail }
  }
  return { kind: "engine", status: null, detail }
}

const outcomeOf = (result: Result): TurnEnded["outcome"] =>
  result.terminal_reason?.startsWith("aborted") === true
    ? "interrupted"
    : result.is_error === true
      ? "failed"
      : "completed"

const count = (value: number | null | undefined): number => Math.round(value ?? 0)

const sum = (numbers: ReadonlyArray<number | null | undefined>): number =>
  numbers.reduce((total: number, value) => total + (value ?? 0), 0)

/**
 * What this turn alone has used. The running totals do not tell: after a resume they begin at what an earlier process
 * of the session last saved. `usage` leaves out what compacting and subagents used.
 */
const used = (result: Result, totalBefore: number): { readonly costUsd: number; readonly usage: Usage } => {
  const models = result.model_usage_since_last_result
  if (models === undefined || models === null) {
    return {
      costUsd: Math.max(0, (result.total_cost_usd ?? totalBefore) - totalBefore),
      usage: {
        input_tokens: count(result.usage?.input_tokens),
        output_tokens: count(result.usage?.output_tokens),
        cache_read_tokens: count(result.usage?.cache_read_input_tokens),
        cache_write_tokens: count(result.usage?.cache_creation_input_tokens)
      }
    }
  }
  const all = Object.values(models)
  return {
    costUsd: sum(all.map((model) => model.costUSD)),
    usage: {
      input_tokens: count(sum(all.map((model) => model.inputTokens))),
      output_tokens: count(sum(all.map((model) => model.outputTokens))),
      cache_read_tokens: count(sum(all.map((model) => model.cacheReadInputTokens))),
      cache_write_tokens: count(sum(all.map((model) => model.cacheCreationInputTokens)))
    }
  }
}

/** The end of a turn. `lastText`: the turn's last text block, which is what an interrupted turn leaves. */
export const turnEnded = (
  result: Result,
  before: { readonly costTotal: number; readonly lastText: string; readonly sessionId: SessionId | null }
): TurnEnded => {
  const outcome = outcomeOf(result)
  const sessionId = result.session_id
  return {
    _tag: "TurnEnded",
    uuid: result.uuid,
    outcome,
    text: outcome === "completed" ? (result.result ?? "") : outcome === "interrupted" ? before.lastText : "",
    failure: outcome === "failed" ? failureOf(result) : null,
    sessionId: sessionId === undefined || sessionId === null ? before.sessionId : SessionId.make(sessionId),
    ...used(result, before.costTotal),
    turns: count(result.num_turns)
  }
}
