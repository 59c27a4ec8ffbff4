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
  /** The client has lost the end of an answer and asks for the rest of it. */
  readonly restWanted: boolean
  readonly compacted: boolean
  /** Where the client wants a plan to be written; undefined outside its plan mode. */
  readonly planFile: string | undefined
}

const blocks = (message: Message): ReadonlyArray<Block> =>
  typeof message.content === "string" ? [{ type: "text", text: message.content }] : message.content

const notAPerson = /^\s*(<system-reminder>|<local-command|<command-name>|\[Request interrupted by user)/
const compactRequest = /Your task is to create a detailed summary/
const restRequest = /^Your response above was cut off mid-stream/
const compactedMark = /This session is being continued from a previous conversation/

/** The text of a tool result, whatever its shape, without what the client adds to it. */
const resultText = (block: Block): string => {
  const parts = typeof block.content === "string" ? [{ type: "text", text: block.content }] : block.content
  if (!Array.isArray(parts)) return ""
  const text = parts.map((part: Block) => part.text ?? `[${part.type}]`).join("\n")
  return text.replace(/\s*<system-reminder>[\s\S]*?<\/system-reminder>\s*$/, "")
}

/** What a person wrote while a tool ran: the client wraps it, in a message of role `system` or in a reminder. */
const steered = /^\s*(?:<system-reminder>\s*)?The user sent a new message while you were working:\n([\s\S]*?)\n\n/

const spokenText = (role: string, block: Block): string | undefined => {
  if (block.type !== "text" || block.text === undefined) return undefined
  const wrapped = steered.exec(block.text)
  if (wrapped !== null) return wrapped[1]
  return role === "system" || notAPerson.test(block.text) ? undefined : block.text
}

const planPath = /(?:create your plan at|A plan file already exists at) (\/\S+\.md)/

/** Reads where the conversation of a request stands. */
export const standing = (request: MessagesRequest): Standing => {
  const messages = request.messages ?? []
  let prompt = ""
  let round = 0
  let toolResults: Array<string> = []
  for (const message of messages) {
    if (message.role === "assistant") {
      round += 1
      continue
    }
    const parts = blocks(message)
    if (message.role === "user") {
      toolResults = parts.filter((part) => part.type === "tool_result").map(resultText)
    }
    const spoken = parts.flatMap((part) => spokenText(message.role, part) ?? []).at(-1)
    if (spoken === undefined) continue
    prompt = spoken
    round = 0
  }
  return {
    prompt,
    round,
    toolResults,
    summaryWanted: compactRequest.test(prompt),
    restWanted: restRequest.test(prompt),
    planFile: planPath.exec(
      messages
        .flatMap((message) => blocks(message).map((part) => part.text ?? ""))
        .findLast((text) => planPath.test(text)) ?? ""
    )?.[1],
    compacted: messages.some((message) => blocks(message).some((part) => compactedMark.test(part.text ?? "")))
  }
}
