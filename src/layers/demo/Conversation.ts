/** Reads a Messages API request: what was asked last, and how far its answer has come. */

/** As much of a request as the scripted model looks at. */
export interface MessagesRequest {
  readonly model?: string
  readonly stream?: boolean
  readonly messages?: ReadonlyArray<Message>
}

export interface Message {
  readonly role: string
  readonly content: string | ReadonlyArray<Block>
}

export interface Block {
  readonly type: string
  readonly text?: string
  readonly content?: unknown
  readonly tool_use_id?: string
}

/** Where a conversation stands. */
export interface Standing {
  /** The text of the last block a person wrote. */
  readonly prompt: string
  /** How many answers the model has already given to it. */
  readonly round: number
  /** What the tools called in the round before answered. */
  readonly toolResults: ReadonlyArray<string>
  readonly summaryWanted: boolean
  readonly compacted: boolean
}

const blocks = (message: Message): ReadonlyArray<Block> =>
  typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content

const notAPerson = /^\s*(<system-reminder>|<local-command|<command-name>|\[Request interrupted by user)/
const compactRequest = /Your task is to create a detailed summary/
const compactedMark = /This session is being continued from a previous conversation/

/** The text of a tool result, whatever its shape. */
const resultText = (block: Block): string =>
  typeof block.content === "string"
    ? block.content
    : Array.isArray(block.content)
      ? block.content.map((part: Block) => part.text ?? `[${part.type}]`).join("\n")
      : ""

/** The steered form of a message: the client wraps what arrived while a tool ran. */
const steered = /^<system-reminder>\s*The user sent a new message while you were working:\s*([\s\S]*?)\n\n/

const spokenText = (block: Block): string | undefined => {
  if (block.type !== "text" || block.text === undefined) return undefined
  const wrapped = steered.exec(block.text)
  if (wrapped !== null) return wrapped[1]
  return notAPerson.test(block.text) ? undefined : block.text
}

/** Reads where the conversation of a request stands. */
export const standing = (request: MessagesRequest): Standing => {
  const messages = (request.messages ?? []).filter((message) => message.role !== "system")
  let prompt = ""
  let round = 0
  let toolResults: Array<string> = []
  for (const message of messages) {
    if (message.role === "assistant") {
      round += 1
      continue
    }
    const parts = blocks(message)
    toolResults = parts.filter((part) => part.type === "tool_result").map(resultText)
    const spoken = parts.flatMap((part) => spokenText(part) ?? []).at(-1)
    if (spoken === undefined) continue
    prompt = spoken
    round = 0
  }
  return {
    prompt,
    round,
    toolResults,
    summaryWanted: compactRequest.test(prompt),
    compacted: messages.some((message) => blocks(message).some((part) => compactedMark.test(part.text ?? "")))
  }
}
