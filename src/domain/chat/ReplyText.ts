/** What people are answered who give a command or click a button, beside what the command itself says. */
import { summary } from "../Text.ts"

export const ownersOnly = "⛔ Only an owner may do that: ask one of them, or for their role with `/loop allow_user`."

export const failedInside = "Loop failed at that by a fault of its own: try again; the server's log has the details."

export const notStored = "Storage failed, so nothing was done: try again in a moment."

export const nothingToAsk = "That message has neither a text nor a file that the agent could use: choose another one."

export const messageGone = "That message is no longer there: choose another one."

export const asked = (text: string): string => `On its way: ${summary(text, 150) || "the files of that message"}`

/** `thread`: as the platform mentions a channel. */
export const forked = (thread: string): string => `The conversation goes on from there in ${thread}.`

export const forkName = (text: string): string => `Fork: ${summary(text, 80) || "a message"}`

export const tooLong = (file: string): string => `That is too long to be shown here: see ${file}.`

export const unknownButton = "That button is no longer in use: give the command instead."

export const stopped = "Stopped."
export const runOver = "That run is over already: there is nothing to stop."
export const triedAgain = "It is tried again."
export const notAsked = "That question is no longer asked."

export const decided = { allow: "Allowed.", always: "Allowed, from now on always.", deny: "Denied." } as const

export const answered = (left: number): string =>
  left === 0 ? "Answered." : `Noted. ${left} more ${left === 1 ? "question waits" : "questions wait"} for an answer.`
