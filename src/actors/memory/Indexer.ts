/** Looks through everybody's notes: at the start, after each edit of the configuration, and from time to time. */
import { Duration, Effect, Layer, Stream } from "effect"
import { Memory } from "../../services/Memory.ts"
import { Settings } from "../../services/Settings.ts"
import { supervise } from "../Supervisor.ts"

const work = Effect.gen(function* () {
  const memory = yield* Memory
  const settings = yield* Settings
  for (;;) {
    yield* memory.indexAll
    const config = yield* settings.current
    const pause = Effect.sleep(Duration.seconds(config.memory.reindex_interval_sec))
    yield* Effect.raceFirst(pause, Stream.runHead(settings.changes))
  }
})

export const layer = Layer.effectDiscard(supervise("memory", work))
