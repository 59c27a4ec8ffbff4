/** The text an agent is given for one or more messages. */
import { fence, name } from "./Fence.ts"
import type { Message } from "./Message.ts"
import { clip, summary } from "./Text.ts"

/** How many stored messages a session's first prompt may hold. */
export const historyLimit = 50
/** How much of each, in UTF-16 units: a session that begins because the last one was too long must not be so at once. */
export const historyPart = 2000

const files = ({ attachments }: Message, shown: (list: string) => string): string =>
  attachments.length === 0
    ? ""
    : `\n\n[attached: ${shown(attachments.map((file) => `${file.path} (${file.mime})`).join(", "))}]`

/** Asks for something: only who it is from and what came with it is fenced. */
const line = (message: Message, number: string): string =>
  `${message.is_bot ? "assistant" : name(message.author_name, number)}: ${message.content}${files(message, (list) => fence("files", list, number))}`

/** To be fenced as a whole. */
const earlier = (message: Message): string => {
  const author = message.is_bot ? "assistant" : summary(message.author_name, 48)
  const text = `${author}: ${message.content}${files(message, (list) => list)}`
  return text.length <= historyPart ? text : `${clip(text, historyPart)}…`
}

/** What was said in the channel, and not to the agent. */
const overheard = (message: Message, number: string): string =>
  `(not said to you) ${fence("overheard", earlier(message), number)}`

/**
 * `author: text`, one paragraph per message, those that were only noted among them; a single raw message is passed as it
 * is. `history` (oldest first) is given only where the agent has no session that remembers it. `number`: of the fences.
 */
export const promptOf = (messages: ReadonlyArray<Message>, history: ReadonlyArray<Message>, number: string): string => {
  const [first] = messages
  if (messages.length === 1 && first?.kind === "raw") return first.content
  const now = messages
    .map((each) => (each.state === "noted" ? overheard(each, number) : line(each, number)))
    .join("\n\n")
  if (history.length === 0) return now
  const before = history.slice(-historyLimit).map(earlier).join("\n")
  return `Earlier in this channel:\n${fence("earlier", before, number)}\n\nNow:\n${now}`
}

/** After a box was lost in mid-turn: the session holds the prompt, so it is not repeated. */
export const continuation =
  "Your process was restarted in the middle of the last message. Look at what is done already, do not repeat it, and finish the work."

const restarted =
  "Your process was restarted in the middle of the message below. Look at what is done already, do not repeat it, and finish the work.\n\n"

/** The same where work had begun and the session did not keep the prompt. */
export const continuationOf = (prompt: string): string =>
  prompt.startsWith(restarted) ? prompt : `${restarted}${prompt}`
