/** `Masking` for the server, and what it knows of the configuration. */
import { Effect, Layer, Stream } from "effect"
import type { Config } from "../../domain/Config.ts"
import { make, type Masker } from "../../domain/secrets/Masker.ts"
import { Masking } from "../../services/Masking.ts"
import { Settings } from "../../services/Settings.ts"
import { Secrets } from "../../services/Secrets.ts"

/** One for everything that is built above it. */
export const layer: Layer.Layer<never> = Layer.sync(Masking, make)

const keys = [
  "anthropic_api_key",
  "claude_code_oauth_token",
  "claude_code_oauth_refresh_token",
  "discord_token",
  "slack_bot_token",
  "slack_app_token"
] as const satisfies ReadonlyArray<keyof Config>

const learn = (masker: Masker, config: Config): void => {
  for (const key of keys) masker.learn(key, config[key])
  for (const [name, { secret }] of Object.entries(config.hooks)) masker.learn(`hooks.${name}`, secret)
  for (const { name, value } of config.secrets) if (value !== undefined) masker.learn(name, value)
}

/** The configuration's values, as they are and each time that they change. */
export const configured: Layer.Layer<never, never, Settings> = Layer.effectDiscard(
  Effect.gen(function* () {
    const masker = yield* Masking
    const settings = yield* Settings
    learn(masker, yield* settings.current)
    yield* settings.changes.pipe(
      Stream.runForEach((change) =>
        Effect.sync(() => (change._tag === "Applied" ? learn(masker, change.config) : undefined))
      ),
      Effect.forkScoped({ startImmediately: true })
    )
  })
)

/** Values that are elsewhere, read once so that they are known before they are used; a command is not run for that. */
export const elsewhere: Layer.Layer<never, never, Secrets | Settings> = Layer.effectDiscard(
  Effect.gen(function* () {
    const secrets = yield* Secrets
    const config = yield* Settings.use(({ current }) => current)
    for (const { command, name } of config.secrets) {
      if (command !== undefined) continue
      // It is said where it is used, too.
      yield* Effect.catch(secrets.value(name), (error) => Effect.logWarning(error.message))
    }
  })
)
