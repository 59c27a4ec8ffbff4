/**
 * Tokens as people and programs make and take them. Each call asks `Authorizer` for `administer` on everything that the
 * token's scope names, so that nobody can give what they do not have.
 */
import { Context, type Effect, type Redacted } from "effect"
import type { TokenScope } from "../domain/Access.ts"
import type { Subject } from "../domain/Subject.ts"
import type { ConversationError } from "./Conversations.ts"
import type { TokenRow } from "./ScopedTokens.ts"

export interface TokenDraft {
  readonly name: string
  readonly scope: TokenScope
  /** Epoch milliseconds; what a token makes ends with it at the latest. Left out: it does not end by itself. */
  readonly expires_at?: number
}

export class TokenControl extends Context.Service<
  TokenControl,
  {
    /** The secret is told here and never again. */
    readonly create: (
      subject: Subject,
      draft: TokenDraft
    ) => Effect.Effect<{ readonly row: TokenRow; readonly secret: Redacted.Redacted<string> }, ConversationError>
    /** Those that the subject could have made, oldest first. */
    readonly list: (subject: Subject) => Effect.Effect<ReadonlyArray<TokenRow>, ConversationError>
    /** At once, with those that were made with it. */
    readonly revoke: (subject: Subject, id: string) => Effect.Effect<void, ConversationError>
  }
>()("loop/services/TokenControl") {}
