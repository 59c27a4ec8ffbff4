import { assert, describe, it } from "@effect/vitest"
import { Effect, References } from "effect"
import { StoreError } from "../../src/services/Store.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

interface Health {
  readonly status: string
  readonly version: string
  readonly platforms: unknown
  readonly model: unknown
}

const health = Effect.fnUntraced(function* (query = "") {
  const api = yield* Api
  const { json, status } = yield* api.bare(`/health${query}`)
  return { code: status, body: json as Health }
})

const connected = { state: "connected", last_event_at: 1_700_000_000_000 } as const
const down = { state: "down", last_event_at: null, reason: "Discord refuses the token." } as const

describe("health", () => {
  it.live("is ok, for everybody, while everything works", () =>
    Effect.gen(function* () {
      const { body, code } = yield* health("?strict=1")
      assert.strictEqual(code, 200)
      assert.strictEqual(body.status, "ok")
      assert.match(body.version, /^\d+\.\d+\.\d+/)
      const at = new Date(connected.last_event_at).toISOString()
      assert.deepStrictEqual(body.model, { state: "ok" })
      assert.deepStrictEqual(body.platforms, { local: { state: "connected", last_event_at: at } })
    }).pipe(Effect.provide(ApiLayer.layer({ health: { local: connected } })))
  )

  it.live("is degraded while a platform is down, which only a strict caller takes for a failure", () =>
    Effect.gen(function* () {
      const plain = yield* health()
      assert.deepStrictEqual([plain.code, plain.body.status], [200, "degraded"])
      const strict = yield* health("?strict=1")
      assert.deepStrictEqual([strict.code, strict.body.status], [503, "degraded"])
      assert.deepInclude(plain.body.platforms, {
        discord: { state: "down", last_event_at: null, reason: "Discord refuses the token." }
      })
    }).pipe(Effect.provide(ApiLayer.layer({ health: { local: connected, discord: down } })))
  )

  it.live("is degraded while the model's token cannot be renewed, and says what to do to those with a token", () =>
    Effect.gen(function* () {
      const { body, code } = yield* health()
      assert.deepStrictEqual([code, body.status], [200, "degraded"])
      assert.deepStrictEqual(body.model, { state: "failing" })
      const { json } = yield* (yield* Api).call("GET", "/health")
      assert.deepStrictEqual((json as Health).model, { state: "failing", reason: "The token ends. Log in again." })
    }).pipe(Effect.provide(ApiLayer.layer({ notice: { id: "1", detail: "The token ends", mend: "Log in again." } })))
  )

  it.live("has failed when nothing can be stored", () =>
    Effect.gen(function* () {
      const { body, code } = yield* health()
      assert.deepStrictEqual([code, body.status], [503, "failed"])
    }).pipe(
      Effect.provide(
        ApiLayer.layer({
          store: (real) => ({
            ...real,
            writable: Effect.fail(new StoreError({ operation: "probe", reason: "disk_full", cause: "full" }))
          })
        })
      ),
      Effect.provideService(References.MinimumLogLevel, "None")
    )
  )
})
