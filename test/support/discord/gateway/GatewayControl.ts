/** What a test sees of the gateway, and how it breaks it. */
import type { Effect } from "effect"

export interface Identified {
  readonly intents: number
  readonly token: string
  readonly at: number
}

export interface Gateway {
  /** Every identify, in order. */
  readonly identified: ReadonlyArray<Identified>
  /** Resumes that were granted: the sequence from which they asked. */
  readonly resumed: ReadonlyArray<number>
  /** Epoch milliseconds of each heartbeat. */
  readonly heartbeats: ReadonlyArray<number>
  /** Why clients were turned away or went: close codes, in order. */
  readonly closed: ReadonlyArray<number>
  /** True while a session has a socket. */
  readonly connected: () => boolean
  /** True: heartbeats are heard and not answered. */
  withholdAcks: boolean
  /** Cuts the sockets without a close frame; sessions can be resumed. */
  readonly drop: Effect.Effect<void>
  /** Closes the sockets with a code; 1006 is a cut, since no frame can carry it. 4007 and 4009 end the session. */
  readonly close: (code: number) => Effect.Effect<void>
  /** Op 7: asks clients to reconnect and resume. */
  readonly reconnect: Effect.Effect<void>
  /** Op 9. Without `resumable` the sessions are over. */
  readonly invalidate: (resumable: boolean) => Effect.Effect<void>
  /** Ends sessions without a word: a later resume is refused. */
  readonly forget: Effect.Effect<void>
  /** Cuts the sockets; new connections wait until the effect that it gives is run. */
  readonly outage: Effect.Effect<{ readonly over: Effect.Effect<void> }>
}
