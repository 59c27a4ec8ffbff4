/** The platforms that are configured. The local one is this server itself: what is stored is said. */
import { Clock, Effect, Layer } from "effect"
import { platformOf } from "../domain/Ids.ts"
import { DeliveryFailed, Platforms } from "../services/Platforms.ts"

export const layer = Layer.succeed(
  Platforms,
  Platforms.of({
    deliver: (channel, { nonce }) =>
      platformOf(channel) === "local"
        ? Effect.succeed(nonce)
        : Effect.fail(
            new DeliveryFailed({
              outcome: "gone",
              afterMs: null,
              detail: `The platform ${platformOf(channel)} is not connected.`
            })
          ),
    health: Effect.map(Clock.currentTimeMillis, (now) => ({
      local: { state: "connected" as const, last_event_at: now }
    }))
  })
)
