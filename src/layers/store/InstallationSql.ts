/** `Installation` in SQL: one row of `meta`. */
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { Grants, hasOwner as ownsAny, none, OwnGrants } from "../../domain/chat/Grants.ts"
import { Installation } from "../../services/Installation.ts"
import { orStoreError } from "./Errors.ts"
import { readMeta, writeMeta } from "./Meta.ts"

const key = "grants"
const Stored = Schema.fromJsonString(Grants)
const decode = Schema.decodeUnknownEffect(Stored)
const encode = Schema.encodeEffect(Stored)
const decodeRows = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ permissions: Schema.fromJsonString(OwnGrants) }))
)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const read = Effect.gen(function* () {
    const value = yield* readMeta(sql, key)
    return value === undefined ? none : yield* decode(value)
  })

  const grant = Effect.fn("Installation.grant")(
    function* (change: (grants: Grants) => Grants) {
      const changed = change(yield* read)
      yield* writeMeta(sql, key, yield* encode(changed))
      return changed
    },
    sql.withTransaction,
    orStoreError("Installation.grant")
  )

  const hasOwner = Effect.gen(function* () {
    if (ownsAny(yield* read)) return true
    const rows = yield* decodeRows(yield* sql`SELECT permissions FROM channels WHERE permissions <> '{}'`)
    return rows.some(({ permissions }) => ownsAny(permissions))
  }).pipe(orStoreError("Installation.hasOwner"), Effect.withSpan("Installation.hasOwner"))

  return Installation.of({
    grants: read.pipe(orStoreError("Installation.grants"), Effect.withSpan("Installation.grants")),
    grant,
    hasOwner
  })
})

export const layer = Layer.effect(Installation, make)
