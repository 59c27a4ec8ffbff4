/** The orderly end of a server that a person stops: what runs ends now, said in each channel; what waits stays queued. */
import { Effect } from "effect"
import { Runs } from "../services/Runs.ts"
import { ChannelGate } from "./ChannelGate.ts"

export const endTurns = Effect.gen(function* () {
  const runs = yield* Runs
  const gate = yield* ChannelGate
  yield* Effect.forEach(yield* runs.allLive, ({ channel_id }) => gate.stop(channel_id, "shutdown"), {
    concurrency: "unbounded",
    discard: true
  })
}).pipe(Effect.catchCause((cause) => Effect.logError("The turns could not be ended in order", cause)))
