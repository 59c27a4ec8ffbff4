/**
 * `ChannelGate` without actors, so that `Conversations` can be tested from outside over real rows: what is posted stays
 * queued, and a stop ends the channel's live run at once.
 */
import { Clock, Effect, Layer } from "effect"
import { ChannelGate } from "../../src/actors/ChannelGate.ts"
import * as ClaimsLive from "../../src/actors/ClaimsLive.ts"
import * as ConversationsLive from "../../src/actors/ConversationsLive.ts"
import * as TaskControlLive from "../../src/actors/tasks/TaskControlLive.ts"
import { Agents } from "../../src/services/Agents.ts"
import { ChannelFiles } from "../../src/services/ChannelFiles.ts"
import { ChatPlatforms } from "../../src/services/ChatPlatform.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Slots } from "../../src/services/Slots.ts"
import { TemplateFiles } from "../../src/services/TemplateFiles.ts"

const gate = Layer.effect(
  ChannelGate,
  Effect.gen(function* () {
    const runs = yield* Runs
    return ChannelGate.of({
      wake: () => Effect.void,
      wakeIdle: () => Effect.void,
      stop: Effect.fnUntraced(function* (id, _kind, only) {
        const run = yield* runs.live(id)
        if (run === undefined || (only !== undefined && run.run_id !== only)) return { stopped: false, run_id: null }
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

/** Nobody is at work. */
const idle = Layer.merge(
  Layer.mock(Agents, { list: Effect.succeed([]), close: () => Effect.void }),
  Layer.mock(Slots, { usage: Effect.succeed({ used: 0, waiting: 0, limit: 8 }) })
)

const world = Layer.mergeAll(
  gate,
  Layer.succeed(ChatPlatforms, new Map()),
  Layer.mock(ChannelFiles, {}),
  Layer.mock(TemplateFiles, {})
)

export const conversations = ConversationsLive.layer.pipe(
  Layer.provide(ClaimsLive.layer),
  Layer.provideMerge(TaskControlLive.layer),
  Layer.provide(world),
  Layer.provideMerge(idle)
)
