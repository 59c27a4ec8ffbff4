/** Secrets whose values the configuration only points at are known to `Masking` before they are used. */
import { Effect, Layer } from "effect"
import { Secrets } from "../../services/Secrets.ts"
import { Settings } from "../../services/Settings.ts"

/** Read once at the start, which teaches them; a command is not run for that. */
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
