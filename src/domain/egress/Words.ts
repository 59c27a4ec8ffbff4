/** What is said about hosts that are not let through: one line to the agent's program, one sentence to people. */
import { summary } from "../Text.ts"
import type { Refusal } from "./Policy.ts"

/** Fits into an HTTP status line: ASCII, no line breaks. `where`: `host:port`. */
export const refusalLine = (refusal: Refusal, where: string): string => {
  switch (refusal) {
    case "closed":
      return `Loop: ${where} is refused because this channel has no network (network: none)`
    case "not_listed":
      return `Loop: ${where} is not on this channel's list of hosts; the people in the channel were asked to allow it`
    case "taken_out":
      return `Loop: ${where} was taken out of this channel's list of hosts by its owner`
    case "inner":
      return `Loop: ${where} is refused because it leads to a private or local address`
    case "unknown":
      return `Loop: ${where} is refused because there is no such host`
    case "unreachable":
      return `Loop: ${where} is allowed but does not answer`
    case "crowded":
      return `Loop: ${where} is refused because too many connections are open; close some and try again`
    case "disguised":
      return `Loop: ${where} is refused because the connection names another host inside (TLS server name)`
    case "no_secret":
      return `Loop: ${where} cannot be reached because its secret cannot be read outside of the box; the log says why`
  }
}

export const statusOf = (refusal: Refusal): number => {
  switch (refusal) {
    case "unknown":
    case "unreachable":
    case "no_secret":
      return 502
    case "crowded":
      return 503
    default:
      return 403
  }
}

/** The card in the channel. */
const refused = (where: string): string =>
  `The agent wanted to reach \`${where}\`, which is not on this channel's list of hosts, so it was refused.`

export const asked = (where: string): string => `${refused(where)} Allow it?`

/** What becomes of the card. `by`: a person's name, or nobody's. */
export const decided = (where: string, decision: "once" | "channel", by: string | null): string => {
  const who = by === null ? "" : ` by ${summary(by, 60).replaceAll("**", "")}`
  return `${refused(where)}\n**Allowed${who} ${decision === "once" ? "for one hour" : "from this channel"}.**`
}

/** What is answered to who decided. */
export const allowedOnce = (where: string, by: string): string => `\`${where}\` may be reached for one hour (${by}).`

export const allowedHere = (where: string, by: string): string =>
  `\`${where}\` may be reached from this channel (${by}).`

export const alreadyAnswered = "That was answered already."

export const askGone = "That question is no longer there: the run it belongs to was deleted."
