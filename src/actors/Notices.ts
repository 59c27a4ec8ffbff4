/** What whoever starts the server should know, said once in the log: what is missing, and what a setting means for now. */
import { Effect, Layer } from "effect"
import * as Sentence from "../domain/Sentence.ts"
import { Sandbox } from "../services/Sandbox.ts"
import { Settings } from "../services/Settings.ts"

const boxes = Effect.gen(function* () {
  const sandbox = yield* Sandbox
  yield* sandbox.check.pipe(
    Effect.catchTag("SandboxError", ({ reason, target, detail }) =>
      Effect.logWarning(Sentence.sandbox(reason, target, detail))
    )
  )
})

const settings = Effect.gen(function* () {
  const config = yield* Settings.use((settings) => settings.current)
  if (config.anthropic_api_key === "" && config.claude_code_oauth_token === "") yield* Effect.logWarning(Sentence.noKey)
  if (config.network.mode === "open") yield* Effect.logWarning(Sentence.openNetwork)
})

export const layer = Layer.effectDiscard(Effect.forkScoped(Effect.andThen(settings, boxes)))
