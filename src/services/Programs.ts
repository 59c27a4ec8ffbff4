/** Other programs of this machine, run to their end: by their words, never through a shell. */
import { Context, Schema, type Effect } from "effect"

/** `missing`: it is not installed; `timeout`: it was ended because it took too long. */
export class ProgramFailed extends Schema.TaggedError<ProgramFailed>()("ProgramFailed", {
  program: Schema.String,
  reason: Schema.Literals(["missing", "timeout", "other"]),
  detail: Schema.String
}) {
  override get message() {
    return `${this.program} could not be run (${this.reason}: ${this.detail})`
  }
}

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export class Programs extends Context.Service<
  Programs,
  {
    /** Ends by itself after `seconds`, 30 without; `env` is added to ours. A code other than 0 is no failure. */
    readonly run: (
      program: string,
      args: ReadonlyArray<string>,
      options?: { readonly seconds?: number; readonly env?: Readonly<Record<string, string>> }
    ) => Effect.Effect<Ran, ProgramFailed>
  }
>()("loop/services/Programs") {}
