/**
 * `Conversations` for those that it is itself made of: the tools of agents act through it, and it is made of what starts
 * agents. There once `Conversations` is.
 */
import { Context, Deferred, Effect, Layer } from "effect"
import { Conversations } from "./Conversations.ts"

export class LateConversations extends Context.Service<
  LateConversations,
  Deferred.Deferred<Conversations["Service"]>
>()("loop/services/LateConversations") {
  static readonly layer = Layer.effect(LateConversations, Deferred.make<Conversations["Service"]>())

  /** To be made where `Conversations` is. */
  static readonly layerFulfilled = Layer.effectDiscard(
    Effect.gen(function* () {
      yield* Deferred.succeed(yield* LateConversations, yield* Conversations)
    })
  )
}
