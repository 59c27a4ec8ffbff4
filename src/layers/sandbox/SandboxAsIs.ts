/** The wall that the next start would choose, without choosing it for good: a look must not bind the owner. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { Effect, Layer } from "effect"
import { Settings } from "../../services/Settings.ts"
import { Engine } from "./Engine.ts"
import * as SandboxAuto from "./SandboxAuto.ts"
import * as SandboxBubblewrap from "./SandboxBubblewrap.ts"

export const layer = Layer.unwrap(
  Effect.gen(function* () {
    const settings = yield* Settings
    const engine = yield* Engine
    const { sandbox } = yield* settings.current
    if (sandbox !== "auto" || existsSync(join(settings.paths.home, "sandbox"))) return SandboxAuto.layer
    const docker = yield* Effect.isSuccess(engine.call("engine", (docker) => docker.ping()))
    // Where neither works nothing is kept either, and the words are there already.
    if (!docker && !(yield* Effect.isSuccess(SandboxBubblewrap.check))) return SandboxAuto.layer
    const found = docker ? ("docker" as const) : ("bubblewrap" as const)
    const current = Effect.map(settings.current, (config) => ({ ...config, sandbox: found }))
    return Layer.provide(SandboxAuto.layer, Layer.succeed(Settings, Settings.of({ ...settings, current })))
  })
)
