/**
 * `ChannelGate` without actors, so that `Conversations` can be tested from outside over real rows: what is posted stays
 * queued, and a stop ends the channel's live run at once.
 */
import { Clock, Effect, Layer } from "effect"
import { ChannelGate } from "../../src/actors/ChannelGate.ts"
import * as ConversationsLive from "../../src/actors/ConversationsLive.ts"
import { Agents } from "../../src/services/Agents.ts"
import { Runs } from "../../src/services/Runs.ts"

const gate = Layer.effect(
  ChannelGate,
  Effect.gen(function* () {
    const runs = yield* Runs
    return ChannelGate.of({
      wake: () => Effect.void,
      wakeIdle: () => Effect.void,
      stop: Effect.fnUntraced(function* (id) {
        const run = yield* runs.live(id)
        if (run === undefined) return { stopped: false, run_id: null }
        yield* runs.patch(run.run_id, { status: "stopped", ended_at: yield* Clock.currentTimeMillis })
        return { stopped: true, run_id: run.run_id }
      }, Effect.orDie),
      waitsFor: () => Effect.succeed(null),
      decided: () => Effect.void,
      reset: () => Effect.void,
      prepare: () => Effect.void
    })
  })
)

const agents = Layer.mock(Agents, { list: Effect.succeed([]), close: () => Effect.void })

export const conversations = ConversationsLive.layer.pipe(Layer.provide([gate, agents]))
