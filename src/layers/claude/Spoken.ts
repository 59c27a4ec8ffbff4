/** What is said in a turn: streamed text, whole blocks, tools and prompts. */
import type { AgentEvent } from "../../domain/AgentEvent.ts"
import { PromptId } from "../../domain/Ids.ts"
import type { AssistantBlock, UserBlock } from "./Lines.ts"
import { type State, stay, type Step } from "./State.ts"
import type { Wire } from "./Wire.ts"

/** A stream that was cut begins again under a new message: what it said before is void. */
const voided = (state: State, message: string): Step =>
  state.unconfirmed && state.message !== message
    ? [
        { ...state, unconfirmed: false },
        [{ _tag: "TextDelta", messageUuid: `${message}:0`, offset: 0, text: "", reset: true }]
      ]
    : stay(state)

export const onStream = (state: State, line: Extract<Wire, { kind: "stream_event" }>["line"]): Step => {
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

export const onAssistant = (state: State, line: Extract<Wire, { kind: "assistant" }>["line"]): Step => {
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

export const onUser = (state: State, line: Extract<Wire, { kind: "user" }>["line"]): Step => {
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
