/** Tells the outbox's sender that there may be something to send. */
import { Context, Effect, Layer, Queue } from "effect"

export class OutboxSignal extends Context.Service<OutboxSignal, Queue.Queue<void>>()("loop/layers/store/OutboxSignal") {
  /** One signal waits until it is taken; more of them are the same. */
  static readonly layer = Layer.effect(OutboxSignal, Effect.acquireRelease(Queue.sliding<void>(1), Queue.shutdown))
}
