/** What the operator changes in the configuration of a server that runs stands in the audit log: the keys, never a value. */
import { Effect, Layer, Stream } from "effect"
import { changedKeys } from "../domain/config/changes.ts"
import { system } from "../domain/Subject.ts"
import { Audit } from "../services/Audit.ts"
import { Settings } from "../services/Settings.ts"
import { supervise } from "./Supervisor.ts"

export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const audit = yield* Audit
    const settings = yield* Settings
    let known = yield* settings.current
    yield* supervise(
      "config audit",
      settings.changes.pipe(
        Stream.runForEach((change) =>
          Effect.gen(function* () {
            if (change._tag !== "Applied") return
            const keys = changedKeys(known, change.config)
            if (keys.length === 0) return
            yield* audit.record({
              actor: system,
              action: "config.change",
              target: settings.paths.config,
              detail: { keys }
            })
            known = change.config
          })
        )
      )
    )
  })
)
