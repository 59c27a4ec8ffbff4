/** Why Discord does not want us for good: one sentence each, with the next step. */
import { DiscordAPIError } from "@discordjs/rest"
import { GatewayCloseCodes as Close } from "discord-api-types/v10"

export const refusedToken =
  "Discord refuses the token: copy the bot's token from the developer portal to discord_token in config.json, then start Loop again."

const disallowedIntent =
  "Discord does not let this bot read messages: turn on Message Content Intent for it in the developer portal (Bot, Privileged Gateway Intents), then start Loop again."

const tooLarge =
  "Discord wants this bot to be split over several connections, which Loop does not do: use a bot of its own for it, in fewer servers."

const protocol =
  "Discord does not take Loop's version of its protocol any more: update Loop (`loop update`), then start it again."

export const otherApplication = (configured: string, real: string): string =>
  `discord_app_id is ${configured}, but the token belongs to the application ${real}: correct one of the two in config.json, then start Loop again.`

/** https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes */
export const refusedBy = (closeCode: number | null): string | undefined => {
  switch (closeCode) {
    case Close.AuthenticationFailed:
      return refusedToken
    case Close.DisallowedIntents:
      return disallowedIntent
    case Close.InvalidShard:
    case Close.ShardingRequired:
      return tooLarge
    case Close.InvalidAPIVersion:
    case Close.InvalidIntents:
      return protocol
    default:
      return undefined
  }
}

export const isRefusedToken = (error: unknown): boolean => error instanceof DiscordAPIError && error.status === 401
