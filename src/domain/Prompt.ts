/** The text an agent is given for one or more messages. */
import type { Message } from "./Message.ts"

/** How many stored messages a session's first prompt may hold. */
export const historyLimit = 50
/** How much of each, in UTF-16 units: a session that begins because the last one was too long must not be so at once. */
export const historyPart = 2000

const files = (message: Message): string =>
  message.attachments.length === 0
    ? ""
    : `\n\n[attached: ${message.attachments.map((file) => `${file.path} (${file.mime})`).join(", ")}]`

const line = (message: Message): string =>
  `${message.is_bot ? "assistant" : message.author_name}: ${message.content}${files(message)}`

/** What was said in the channel, and not to the agent. */
const overheard = (message: Message): string => `(not said to you) ${earlier(message)}`

const earlier = (message: Message): string => {
  const text = line(message)
  return text.length <= historyPart ? text : `${text.slice(0, historyPart).replace(/[\uD800-\uDBFF]$/, "")}…`
}

/**
 * `author: text`, one paragraph per message, those that were only noted among them; a single raw message is passed as it
 * is. `history` (oldest first) is given only where the agent has no session that remembers it.
 */
export const promptOf = (messages: ReadonlyArray<Message>, history: ReadonlyArray<Message>): string => {
  const [first] = messages
  if (messages.length === 1 && first?.kind === "raw") return first.content
  const now = messages.map((each) => (each.state === "noted" ? overheard(each) : line(each))).join("\n\n")
  if (history.length === 0) return now
  return `Earlier in this channel:\n${history.slice(-historyLimit).map(earlier).join("\n")}\n\nNow:\n${now}`
}

/** After a box was lost in mid-turn: the session holds the prompt, so it is not repeated. */
export const continuation =
  "Your process was restarted in the middle of the last message. Look at what is done already, do not repeat it, and finish the work."

const restarted =
  "Your process was restarted in the middle of the message below. Look at what is done already, do not repeat it, and finish the work.\n\n"

/** The same where work had begun and the session did not keep the prompt. */
export const continuationOf = (prompt: string): string =>
  prompt.startsWith(restarted) ? prompt : `${restarted}${prompt}`
