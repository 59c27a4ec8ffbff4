/** The frames of a streamed Messages API answer, as the real one cuts them. Pure. */
import { type ToolCall } from "./Script.ts"
import { type Step } from "./ScriptedModel.ts"

/** One content block and the pieces it arrives in. */
export interface Block {
  readonly start: Readonly<Record<string, unknown>>
  readonly deltas: ReadonlyArray<Readonly<Record<string, unknown>>>
  readonly pace: number
  readonly tool: boolean
}

const padded = (serial: number): string => String(serial).padStart(8, "0")
export const messageId = (serial: number): string => `msg_scripted${padded(serial)}`
export const toolUseId = (serial: number, index: number): string => `toolu_scripted${padded(serial)}${index}`
export const requestId = (serial: number): string => `req_scripted${padded(serial)}`

/** Cuts a text into words that keep their spaces; a long one into at most a hundred larger pieces. */
export const words = (text: string): ReadonlyArray<string> => {
  if (text.length <= 4000) return text.match(/\s*\S+\s*?/g) ?? [text]
  const size = Math.max(4000, Math.ceil(text.length / 100))
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
}

export const text = (pieces: ReadonlyArray<string>, pace: number): Block => ({
  start: { type: "text", text: "" },
  deltas: pieces.map((piece) => ({ type: "text_delta", text: piece })),
  pace,
  tool: false
})

export const thinking = (thought: string): Block => ({
  start: { type: "thinking", thinking: "", signature: "" },
  deltas: [
    ...words(thought).map((piece) => ({ type: "thinking_delta", thinking: piece })),
    { type: "signature_delta", signature: "c2NyaXB0ZWQ=" }
  ],
  pace: 0,
  tool: false
})

export const toolUse = (id: string, call: ToolCall): Block => ({
  start: { type: "tool_use", id, name: call.name, input: {} },
  deltas: [{ type: "input_json_delta", partial_json: JSON.stringify(call.input) }],
  pace: 0,
  tool: true
})

const frame = (event: Readonly<Record<string, unknown>> & { readonly type: string }, delta = false): Step => ({
  _tag: "Frame",
  text: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
  delta
})

const usage = (inputTokens: number, outputTokens: number) => ({
  input_tokens: inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: outputTokens,
  service_tier: "standard"
})

const blockSteps = (block: Block, index: number): ReadonlyArray<Step> => [
  frame({ type: "content_block_start", index, content_block: block.start }),
  ...block.deltas.flatMap((delta, piece): ReadonlyArray<Step> => {
    const step = frame({ type: "content_block_delta", index, delta }, delta["type"] === "text_delta")
    return block.pace > 0 && piece > 0 ? [{ _tag: "Pause", delay: block.pace }, step] : [step]
  }),
  frame({ type: "content_block_stop", index })
]

/** What one answer is made of. */
export interface Answer {
  readonly id: string
  readonly model: string
  readonly inputTokens: number
  readonly blocks: ReadonlyArray<Block>
}

const tokensOf = (answer: Answer): number => answer.blocks.reduce((sum, block) => sum + block.deltas.length, 0)
const stopReason = (answer: Answer): string => (answer.blocks.some((block) => block.tool) ? "tool_use" : "end_turn")

/** The answer in one piece, for a request that does not stream (a model being tried out). */
export const whole = (options: Answer): string =>
  JSON.stringify({
    id: options.id,
    type: "message",
    role: "assistant",
    model: options.model,
    content: options.blocks.map((block) =>
      block.start["type"] === "text"
        ? { type: "text", text: block.deltas.map((delta) => delta["text"]).join("") }
        : block.start
    ),
    stop_reason: stopReason(options),
    stop_sequence: null,
    usage: usage(options.inputTokens, tokensOf(options))
  })

/** A whole streamed answer. */
export const message = (options: Answer): ReadonlyArray<Step> => {
  const outputTokens = tokensOf(options)
  return [
    frame({
      type: "message_start",
      message: {
        id: options.id,
        type: "message",
        role: "assistant",
        model: options.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: usage(options.inputTokens, 1)
      }
    }),
    ...options.blocks.flatMap(blockSteps),
    frame({
      type: "message_delta",
      delta: {
        stop_reason: stopReason(options),
        stop_sequence: null
      },
      usage: usage(options.inputTokens, outputTokens)
    }),
    frame({ type: "message_stop" })
  ]
}
