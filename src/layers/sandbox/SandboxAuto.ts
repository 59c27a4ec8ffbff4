/**
 * Which wall: what the configuration names, or, with `auto`, what the first start found: an engine, else bubblewrap.
 * The choice is kept in LOOP_HOME and never changes to the weaker one by itself.
 */
import { Effect, Layer } from "effect"
import type { AgentImage } from "../../services/AgentImage.ts"
import { type Sandbox, SandboxError } from "../../services/Sandbox.ts"
import { Settings } from "../../services/Settings.ts"
import { Engine } from "./Engine.ts"
import * as SandboxBubblewrap from "./SandboxBubblewrap.ts"
import * as SandboxChoice from "./SandboxChoice.ts"
import * as SandboxDocker from "./SandboxDocker.ts"

/** The wall for this installation. Fails when nothing works here and nothing was chosen before. */
export const choose = Effect.fn("SandboxAuto.choose")(function* (
  checkDocker: Effect.Effect<void, SandboxError>,
  checkBubblewrap: Effect.Effect<void, SandboxError>
) {
  const settings = yield* Settings
  const known = yield* SandboxChoice.known(settings)
  if (known !== undefined) return known

  const refusals: Array<SandboxError> = []
  const works = (check: Effect.Effect<void, SandboxError>) =>
    check.pipe(
      Effect.as(true),
      Effect.catch((error) => Effect.sync(() => void refusals.push(error)).pipe(Effect.as(false)))
    )
  const found = (yield* works(checkDocker)) ? "docker" : (yield* works(checkBubblewrap)) ? "bubblewrap" : undefined
  if (found === undefined) {
    return yield* new SandboxError({
      reason: refusals.some((error) => error.reason === "no_rights") ? "no_rights" : "no_engine",
      target: "sandbox",
      detail: `there is nothing here that agents can be locked in: install Docker (on Debian and Ubuntu: apt-get install docker.io) or bubblewrap (apt-get install bubblewrap). ${refusals.map((error) => error.message).join("; ")}`
    })
  }
  yield* SandboxChoice.keep(settings, found)
  yield* Effect.logInfo("The wall around agents was chosen and is kept").pipe(Effect.annotateLogs({ sandbox: found }))
  return found
})

export const layer: Layer.Layer<Sandbox, SandboxError, Engine | AgentImage | Settings> = Layer.unwrap(
  Effect.gen(function* () {
    const engine = yield* Engine
    const ping = Effect.asVoid(engine.call("engine", (docker) => docker.ping()))
    const kind = yield* choose(ping, SandboxBubblewrap.check)
    return kind === "docker" ? SandboxDocker.layer : SandboxBubblewrap.layer
  })
)
