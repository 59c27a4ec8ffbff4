/** `UsageLimits` in SQL. */
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId } from "../../domain/Ids.ts"
import { type UsageLimit, UsageLimits } from "../../services/UsageLimits.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  channel_id: ChannelId,
  until: Schema.Int,
  fallback: Schema.NullOr(Schema.String),
  since: Schema.Int
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const set = Effect.fn("UsageLimits.set")(function* (limit: UsageLimit) {
    const { channel_id: _, ...rest } = limit
    yield* sql`INSERT INTO usage_limits ${sql.insert({ ...limit })}
      ON CONFLICT (channel_id) DO UPDATE SET ${sql.update(rest)}`
  }, orStoreError("UsageLimits.set"))

  const get = Effect.fn("UsageLimits.get")(function* (channel: ChannelId, now: number) {
    const rows = yield* sql`SELECT * FROM usage_limits WHERE channel_id = ${channel} AND until > ${now}`
    return (yield* decode(rows))[0]
  }, orStoreError("UsageLimits.get"))

  const lift = Effect.fn("UsageLimits.lift")(function* (channel: ChannelId) {
    const rows = yield* sql`DELETE FROM usage_limits WHERE channel_id = ${channel} RETURNING channel_id`
    return rows.length > 0
  }, orStoreError("UsageLimits.lift"))

  return UsageLimits.of({ set, get, lift })
})

export const layer = Layer.effect(UsageLimits, make)
