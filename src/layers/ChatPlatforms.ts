/** The chat platforms that the configuration names. What a platform is made of is loaded only where it is used. */
import { Effect, Layer } from "effect"
import type { CheckUp } from "../domain/chat/CheckUp.ts"
import type { Config } from "../domain/Config.ts"
import { type ChatPlatform, ChatPlatforms } from "../services/ChatPlatform.ts"
import { Masking } from "../services/Masking.ts"
import { masked } from "./secrets/MaskedChat.ts"
import { Settings } from "../services/Settings.ts"

const discordAccount = (config: Config) => ({
  token: config.discord_token,
  appId: config.discord_app_id,
  guildId: config.discord_guild_id,
  apiUrl: config.discord_api_url
})

const discord = Effect.gen(function* () {
  const settings = yield* Settings
  const { make } = yield* Effect.promise(() => import("./discord/Discord.ts"))
  return yield* make({
    ...discordAccount(yield* settings.current),
    allowMentions: Effect.map(settings.current, ({ allow_mentions }) => allow_mentions)
  })
})

/** Looks at the accounts of those that are configured, for `loop doctor`. */
export const checkUps: Effect.Effect<ReadonlyArray<CheckUp>, never, Settings> = Effect.gen(function* () {
  const config = yield* Settings.use(({ current }) => current)
  if (!config.platforms.includes("discord")) return []
  const { checkDiscord } = yield* Effect.promise(() => import("./discord/CheckUp.ts"))
  return yield* checkDiscord(discordAccount(config))
})

export const layer = Layer.effect(
  ChatPlatforms,
  Effect.gen(function* () {
    const { platforms } = yield* Settings.use(({ current }) => current)
    const all = new Map<string, ChatPlatform>()
    if (platforms.includes("discord")) all.set("discord", masked(yield* discord, yield* Masking))
    return all
  })
)
