/** The engine's lines as `AgentEvent`s. Pure: `(state, line) -> [state, events]`. */
import type { AgentEvent, TurnFailure } from "../../domain/AgentEvent.ts"
import { PromptId, SessionId } from "../../domain/Ids.ts"
import { requestOf } from "./Questions.ts"
import { failureOf, turnEnded } from "./TurnResult.ts"
import type { AssistantBlock, UserBlock, Wire } from "./Wire.ts"

export interface State {
  readonly sessionId: SessionId | null
  /** The CLI's running cost total at the last result. */
  readonly costTotal: number
  /** The CLI's word for the permission mode it is in; null where it is not known. */
  readonly mode: string | null
  /** Whether the process ever began a turn. */
  readonly begun: boolean
  /** The model's message that is being streamed, and its open block. */
  readonly message: string | null
  readonly block: number
  readonly length: number
  /** Partial text was told of that no whole text has confirmed yet. */
  readonly unconfirmed: boolean
  /** The message of the last whole blocks, and how many there were. */
  readonly whole: { readonly message: string; readonly count: number }
  readonly lastText: string
  readonly background: ReadonlySet<string>
  /** Why the process could not begin at all. */
  readonly failure: TurnFailure | null
}

export const initial = (known: Pick<State, "costTotal" | "mode" | "begun">): State => ({
  ...known,
  sessionId: null,
  message: null,
  block: 0,
  length: 0,
  unconfirmed: false,
  whole: { message: "", count: 0 },
  lastText: "",
  background: new Set(),
  failure: null
})

type Step = readonly [State, ReadonlyArray<AgentEvent>]

const stay = (state: State): Step => [state, []]

/** A stream that was cut begins again under a new message: what it said before is void. */
const voided = (state: State, message: string): Step =>
  state.unconfirmed && state.message !== message
    ? [
        { ...state, unconfirmed: false },
        [{ _tag: "TextDelta", messageUuid: `${message}:0`, offset: 0, text: "", reset: true }]
      ]
    : stay(state)

const onStream = (state: State, line: Extract<Wire, { kind: "stream_event" }>["line"]): Step => {
  const { event } = line
  // A subagent's words are not the agent's.
  if (typeof line.parent_tool_use_id === "string") return stay(state)
  switch (event.type) {
    case "message_start": {
      const message = event.message?.id ?? ""
      const [next, events] = voided(state, message)
      return [{ ...next, message, block: 0, length: 0 }, events]
    }
    case "content_block_start":
      return stay({ ...state, block: event.index ?? 0, length: 0 })
    case "content_block_delta": {
      const text = event.delta?.text
      if (event.delta?.type !== "text_delta" || typeof text !== "string") return stay(state)
      const messageUuid = `${state.message}:${state.block}`
      return [
        { ...state, length: state.length + text.length, unconfirmed: true },
        [{ _tag: "TextDelta", messageUuid, offset: state.length, text, reset: false }]
      ]
    }
    default:
      return stay(state)
  }
}

const blockEvent = (block: AssistantBlock, uuid: string, messageUuid: string): ReadonlyArray<AgentEvent> => {
  switch (block.type) {
    case "text":
      return [{ _tag: "Text", uuid, messageUuid, text: block.text ?? "" }]
    case "thinking":
      return (block.thinking ?? "") === "" ? [] : [{ _tag: "Thinking", text: block.thinking ?? "" }]
    case "tool_use":
      return [
        {
          _tag: "ToolStarted",
          uuid,
          toolUseId: block.id ?? "",
          name: block.name ?? "",
          input: block.input ?? {}
        }
      ]
    default:
      return []
  }
}

const onAssistant = (state: State, line: Extract<Wire, { kind: "assistant" }>["line"]): Step => {
  const { message, uuid } = line
  // The result says the same as a failure.
  if (line.is_api_error_message === true) return stay(state)
  const nested = typeof line.parent_tool_use_id === "string"
  const tools = message.content.filter(({ type }) => type === "tool_use")
  if (nested) return [state, tools.flatMap((block) => blockEvent(block, uuid, ""))]
  const [next, reset] = voided(state, message.id)
  const told = next.whole.message === message.id ? next.whole.count : 0
  // While a message streams, its open block is the one that this line holds.
  const index = next.message === message.id ? next.block : told
  const events = message.content.flatMap((block, i) => blockEvent(block, uuid, `${message.id}:${index + i}`))
  const texts = events.flatMap((event) => (event._tag === "Text" ? [event.text] : []))
  return [
    {
      ...next,
      whole: { message: message.id, count: told + message.content.length },
      unconfirmed: texts.length === 0 && next.unconfirmed,
      lastText: texts.at(-1) ?? next.lastText
    },
    [...reset, ...events]
  ]
}

const outputOf = ({ content }: UserBlock): string =>
  typeof content === "string" ? content : (content ?? []).map((part) => part.text ?? `[${part.type}]`).join("\n")

const onUser = (state: State, line: Extract<Wire, { kind: "user" }>["line"]): Step => {
  const { message, uuid } = line
  if (line.isReplay === true && typeof uuid === "string") {
    return [state, [{ _tag: "PromptReceived", promptId: PromptId.make(uuid) }]]
  }
  if (typeof message.content === "string") return stay(state)
  const ended = message.content.filter(({ type }) => type === "tool_result")
  return [
    state,
    ended.map((block) => ({
      _tag: "ToolEnded",
      uuid: uuid ?? "",
      toolUseId: block.tool_use_id ?? "",
      isError: block.is_error === true,
      output: outputOf(block)
    }))
  ]
}

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
