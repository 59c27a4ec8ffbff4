/**
 * The only way from a box to the model: one socket per agent process, owned by the supervisor. The relay adds the key
 * outside the box, honours the host's proxies towards the API, and owns the retry policy.
 */
import { Context, Effect, Schema, type Scope } from "effect"
import type { CallUsage } from "../domain/budget/Prices.ts"
import type { ProcessId, RunId } from "../domain/Ids.ts"

export class RelayError extends Schema.TaggedError<RelayError>()("RelayError", {
  socket: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `The model socket ${this.socket} could not be opened`
  }
}

/** A call as the agent asks for it. `bytes`: of its body; `maxTokens`: of the answer, 0 where it names none. */
export interface ModelCall {
  readonly model: string
  readonly bytes: number
  readonly maxTokens: number
}

/** What a call has used. `estimated`: its answer broke off before it told all. */
export interface ModelUse {
  readonly model: string
  readonly usage: CallUsage
  readonly estimated: boolean
}

/** `Go`: `ended` must be called once, with null where nothing was answered. `Stop`: the agent is told why. */
export type Admission =
  | {
      readonly _tag: "Go"
      /** In place of the model that was asked for. */
      readonly model: string | null
      readonly ended: (use: ModelUse | null) => Effect.Effect<void>
    }
  | { readonly _tag: "Stop"; readonly sentence: string }

/** Who is asked before each model call of a run, and told what it has used. */
export interface RelayWatch {
  /** Returns when the call may be made, or never may. */
  readonly admit: (run: RunId, call: ModelCall) => Effect.Effect<Admission>
  /** The API refuses the run's calls until then (epoch milliseconds). The model to go on with; null: none. */
  readonly limited: (run: RunId, model: string, until: number) => Effect.Effect<string | null>
}

/** Nobody counts. */
export const unwatched: RelayWatch = {
  admit: () => Effect.succeed({ _tag: "Go", model: null, ended: () => Effect.void }),
  limited: () => Effect.succeed(null)
}

/** `id` names the occasion: it is told once. `mend` is the next step. */
export interface CredentialNotice {
  readonly id: string
  readonly detail: string
  readonly mend: string
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
    readonly open: (processId: ProcessId, watch: RelayWatch) => Effect.Effect<RelayLine, RelayError, Scope.Scope>
    /** Removes the process's socket directory. */
    readonly discard: (processId: ProcessId) => Effect.Effect<void>
    /** Renews the OAuth token where its end is near. For the server alone, which is the one that renews. */
    readonly renew: Effect.Effect<void>
    /** What is wrong with the OAuth token; undefined where nothing is, or none is configured. */
    readonly notice: Effect.Effect<CredentialNotice | undefined>
    /**
     * One cheap request upstream with the configured credentials: undefined when they are accepted, else the HTTP
     * status (0: unreachable) and the API's own words.
     */
    readonly check: Effect.Effect<{ readonly status: number; readonly detail: string } | undefined>
  }
>()("loop/services/ModelRelay") {}
