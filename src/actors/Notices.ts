/** What whoever starts the server should know, said once in the log: what is missing, and what a setting means for now. */
import { Effect, Layer } from "effect"
import * as Sentence from "../domain/Sentence.ts"
import { warnings } from "../domain/mounts/Warnings.ts"
import { MountGuard } from "../services/MountGuard.ts"
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
  for (const warning of warnings(config)) yield* Effect.logWarning(warning)
})

/** What every channel would miss. */
const mounts = Effect.gen(function* () {
  const config = yield* Settings.use((settings) => settings.current)
  const guard = yield* MountGuard
  const { refused } = yield* guard.allow(
    config.mounts.map(({ readOnly, source, target, volume }) => ({ source, target, readOnly, volume, by: "operator" })),
    config.copy_files.map((source) => ({ source, target: source, by: "operator" as const })),
    { others: [], writable: [] }
  )
  for (const sentence of refused) yield* Effect.logWarning(sentence)
})

export const layer = Layer.effectDiscard(Effect.forkScoped(Effect.all([settings, mounts, boxes], { discard: true })))
