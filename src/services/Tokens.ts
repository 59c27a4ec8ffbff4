/** Rows of `tokens`: who may call the server. Only hashes are stored. */
import { Context, type Effect, type Redacted } from "effect"
import type { PlatformName } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/**
 * Who acts: the holder of the owner's token, Loop by itself (what a platform tells of its own places, tasks), or a person
 * on a chat platform with the role ids that the event told of them.
 */
export type Subject =
  | { readonly kind: "owner"; readonly token_id: string }
  | { readonly kind: "system" }
  | {
      readonly kind: "person"
      readonly platform: PlatformName
      readonly person_id: string
      readonly name: string
      readonly roles: ReadonlyArray<string>
    }

export class Tokens extends Context.Service<
  Tokens,
  {
    /** The owner's token, made at first start and kept in `LOOP_HOME/token` (0600). */
    readonly owner: Effect.Effect<Redacted.Redacted<string>, StoreError>
    /** Who a secret belongs to; undefined when nobody. Compares in constant time. */
    readonly verify: (secret: Redacted.Redacted<string>) => Effect.Effect<Subject | undefined, StoreError>
  }
>()("loop/services/Tokens") {}
