/** The chat platform behind a channel, for what is changed there from here. */
import { Effect } from "effect"
import type { PlatformName } from "../../domain/Ids.ts"
import type { ChatPlatform } from "../../services/ChatPlatform.ts"
import type { DeliveryFailed } from "../../services/Platforms.ts"
import { refuse, type Shared } from "./Shared.ts"

/** Undefined for the local platform, where a row is all there is of a channel. */
export const chatOf = (shared: Shared, platform: PlatformName) => {
  if (platform === "local") return Effect.undefined
  const chat = shared.chats.get(platform)
  return chat === undefined
    ? Effect.fail(refuse("not_configured", `${platform} is not connected: look at \`loop doctor\`.`))
    : Effect.succeed(chat)
}

/** What a platform did not do is a refusal with its reason. */
export const asked = <A, R>(chat: ChatPlatform, effect: Effect.Effect<A, DeliveryFailed, R>) =>
  Effect.catchTag(effect, "DeliveryFailed", ({ detail }) =>
    Effect.fail(refuse("unavailable", `${chat.name} did not do that: ${detail}`))
  )

/** As `asked`; what is gone there already is as it should be. */
export const askedOrGone = <R>(chat: ChatPlatform, effect: Effect.Effect<void, DeliveryFailed, R>) =>
  asked(
    chat,
    Effect.catchTag(effect, "DeliveryFailed", (failed) =>
      failed.outcome === "gone" ? Effect.void : Effect.fail(failed)
    )
  )

type Use = "create" | "ensure"

/** The platform that is meant where none is named; `use`: what for. */
export const platformFor = Effect.fnUntraced(function* (shared: Shared, wanted: PlatformName | undefined, use: Use) {
  const { discord_guild_id: guild, platforms } = yield* shared.settings.current
  if (wanted !== undefined && !platforms.includes(wanted)) {
    return yield* refuse(
      "not_configured",
      `The platform ${wanted} is not configured: add it to platforms in config.json.`
    )
  }
  const usual = platforms.length === 1 ? platforms[0] : platforms.find((name) => name === "local")
  const discord = use === "ensure" && guild !== "" ? platforms.find((name) => name === "discord") : undefined
  const chosen = wanted ?? discord ?? usual
  if (chosen === undefined) {
    return yield* refuse("invalid", `Name a platform: one of ${platforms.join(", ")}.`, "platform")
  }
  if (chosen === "discord" && guild === "") {
    return yield* refuse("not_configured", "Set discord_guild_id in config.json: channels are made in that server.")
  }
  return chosen
})
