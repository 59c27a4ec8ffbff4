/**
 * Every line of Claude Code's stream-json output that means something here, as a schema. Lines of other kinds, and lines
 * of a known kind in a shape that is not, become `unknown` and are passed over: a newer CLI is never fatal.
 */
import { Option, Schema } from "effect"

const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

const Init = Schema.Struct({
  uuid: Schema.String,
  session_id: Schema.String,
  model: Schema.String,
  permissionMode: optional(Schema.String),
  slash_commands: optional(Schema.Array(Schema.String)),
  mcp_servers: optional(Schema.Array(Schema.Struct({ name: Schema.String, status: Schema.String })))
})

const Status = Schema.Struct({ permissionMode: optional(Schema.String) })

const ApiRetry = Schema.Struct({
  uuid: Schema.String,
  attempt: Schema.Int,
  max_retries: Schema.Int,
  retry_delay_ms: Schema.Finite,
  error_status: optional(Schema.Int),
  error: optional(Schema.String)
})

const CompactBoundary = Schema.Struct({ uuid: Schema.String })

/** The whole set of background tasks, whenever it changes. */
const BackgroundTasks = Schema.Struct({
  uuid: Schema.String,
  tasks: Schema.Array(Schema.Struct({ task_id: Schema.String, description: optional(Schema.String) }))
})

/** How far a prompt line has come. */
const Lifecycle = Schema.Struct({ command_uuid: Schema.String, state: Schema.String })

const StreamEvent = Schema.Struct({
  parent_tool_use_id: optional(Schema.String),
  event: Schema.Struct({
    type: Schema.String,
    index: optional(Schema.Int),
    message: optional(Schema.Struct({ id: Schema.String })),
    content_block: optional(Schema.Struct({ type: Schema.String })),
    delta: optional(Schema.Struct({ type: optional(Schema.String), text: optional(Schema.String) }))
  })
})

const AssistantBlock = Schema.Struct({
  type: Schema.String,
  text: optional(Schema.String),
  thinking: optional(Schema.String),
  id: optional(Schema.String),
  name: optional(Schema.String),
  input: optional(Schema.Json)
})
export type AssistantBlock = typeof AssistantBlock.Type

const Assistant = Schema.Struct({
  uuid: Schema.String,
  parent_tool_use_id: optional(Schema.String),
  /** The engine's own words about a failed request, not the model's. */
  is_api_error_message: optional(Schema.Boolean),
  message: Schema.Struct({ id: Schema.String, content: Schema.Array(AssistantBlock) })
})

const UserBlock = Schema.Struct({
  type: Schema.String,
  tool_use_id: optional(Schema.String),
  is_error: optional(Schema.Boolean),
  content: optional(
    Schema.Union([
      Schema.String,
      Schema.Array(Schema.Struct({ type: optional(Schema.String), text: optional(Schema.String) }))
    ])
  )
})
export type UserBlock = typeof UserBlock.Type

const User = Schema.Struct({
  uuid: optional(Schema.String),
  isReplay: optional(Schema.Boolean),
  message: Schema.Struct({ content: Schema.Union([Schema.String, Schema.Array(UserBlock)]) })
})

const ModelUsage = Schema.Struct({
  costUSD: optional(Schema.Finite),
  inputTokens: optional(Schema.Finite),
  outputTokens: optional(Schema.Finite),
  cacheReadInputTokens: optional(Schema.Finite),
  cacheCreationInputTokens: optional(Schema.Finite)
})

const Result = Schema.Struct({
  uuid: Schema.String,
  is_error: optional(Schema.Boolean),
  terminal_reason: optional(Schema.String),
  api_error_status: optional(Schema.Int),
  api_error: optional(Schema.String),
  result: optional(Schema.String),
  errors: optional(Schema.Array(Schema.String)),
  session_id: optional(Schema.String),
  num_turns: optional(Schema.Finite),
  total_cost_usd: optional(Schema.Finite),
  usage: optional(
    Schema.Struct({
      input_tokens: optional(Schema.Finite),
      output_tokens: optional(Schema.Finite),
      cache_read_input_tokens: optional(Schema.Finite),
      cache_creation_input_tokens: optional(Schema.Finite)
    })
  ),
  /** What this result alone has cost, by model. */
  model_usage_since_last_result: optional(Schema.Record(Schema.String, ModelUsage))
})
export type Result = typeof Result.Type

const ControlRequest = Schema.Struct({
  request_id: Schema.String,
  request: Schema.Struct({
    subtype: Schema.String,
    tool_name: optional(Schema.String),
    tool_use_id: optional(Schema.String),
    input: optional(Schema.Json),
    server_name: optional(Schema.String),
    message: optional(Schema.Json)
  })
})
export type ControlRequest = typeof ControlRequest.Type

const ControlCancel = Schema.Struct({ request_id: Schema.String })

const ControlResponse = Schema.Struct({
  response: Schema.Struct({
    subtype: Schema.String,
    request_id: Schema.String,
    error: optional(Schema.String),
    error_code: optional(Schema.String)
  })
})

const known = {
  "system/init": Init,
  "system/status": Status,
  "system/api_retry": ApiRetry,
  "system/compact_boundary": CompactBoundary,
  "system/background_tasks_changed": BackgroundTasks,
  command_lifecycle: Lifecycle,
  stream_event: StreamEvent,
  assistant: Assistant,
  user: User,
  result: Result,
  control_request: ControlRequest,
  control_cancel_request: ControlCancel,
  control_response: ControlResponse
} as const

type Known = typeof known

/** One line. `ignored` kinds are known and say nothing that anybody needs. */
export type Wire =
  | { readonly [K in keyof Known]: { readonly kind: K; readonly line: Known[K]["Type"] } }[keyof Known]
  | { readonly kind: "ignored" }
  | { readonly kind: "unknown"; readonly type: string }

const ignored = new Set([
  "rate_limit_event",
  "tool_progress",
  "system/thinking_tokens",
  "system/task_started",
  "system/task_updated",
  "system/task_progress",
  "system/task_notification"
])

const decoders = Object.fromEntries(
  Object.entries(known).map(([kind, schema]) => [
    kind,
    (value: unknown) =>
      Option.map(Schema.decodeUnknownOption(schema as Schema.Codec<unknown>)(value), (line) => ({ kind, line }) as Wire)
  ])
)

const Head = Schema.Struct({ type: Schema.String, subtype: optional(Schema.String) })
const decodeHead = Schema.decodeUnknownOption(Head)

const parse = Option.liftThrowable((text: string): unknown => JSON.parse(text))

/** Reads one line of output. */
export const decode = (text: string): Wire => {
  const value = parse(text)
  const head = Option.flatMap(value, decodeHead)
  if (Option.isNone(value) || Option.isNone(head)) return { kind: "unknown", type: "not JSON" }
  const { type, subtype } = head.value
  const kind = type === "system" ? `system/${subtype ?? ""}` : type
  if (ignored.has(kind)) return { kind: "ignored" }
  const decoded = decoders[kind]?.(value.value)
  return decoded === undefined
    ? { kind: "unknown", type: kind }
    : Option.getOrElse(decoded, () => bare(kind, value.value))
}

const decodeBareResult = Schema.decodeUnknownOption(Schema.Struct({ uuid: Schema.String }))

/** A result in an unknown shape still ends its turn. */
const bare = (kind: string, value: unknown): Wire => {
  const result = kind === "result" ? decodeBareResult(value) : Option.none()
  return Option.match(result, {
    onNone: () => ({ kind: "unknown", type: kind }),
    onSome: ({ uuid }) => ({
      kind: "result",
      line: { uuid, is_error: true, errors: ["The engine's result could not be read."] }
    })
  })
}

/** The place behind a line in the process's log; null: no place to continue from. */
export const cursorOf = (wire: Wire): string | null => {
  switch (wire.kind) {
    case "control_request":
      return wire.line.request_id
    case "command_lifecycle":
    case "stream_event":
    case "system/status":
    case "control_cancel_request":
    case "control_response":
    case "ignored":
    case "unknown":
      return null
    default:
      return wire.line.uuid ?? null
  }
}
