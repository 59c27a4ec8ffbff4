/** Calls with a token that the owner has made. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { Access } from "../../src/domain/Access.ts"
import { Api } from "./Api.ts"

export interface Scoped {
  readonly id: string
  readonly secret: string
  readonly expires_at?: string
}

export interface Wish {
  readonly channels?: ReadonlyArray<string>
  readonly access?: Access
  readonly expires_at?: string
  /** The token that makes it; the owner's where it is left out. */
  readonly by?: string
}

/** The answer of who was asked to make it. */
export const ask = ({ access = "read", by, channels = ["*"], expires_at }: Wish) =>
  Effect.flatMap(Api, (api) =>
    api.call(
      "POST",
      "/api/tokens",
      {
        name: `${access} ${channels.join()}`,
        scope: { channels, access },
        ...(expires_at !== undefined && { expires_at })
      },
      { headers: { authorization: `Bearer ${by ?? api.token}` } }
    )
  )

export const make = Effect.fnUntraced(function* (wish: Wish) {
  const answer = yield* ask(wish)
  assert.strictEqual(answer.status, 201, answer.text)
  return answer.json as Scoped
})

/** A request with that token. */
export const as = ({ secret }: Scoped, method: string, path: string, json?: unknown) =>
  Effect.flatMap(Api, (api) => api.call(method, path, json, { headers: { authorization: `Bearer ${secret}` } }))
