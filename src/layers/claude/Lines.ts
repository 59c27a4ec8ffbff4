/** The lines of Claude Code's stream-json output that mean something here, as schemas: no more of each than is used. */
import { Schema } from "effect"

/** Absent, null or a value. */
export const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))

export const Init = Schema.Struct({
  uuid: Schema.String,
  session_id: Schema.String,
  model: Schema.String,
  permissionMode: optional(Schema.String),
  slash_commands: optional(Schema.Array(Schema.String)),
  mcp_servers: optional(Schema.Array(Schema.Struct({ name: Schema.String, status: Schema.String })))
})

export const Status = Schema.Struct({ permissionMode: optional(Schema.String) })

export const ApiRetry = Schema.Struct({
  uuid: Schema.String,
  attempt: Schema.Int,
  max_retries: Schema.Int,
  retry_delay_ms: Schema.Finite,
  error_status: optional(Schema.Int),
  error: optional(Schema.String)
})

export const CompactBoundary = Schema.Struct({ uuid: Schema.String })

/** The whole set of background tasks, whenever it changes. */
export const BackgroundTasks = Schema.Struct({
  uuid: Schema.String,
  tasks: Schema.Array(Schema.Struct({ task_id: Schema.String, description: optional(Schema.String) }))
})

/** How far a prompt line has come. */
export const Lifecycle = Schema.Struct({ command_uuid: Schema.String, state: Schema.String })

export const StreamEvent = Schema.Struct({
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

export const Assistant = Schema.Struct({
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

export const User = Schema.Struct({
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

export const Result = Schema.Struct({
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

export const ControlRequest = Schema.Struct({
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

export const ControlCancel = Schema.Struct({ request_id: Schema.String })

export const ControlResponse = Schema.Struct({
  response: Schema.Struct({
    subtype: Schema.String,
    request_id: Schema.String,
    error: optional(Schema.String),
    error_code: optional(Schema.String)
  })
})
