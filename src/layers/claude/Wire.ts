/**
 * Every line of Claude Code's stream-json output that means something here, read by its schema (`Lines.ts`). Lines of other kinds, and lines
 * of a known kind in a shape that is not, become `unknown` and are passed over: a newer CLI is never fatal.
 */
import { Option, Schema } from "effect"
import * as Lines from "./Lines.ts"

const known = {
  "system/init": Lines.Init,
  "system/status": Lines.Status,
  "system/api_retry": Lines.ApiRetry,
  "system/compact_boundary": Lines.CompactBoundary,
  "system/background_tasks_changed": Lines.BackgroundTasks,
  command_lifecycle: Lines.Lifecycle,
  stream_event: Lines.StreamEvent,
  assistant: Lines.Assistant,
  user: Lines.User,
  result: Lines.Result,
  control_request: Lines.ControlRequest,
  control_cancel_request: Lines.ControlCancel,
  control_response: Lines.ControlResponse
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

const Head = Schema.Struct({ type: Schema.String, subtype: Lines.optional(Schema.String) })
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
