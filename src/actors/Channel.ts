/**
 * Protocol of a channel actor: one per channel and thread, addressed by `ChannelId`. Every message is volatile: what
 * must last is a row first and a call second.
 */
import { Schema } from "effect"
import { Entity } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { RunId } from "../domain/Ids.ts"

/** Deals with everything that is queued, one run at a time; returns when the mailbox is empty. */
export const Wake = Rpc.make("Wake")

/**
 * Ends the current run, waiting or working, and returns after the work has really ended. `shutdown`: Loop itself ends.
 * `run`: that one only.
 */
export const Stop = Rpc.make("Stop", {
  payload: { kind: Schema.Literals(["stopped", "shutdown"]), run: Schema.NullOr(RunId) },
  success: Schema.Struct({ stopped: Schema.Boolean, run_id: Schema.NullOr(RunId) })
})

/** What the channel is doing now, as far as only the actor knows: the live run, and whether it waits for a slot. */
export const Inspect = Rpc.make("Inspect", {
  success: Schema.Struct({
    run_id: Schema.NullOr(RunId),
    waiting_for: Schema.NullOr(Schema.Literals(["turn", "slot"]))
  })
})

/** An approval was decided: look at the table. */
export const Decide = Rpc.make("Decide")

/** A row joined the queue while a run is at work: steer or interrupt, as the channel is set. */
export const Nudge = Rpc.make("Nudge")

/** The session was taken off the channel's row: let go of its process. */
export const Reset = Rpc.make("Reset")

/** A message is likely soon: have a process ready. */
export const Prepare = Rpc.make("Prepare")

export const ChannelActor = Entity.make("Channel", [Wake, Stop, Inspect, Decide, Nudge, Reset, Prepare])
