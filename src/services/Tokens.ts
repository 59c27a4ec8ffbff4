/** Rows of `tokens`: who may call the server. Only hashes are stored. */
import { Context, type Effect, type Redacted, type Stream } from "effect"
import type { Subject } from "../domain/Subject.ts"
import type { StoreError } from "./Store.ts"

export type { Subject } from "../domain/Subject.ts"

export class Tokens extends Context.Service<
  Tokens,
  {
    /** The owner's token, made at first start and kept in `LOOP_HOME/token` (0600). */
    readonly owner: Effect.Effect<Redacted.Redacted<string>, StoreError>
    /** Who a secret belongs to; undefined when nobody. Compares in constant time. */
    readonly verify: (secret: Redacted.Redacted<string>) => Effect.Effect<Subject | undefined, StoreError>
    /** At the start, and at once whenever another token may stand in the file. */
    readonly changes: Stream.Stream<void, StoreError>
  }
>()("loop/services/Tokens") {}
