/** `/api/tokens`: what programs and other people call this server with. */
import { Redacted, Schema } from "effect"
import { TokenScope } from "../domain/Access.ts"
import { instant } from "../domain/Views.ts"
import type { TokenRow } from "../services/ScopedTokens.ts"
import { TokenControl } from "../services/TokenControl.ts"
import { invalidField } from "./Problem.ts"
import { route } from "./Route.ts"
import { Instant } from "./Shapes.ts"

const token = {
  id: Schema.String,
  name: Schema.String,
  scope: TokenScope,
  created_at: Instant,
  expires_at: Schema.optionalKey(Instant)
}
export const TokenShape = Schema.Struct(token).annotate({ identifier: "Token" })

const shown = ({ created_at, expires_at, name, scope, token_id }: TokenRow): typeof TokenShape.Type => ({
  id: token_id,
  name,
  scope,
  created_at: instant(created_at),
  ...(expires_at !== null && { expires_at: instant(expires_at) })
})

const create = route(
  "POST",
  "/api/tokens",
  {
    summary:
      "Makes a token; its secret is in this answer and nowhere else. For who may do all that it allows, and `admin`",
    body: Schema.Struct({
      name: Schema.NonEmptyString.check(Schema.isMaxLength(100)),
      scope: TokenScope,
      expires_at: Schema.optionalKey(Instant)
    }),
    answer: {
      status: 201,
      description: "The token",
      schema: Schema.Struct({ ...token, secret: Schema.String })
    },
    problems: [404],
    reveals: true
  },
  function* ({ body: { expires_at, ...draft }, subject }) {
    const ends = expires_at === undefined ? undefined : Date.parse(expires_at)
    if (ends !== undefined && Number.isNaN(ends)) return yield* invalidField("expires_at", "is an RFC 3339 instant")
    const wanted = { ...draft, ...(ends !== undefined && { expires_at: ends }) }
    const { row, secret } = yield* TokenControl.use((control) => control.create(subject, wanted))
    return { ...shown(row), secret: Redacted.value(secret) }
  }
)

const list = route(
  "GET",
  "/api/tokens",
  {
    summary: "The tokens that are good now and that you could have made, without their secrets",
    answer: { status: 200, description: "The tokens", schema: Schema.Array(TokenShape) }
  },
  function* ({ subject }) {
    return (yield* TokenControl.use((control) => control.list(subject))).map(shown)
  }
)

const revoke = route(
  "DELETE",
  "/api/tokens/{id}",
  {
    summary: "Takes a token back at once, with those that were made with it, its page sessions and its event streams",
    answer: { status: 204, description: "Revoked" },
    problems: [404]
  },
  function* ({ params, subject }) {
    yield* TokenControl.use((control) => control.revoke(subject, params["id"] ?? ""))
    return undefined
  }
)

export const tokenRoutes = [create, list, revoke]
