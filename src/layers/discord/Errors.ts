/** What went wrong in a request to Discord, as an outcome of a delivery. Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes */
import { DiscordAPIError, HTTPError, RateLimitError } from "@discordjs/rest"
import { RESTJSONErrorCodes as Code } from "discord-api-types/v10"
import { DeliveryFailed } from "../../services/Platforms.ts"

export const gone = (detail: string) => new DeliveryFailed({ outcome: "gone", afterMs: null, detail })
export const retry = (detail: string, afterMs: number | null = null) =>
  new DeliveryFailed({ outcome: "retry", afterMs, detail })
export const unclear = (detail: string) => new DeliveryFailed({ outcome: "unclear", afterMs: null, detail })

/** How long a refused token is left alone: it takes a person to mend it. */
const refusedMs = 60_000

/** The connection never came about, so nothing was said. */
const neverSent = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT"
])

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

/** `needs`: the permissions that what was tried takes, as Discord's settings name them. */
const refused = (error: DiscordAPIError, what: string, needs: string) => {
  switch (error.code) {
    case Code.MissingAccess:
      return gone(`Discord does not let Loop ${what}: it does not see that channel; give it View Channel there.`)
    case Code.MissingPermissions:
      return gone(`Discord does not let Loop ${what}: it lacks a permission there; give it ${needs}.`)
    case Code.CannotSendMessagesToThisUser:
      return gone(`Discord does not let Loop ${what}: that person takes no direct messages from it.`)
    case Code.UnknownChannel:
      return gone(`Loop cannot ${what}: the channel is not there on Discord any more.`)
    default:
      return gone(`Discord does not let Loop ${what}: ${error.rawError && reasonOf(error)} (${error.code}).`)
  }
}

/** Discord's own words, on one line and short: they may repeat what was sent. */
const reasonOf = (error: DiscordAPIError): string => error.message.replaceAll(/\s+/g, " ").slice(0, 300)

export const failureOf =
  (what: string, needs: string) =>
  (error: unknown): DeliveryFailed => {
    if (error instanceof RateLimitError) {
      return retry(
        `Discord asks Loop to wait before it can ${what}.`,
        Math.ceil(Math.max(error.retryAfter, error.sublimitTimeout))
      )
    }
    if (error instanceof HTTPError) return retry(`Discord failed with ${error.status} when Loop wanted to ${what}.`)
    if (error instanceof DiscordAPIError) {
      return error.status === 401
        ? retry("Discord refuses the token; see discord_token in config.json.", refusedMs)
        : refused(error, what, needs)
    }
    const code = codeOf(error)
    return neverSent.has(code)
      ? retry(`Discord could not be reached (${code}).`)
      : unclear(`The connection to Discord broke when Loop wanted to ${what}${code === "" ? "" : ` (${code})`}.`)
  }

/** Of something that is said: a server that fails may have taken it before. */
export const arrivalOf = (error: unknown, { needs, what }: { readonly what: string; readonly needs: string }) =>
  error instanceof HTTPError
    ? unclear(`Discord failed with ${error.status} when Loop wanted to ${what}.`)
    : failureOf(what, needs)(error)

/** Discord failed, or the way to it. */
export const isTransient = (error: unknown): boolean =>
  error instanceof HTTPError || !(error instanceof DiscordAPIError || error instanceof RateLimitError)

export const hasCode = (error: unknown, ...codes: ReadonlyArray<number>): boolean =>
  error instanceof DiscordAPIError && typeof error.code === "number" && codes.includes(error.code)

/** The interaction's time is over, or its token is not known. */
export const isExpired = (error: unknown): boolean =>
  hasCode(error, Code.UnknownInteraction, Code.InvalidWebhookToken, Code.UnknownWebhook)
