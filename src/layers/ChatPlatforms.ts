/** The chat platforms that the configuration names. What a platform is made of is loaded only where it is used. */
import { Effect, Layer } from "effect"
import { type ChatPlatform, ChatPlatforms } from "../services/ChatPlatform.ts"
import { Settings } from "../services/Settings.ts"

const discord = Effect.gen(function* () {
  const settings = yield* Settings
  const { discord_api_url, discord_app_id, discord_guild_id, discord_token } = yield* settings.current
  const { make } = yield* Effect.promise(() => import("./discord/Discord.ts"))
  return yield* make({
    token: discord_token,
    appId: discord_app_id,
    guildId: discord_guild_id,
    apiUrl: discord_api_url,
    allowMentions: Effect.map(settings.current, ({ allow_mentions }) => allow_mentions)
  })
})

export const layer = Layer.effect(
  ChatPlatforms,
  Effect.gen(function* () {
    const { platforms } = yield* Settings.use(({ current }) => current)
    const all = new Map<string, ChatPlatform>()
    if (platforms.includes("discord")) all.set("discord", yield* discord)
    return all
  })
)
