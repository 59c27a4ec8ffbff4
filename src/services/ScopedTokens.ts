/** Rows of `tokens`: what an owner has given to programs and people, each with a scope. Only hashes are stored. */
import { Context, type Effect, type Redacted } from "effect"
import type { TokenScope } from "../domain/Access.ts"
import type { StoreError } from "./Store.ts"

/** Instants are epoch milliseconds. */
export interface TokenRow {
  readonly token_id: string
  readonly name: string
  readonly scope: TokenScope
  readonly created_at: number
  /** The token that it was made with, and ends with; null: the owner's own. */
  readonly created_by: string | null
  /** Null: it does not end by itself. */
  readonly expires_at: number | null
  readonly revoked_at: number | null
}

export class ScopedTokens extends Context.Service<
  ScopedTokens,
  {
    /** The secret is told here and never again. */
    readonly create: (
      draft: Pick<TokenRow, "name" | "scope" | "created_by" | "expires_at">
    ) => Effect.Effect<{ readonly row: TokenRow; readonly secret: Redacted.Redacted<string> }, StoreError>
    /** Those that are neither revoked nor expired, oldest first. */
    readonly list: Effect.Effect<ReadonlyArray<TokenRow>, StoreError>
    /** The token, if it is good now; undefined when it was revoked, has expired, or never was. */
    readonly get: (id: string) => Effect.Effect<TokenRow | undefined, StoreError>
    /** Which good token a secret is of. Compares in constant time. */
    readonly verify: (secret: Redacted.Redacted<string>) => Effect.Effect<TokenRow | undefined, StoreError>
    /** Takes it back at once, with those that were made with it; how many. */
    readonly revoke: (id: string) => Effect.Effect<number, StoreError>
    /** Returns as soon as the token is not good any more: revoked, or expired. */
    readonly ended: (id: string) => Effect.Effect<void, StoreError>
    /** What a page session of the token is keyed with, besides the owner's secret; undefined for one that is not good. */
    readonly seal: (id: string) => Effect.Effect<string | undefined, StoreError>
  }
>()("loop/services/ScopedTokens") {}
