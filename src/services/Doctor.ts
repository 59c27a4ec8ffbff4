/** What `loop doctor` finds, asked by the server itself. */
import { Context, Schema, type Effect } from "effect"
import type { Finding } from "../domain/Finding.ts"

/** The doctor could not be asked; `detail` is its last words. */
export class DoctorFailed extends Schema.TaggedError<DoctorFailed>()("DoctorFailed", { detail: Schema.String }) {
  override get message() {
    return `The doctor gave no answer (${this.detail}). Run "loop doctor" in a terminal.`
  }
}

export class Doctor extends Context.Service<
  Doctor,
  {
    /** Takes some seconds; those who ask meanwhile share the answer. */
    readonly examine: Effect.Effect<ReadonlyArray<Finding>, DoctorFailed>
  }
>()("loop/services/Doctor") {}
