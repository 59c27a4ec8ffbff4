/**
 * The ways from a box to other hosts: an HTTP proxy and named ports of this machine, each a socket in the process's
 * directory beside the model's, owned by the supervisor. The box has no network of its own.
 */
import { Context, Schema, type Effect, type Scope } from "effect"
import type { NetworkPolicy } from "../domain/Channel.ts"
import type { Grant, Refusal } from "../domain/egress/Policy.ts"
import type { Binding } from "../domain/secrets/Binding.ts"
import type { ProcessId } from "../domain/Ids.ts"
import type { RelayError } from "./ModelRelay.ts"

/** What holds for one process now. */
export interface EgressTerms {
  readonly policy: NetworkPolicy
  /** Hosts that people let through for a while. */
  readonly grants: ReadonlyArray<Grant>
  /** Added to what goes to their hosts. */
  readonly secrets: ReadonlyArray<Binding>
  /** Keys of the host's ssh-agent that may sign; see `isOffered`. */
  readonly sshKeys: ReadonlyArray<string>
}

/** What was decided about one connection or request. `refusal` null: it was let through. */
export interface EgressDecision {
  /** As `shownHost` writes it; what names no host is given as it was asked for. */
  readonly host: string
  readonly port: number
  readonly refusal: Refusal | null
  /** Names of the secrets that were added. */
  readonly secrets?: ReadonlyArray<string>
}

export class NotSigned extends Schema.TaggedError<NotSigned>()("NotSigned", { detail: Schema.String }) {
  override get message() {
    return this.detail
  }
}

export interface EgressWatch {
  /** Asked for every connection, so that a change of the policy holds at once. */
  readonly terms: Effect.Effect<EgressTerms>
  readonly decided: (decision: EgressDecision) => Effect.Effect<void>
  /** A connection that was let through has ended; `bytes`: both ways together. */
  /** Asked before the host's ssh-agent signs; a failure means that it does not. */
  readonly signing: (fingerprint: string, purpose: string) => Effect.Effect<void, NotSigned>
  readonly carried: (host: string, port: number, bytes: number) => Effect.Effect<void>
}

export class Egress extends Context.Service<
  Egress,
  {
    /**
     * Binds (anew) the sockets that the policy names as it is now: none at all for `none`. Closed, with everything that
     * goes through them, with the scope. The process's directory must be there.
     */
    readonly open: (processId: ProcessId, watch: EgressWatch) => Effect.Effect<void, RelayError, Scope.Scope>
  }
>()("loop/services/Egress") {}
