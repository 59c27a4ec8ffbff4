/**
 * The only way from a box to the model: one socket per agent process, owned by the supervisor. The relay adds the key
 * outside the box, honours the host's proxies towards the API, and owns the retry policy.
 */
import { Context, Schema, type Effect, type Scope } from "effect"
import type { ProcessId, RunId } from "../domain/Ids.ts"

export class RelayError extends Schema.TaggedError<RelayError>()("RelayError", {
  socket: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `The model socket ${this.socket} could not be opened`
  }
}

export interface RelayLine {
  /** Host directory (short path) with `model.sock` in it; mount it read-only. */
  readonly socketDir: string
  /**
   * The run whose requests are let through from now on; null lets none through (403).
   * Upstream failures are counted per request; when `anthropic_max_retries` is used up, and at once for
   * 400/401/403/413, the answer carries `x-should-retry: false`.
   */
  readonly assign: (run: RunId | null) => Effect.Effect<void>
}

export class ModelRelay extends Context.Service<
  ModelRelay,
  {
    /** Binds (anew) the process's socket. Closed with the scope; the directory stays until `discard`. */
    readonly open: (processId: ProcessId) => Effect.Effect<RelayLine, RelayError, Scope.Scope>
    /** Removes the process's socket directory. */
    readonly discard: (processId: ProcessId) => Effect.Effect<void>
    /**
     * One cheap request upstream with the configured credentials: undefined when they are accepted, else the HTTP
     * status (0: unreachable) and the API's own words.
     */
    readonly check: Effect.Effect<{ readonly status: number; readonly detail: string } | undefined>
  }
>()("loop/services/ModelRelay") {}
