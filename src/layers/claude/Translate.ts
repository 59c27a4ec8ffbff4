/** The engine's lines as `AgentEvent`s. Pure: `(state, line) -> [state, events]`. */
import { SessionId } from "../../domain/Ids.ts"
import { requestOf } from "./Questions.ts"
import { onAssistant, onStream, onUser } from "./Spoken.ts"
import { type State, stay, type Step } from "./State.ts"
import { failureOf, turnEnded } from "./TurnResult.ts"
import type { Wire } from "./Wire.ts"

const onResult = (state: State, line: Extract<Wire, { kind: "result" }>["line"]): Step => {
  // A failure before any turn is the process's, which ends now.
  if (!state.begun && line.is_error === true) return stay({ ...state, failure: failureOf(line) })
  const event = turnEnded(line, state)
  return [
    {
      ...state,
      unconfirmed: false,
      message: null,
      lastText: "",
      sessionId: event.sessionId,
      costTotal: line.total_cost_usd ?? state.costTotal
    },
    [event]
  ]
}

const onBackground = (state: State, line: Extract<Wire, { kind: "system/background_tasks_changed" }>["line"]): Step => {
  const now = new Set(line.tasks.map(({ task_id }) => task_id))
  const started = line.tasks.filter(({ task_id }) => !state.background.has(task_id))
  const ended = [...state.background].filter((id) => !now.has(id))
  return [
    { ...state, background: now },
    [
      ...started.map(
        ({ task_id, description }) =>
          ({ _tag: "BackgroundStarted", taskId: task_id, description: description ?? "" }) as const
      ),
      ...ended.map((taskId) => ({ _tag: "BackgroundEnded", taskId }) as const)
    ]
  ]
}

/** What one line means. */
export const translate = (state: State, wire: Wire): Step => {
  switch (wire.kind) {
    case "stream_event":
      return onStream(state, wire.line)
    case "assistant":
      return onAssistant(state, wire.line)
    case "user":
      return onUser(state, wire.line)
    case "result":
      return onResult(state, wire.line)
    case "system/background_tasks_changed":
      return onBackground(state, wire.line)
    case "system/init": {
      const { session_id, model, slash_commands, mcp_servers, permissionMode } = wire.line
      const sessionId = SessionId.make(session_id)
      return [
        { ...state, sessionId, begun: true, mode: permissionMode ?? state.mode, lastText: "" },
        [{ _tag: "TurnStarted", sessionId, model, commands: slash_commands ?? [], mcpServers: mcp_servers ?? [] }]
      ]
    }
    case "system/status":
      return stay({ ...state, mode: wire.line.permissionMode ?? state.mode })
    case "system/api_retry": {
      const { attempt, max_retries, retry_delay_ms, error_status, error } = wire.line
      const facts = { attempt, maxRetries: max_retries, delayMs: retry_delay_ms }
      return [state, [{ _tag: "Retry", ...facts, status: error_status ?? null, detail: error ?? "" }]]
    }
    case "system/compact_boundary":
      return [state, [{ _tag: "Compacted" }]]
    case "control_request": {
      const request = requestOf(wire.line)
      return request === undefined
        ? [state, [{ _tag: "Unknown", type: `control_request/${wire.line.request.subtype}` }]]
        : [state, [{ _tag: "Requested", requestId: wire.line.request_id, request }]]
    }
    case "control_cancel_request":
      return [state, [{ _tag: "RequestCancelled", requestId: wire.line.request_id }]]
    case "unknown":
      return [state, [{ _tag: "Unknown", type: wire.type }]]
    case "command_lifecycle":
    case "control_response":
    case "ignored":
      return stay(state)
  }
}
