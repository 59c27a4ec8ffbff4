/** `loop serve --demo`: the scripted model in the model's place, everything else as always. */
import { Effect, Layer } from "effect"
import { Settings } from "../../services/Settings.ts"
import { listen } from "./ScriptedServer.ts"

/** Milliseconds between two pieces of a scripted text, so that its streaming can be seen. */
const pace = 40

/** The given settings, with the model's address and key replaced by the script's. */
export const layer = Layer.effect(
  Settings,
  Effect.gen(function* () {
    const settings = yield* Settings
    const anthropic_base_url = yield* listen({ port: 0 }, { pace })
    const scripted = { anthropic_base_url, anthropic_api_key: "demo", claude_code_oauth_token: "" }
    return Settings.of({
      ...settings,
      current: Effect.map(settings.current, (config) => ({ ...config, ...scripted })),
      forChannel: (channel, root) =>
        Effect.map(settings.forChannel(channel, root), (effective) => ({
          ...effective,
          credential: "api_key" as const
        }))
    })
  })
)
