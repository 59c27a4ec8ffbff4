/** Run slots: how many runs may work at once over all channels. First come, first served, by order of arrival. */
import { Context, type Effect, type Scope } from "effect"

export class Slots extends Context.Service<
  Slots,
  {
    /**
     * Waits for a slot and holds it until the scope closes. The lowest `order` among those that wait is next;
     * `order` is the `seq` of the run's first message, or a negative number for adopted runs, which go first.
     */
    readonly take: (order: number) => Effect.Effect<void, never, Scope.Scope>
    /** Takes a slot that is free now, without passing anybody who waits, until the scope closes; false when there is none. */
    readonly takeFree: Effect.Effect<boolean, never, Scope.Scope>
    readonly usage: Effect.Effect<{ readonly used: number; readonly waiting: number; readonly limit: number }>
  }
>()("loop/services/Slots") {}
