/**
 * Files that wait in LOOP_HOME to be delivered, copied when they were sent: where they came from belongs to the agent and
 * may change or vanish meanwhile.
 */
import { Context, Schema, type Effect } from "effect"
import type { ChannelId } from "../domain/Ids.ts"

export class OutgoingError extends Schema.TaggedError<OutgoingError>()("OutgoingError", {
  reason: Schema.Literals(["disk_full", "gone", "other"]),
  cause: Schema.Defect()
}) {
  override get message() {
    return `A file that is to be delivered could not be kept or read (${this.reason})`
  }
}

/** One that is kept. */
export interface Kept {
  /** Its name there; a file's own name is never a path. */
  readonly id: string
  /** Absolute. */
  readonly path: string
}

export class Outgoing extends Context.Service<
  Outgoing,
  {
    readonly keep: (data: Uint8Array) => Effect.Effect<Kept, OutgoingError>
    /** The bytes; `gone` when they are no longer there. */
    readonly read: (id: string) => Effect.Effect<Uint8Array, OutgoingError>
    readonly remove: (id: string) => Effect.Effect<void>
    /** Keeps a file for good, with a channel of this server's own. */
    readonly keepFor: (channel: ChannelId, data: Uint8Array) => Effect.Effect<Kept, OutgoingError>
    readonly readFor: (channel: ChannelId, id: string) => Effect.Effect<Uint8Array<ArrayBuffer>, OutgoingError>
    /** Removes all that are not needed and were kept more than an hour ago. */
    readonly sweep: (needed: ReadonlySet<string>) => Effect.Effect<void>
  }
>()("loop/services/Outgoing") {}
