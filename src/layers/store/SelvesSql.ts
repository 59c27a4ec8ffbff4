/** `Selves` in SQL: one row of `meta` per platform. */
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Selves } from "../../services/Selves.ts"
import { orStoreError } from "./Errors.ts"
import { readMeta, writeMeta } from "./Meta.ts"

const Stored = Schema.fromJsonString(Schema.Struct({ id: Schema.String, name: Schema.String }))
const decode = Schema.decodeUnknownEffect(Stored)
const encode = Schema.encodeEffect(Stored)
const key = (platform: string) => `self:${platform}`

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  return Selves.of({
    of: Effect.fn("Selves.of")(function* (platform: string) {
      const stored = yield* readMeta(sql, key(platform))
      return stored === undefined ? undefined : yield* decode(stored)
    }, orStoreError("Selves.of")),
    keep: Effect.fn("Selves.keep")(function* (platform: string, self) {
      yield* writeMeta(sql, key(platform), yield* encode(self))
    }, orStoreError("Selves.keep"))
  })
})

export const layer = Layer.effect(Selves, make)
