/** Delivers to the platform that a channel is on. The local one is this server itself: what is stored is said. */
import { Clock, Effect, Layer } from "effect"
import { platformOf } from "../domain/Ids.ts"
import { ChatPlatforms } from "../services/ChatPlatform.ts"
import { Settings } from "../services/Settings.ts"
import { checkUps } from "./ChatPlatforms.ts"
import { DeliveryFailed, type PlatformHealth, Platforms } from "../services/Platforms.ts"

const notThere = (name: string) =>
  new DeliveryFailed({ outcome: "gone", afterMs: null, detail: `The platform ${name} is not connected.` })

export const layer = Layer.effect(
  Platforms,
  Effect.gen(function* () {
    const chat = yield* ChatPlatforms
    const settings = yield* Settings
    return Platforms.of({
      deliver: (channel, { nonce, post, tried }) => {
        const name = platformOf(channel)
        if (name === "local") return Effect.succeed(nonce)
        return chat.get(name)?.deliver(channel, post, nonce, tried) ?? Effect.fail(notThere(name))
      },
      examine: Effect.provideService(checkUps, Settings, settings),
      health: Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const all: Record<string, PlatformHealth> = { local: { state: "connected", last_event_at: now } }
        for (const [name, platform] of chat) all[name] = yield* platform.health
        return all
      })
    })
  })
)
