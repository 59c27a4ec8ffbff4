/** `TaskControl` for the tools of agents, for the same reason as `LateConversations`: it is made after them. */
import { Context, Deferred, Effect, Layer } from "effect"
import { TaskControl } from "./TaskControl.ts"

export class LateTaskControl extends Context.Service<LateTaskControl, Deferred.Deferred<TaskControl["Service"]>>()(
  "loop/services/LateTaskControl"
) {
  static readonly layer = Layer.effect(LateTaskControl, Deferred.make<TaskControl["Service"]>())

  /** To be made where `TaskControl` is. */
  static readonly layerFulfilled = Layer.effectDiscard(
    Effect.gen(function* () {
      yield* Deferred.succeed(yield* LateTaskControl, yield* TaskControl)
    })
  )
}
