/** The way to a channel's actor for those who are not actors: calls that never fail for reasons of the cluster. */
import { Context, Effect, Layer } from "effect"
import type { ChannelId, RunId } from "../domain/Ids.ts"
import { ChannelActor } from "./Channel.ts"

export class ChannelGate extends Context.Service<
  ChannelGate,
  {
    /** A row joined the queue. */
    readonly wake: (id: ChannelId) => Effect.Effect<void>
    /** Wakes a channel that nobody is at work in. */
    readonly wakeIdle: (id: ChannelId) => Effect.Effect<void>
    readonly stop: (
      id: ChannelId,
      kind?: "stopped" | "shutdown",
      /** That run only. */
      run?: RunId
    ) => Effect.Effect<{ readonly stopped: boolean; readonly run_id: RunId | null }>
    readonly waitsFor: (id: ChannelId) => Effect.Effect<"turn" | "slot" | null>
    readonly decided: (id: ChannelId) => Effect.Effect<void>
    readonly reset: (id: ChannelId) => Effect.Effect<void>
    readonly prepare: (id: ChannelId) => Effect.Effect<void>
  }
>()("loop/actors/ChannelGate") {}

export const layer = Layer.effect(
  ChannelGate,
  Effect.gen(function* () {
    const clientFor = yield* ChannelActor.client

    /** A hint: what it is about is a row, and the sweep finds rows. */
    const hint = (id: ChannelId, call: Effect.Effect<void, unknown>) =>
      call.pipe(
        Effect.catchCause((cause) => Effect.logWarning("A channel could not be told", cause)),
        Effect.annotateLogs({ channel: id })
      )

    return ChannelGate.of({
      wake: (id) =>
        hint(
          id,
          Effect.gen(function* () {
            const channel = clientFor(id)
            yield* channel.Wake(undefined, { discard: true })
            yield* channel.Nudge(undefined, { discard: true })
          })
        ),
      wakeIdle: (id) =>
        hint(
          id,
          Effect.gen(function* () {
            const channel = clientFor(id)
            if ((yield* channel.Inspect()).run_id === null) yield* channel.Wake(undefined, { discard: true })
          })
        ),
      stop: (id, kind = "stopped", run) => Effect.orDie(clientFor(id).Stop({ kind, run: run ?? null })),
      waitsFor: (id) =>
        clientFor(id)
          .Inspect()
          .pipe(
            Effect.map(({ waiting_for }) => waiting_for),
            Effect.orDie
          ),
      decided: (id) => hint(id, clientFor(id).Decide()),
      reset: (id) => hint(id, clientFor(id).Reset()),
      prepare: (id) => hint(id, clientFor(id).Prepare(undefined, { discard: true }))
    })
  })
)
