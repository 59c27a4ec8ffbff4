/** Loop as a service of the user's own service manager: started at login or boot, and again whenever it ends. */
import { Context, Schema, type Effect } from "effect"
import type { Look } from "../domain/daemon/Look.ts"
import type { Service } from "../domain/daemon/Service.ts"

/** The service manager did not do what it was asked for; `message` is a sentence and the next step. */
export class DaemonFailed extends Schema.TaggedError<DaemonFailed>()("DaemonFailed", { message: Schema.String }) {}

export interface Started {
  /** As it was seen last: it is up, still on its way up, or it does not stay up. */
  readonly look: Look
  /** Sentences about what could not be arranged beside it. */
  readonly notes: ReadonlyArray<string>
}

export class Daemon extends Context.Service<
  Daemon,
  {
    /** Undefined where it is not installed. */
    readonly look: Effect.Effect<Look | undefined, DaemonFailed>
    /** Writes the service anew and starts it; where it runs, that process ends first and leaves its turns to the new one. */
    readonly restart: (service: Service) => Effect.Effect<Started, DaemonFailed>
    /** Ends what runs in order, as Ctrl-C does, and removes the service. False where there is none. */
    readonly stop: Effect.Effect<boolean, DaemonFailed>
  }
>()("loop/services/Daemon") {}
