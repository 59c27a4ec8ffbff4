/** What is said about a project's file that reaches out of its box: the card in the channel, and the answers to its buttons. */
import * as ButtonIds from "../chat/ButtonIds.ts"
import type { Button } from "../chat/Words.ts"
import type { AskId } from "../Ids.ts"
import { summary } from "../Text.ts"

export const cardKey = (ask: AskId): string => `project:${ask}`

export const buttons = (ask: AskId): ReadonlyArray<ReadonlyArray<Button>> => [
  [
    { id: ButtonIds.project("show", ask), label: "Show the difference", style: "primary" },
    { id: ButtonIds.project("approve", ask), label: "Approve", style: "success" },
    { id: ButtonIds.project("decline", ask), label: "Not now", style: "secondary" }
  ]
]

const list = (keys: ReadonlyArray<string>): string => keys.map((key) => `\`${key}\``).join(", ")

const wants = (keys: ReadonlyArray<string>): string =>
  `This project's \`.loop/config.json\` reaches out of its box: ${list(keys)}. Agents can write that file, so it does not apply until an owner approves exactly this.`

export const card = (keys: ReadonlyArray<string>): string => wants(keys)

export type Decision = "approved" | "declined"

/** What becomes of the card. `by`: a person's name, or nobody's. */
export const decided = (keys: ReadonlyArray<string>, decision: Decision, by: string | null): string => {
  const who = by === null ? "" : ` by ${summary(by, 60).replaceAll("**", "")}`
  return decision === "approved"
    ? `This project's \`.loop/config.json\` reaches out of its box: ${list(keys)}.\n**Approved${who}.**`
    : `${wants(keys)}\n**Not now${who}.** \`/loop set project_config\` shows it again.`
}

export const changedSince = (keys: ReadonlyArray<string>): string =>
  `${wants(keys)}\n**It has changed since**; what it says now is asked about anew.`

export const approved = "Approved. It applies from the next message on."

export const declined = "Nothing of it applies. You are not asked about this content again."

export const gone = "That question is no longer there: its channel was deleted."

export const changed =
  "The project's file has changed since that was shown, so nothing was approved: look at what it says now and decide about that."

export const nothingWaits = "The project's file reaches for nothing outside of its box."

export const already = "That is approved already."

export const notByAgents = "An agent cannot approve what reaches out of its own box: an owner has to."

/** A block of code that its text cannot end. */
const block = (text: string): string => `\`\`\`diff\n${text.replaceAll("```", "`\u200B``")}\n\`\`\``

/** Longest difference that is shown in a message, in UTF-16 units. */
const longest = 1500

/** The text, and a file beside it where it is too long for one. */
export const shown = (
  difference: string,
  directory: string,
  hash: string
): { readonly text: string; readonly file?: { readonly name: string; readonly data: Uint8Array } } => {
  const about = `What \`${directory.replaceAll("`", "'")}/.loop/config.json\` asks for, against what was approved before (\`${short(hash)}\`):`
  if (difference.length <= longest) return { text: `${about}\n${block(difference)}` }
  return { text: about, file: { name: "project-config.diff", data: new TextEncoder().encode(`${difference}\n`) } }
}

/** Enough of it for people to name it by. */
export const short = (hash: string): string => hash.slice(0, 12)

export const inForce = (keys: ReadonlyArray<string>, approved: boolean, hash: string): string =>
  approved
    ? `${list(keys)} of the project's file, approved`
    : `${list(keys)} of the project's file, waiting; an owner approves it with \`/loop set project_config ${short(hash)}\``
