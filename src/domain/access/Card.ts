/** The card that asks owners about somebody without a role: what it says, its buttons, and what becomes of it. */
import type { AskId } from "../Ids.ts"
import * as ButtonIds from "../chat/ButtonIds.ts"
import type { Button } from "../chat/Words.ts"
import { summary } from "../Text.ts"

/** `member` and `owner` give that role in the channel; `ignore` lasts: neither a line nor a card again. */
export const decisions = ["member", "owner", "ignore"] as const
export type Decision = (typeof decisions)[number]

export const cardKey = (ask: AskId): string => `access:${ask}`

export const buttons = (ask: AskId): ReadonlyArray<ReadonlyArray<Button>> => [
  [
    { id: ButtonIds.access("member", ask), label: "Allow as member", style: "success" },
    { id: ButtonIds.access("owner", ask), label: "Allow as owner", style: "secondary" },
    { id: ButtonIds.access("ignore", ask), label: "Ignore", style: "danger" }
  ]
]

/** A name is whatever a stranger chose: neither a mention, a link nor markup comes through. */
const plain = (name: string): string => summary(name.replaceAll(/[^\p{L}\p{N} ._-]/gu, ""), 40).trim() || "Somebody"

const called = (name: string, person: string): string =>
  `${plain(name)} (\`${person.replaceAll(/[^\w.-]/g, "").slice(0, 40)}\`) called me here and has no role. What was written is not kept.`

export const asked = (name: string, person: string): string => `${called(name, person)} Let them in?`

const outcome = { member: "Allowed as member", owner: "Allowed as owner", ignore: "Ignored from now on" } as const

/** `by`: a person's name, or nobody's. */
export const decided = (name: string, person: string, decision: Decision, by: string | null): string =>
  `${called(name, person)}\n**${outcome[decision]}${by === null ? "" : ` by ${plain(by)}`}.**`

/** What is answered to who decided. */
export const done = (name: string, decision: Decision): string => `${plain(name)}: ${outcome[decision].toLowerCase()}.`

export const gone = "That question is no longer there: its channel was deleted."
export const alreadyAnswered = "That was answered already."
