/** `PermissionRules` in SQL. */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ApprovalId, ChannelId } from "../../domain/Ids.ts"
import { Rule } from "../../domain/permissions/Rule.ts"
import { type PermissionRule, PermissionRules } from "../../services/PermissionRules.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  rule_id: Schema.String,
  channel_id: ChannelId,
  ...Rule.fields,
  approval_id: ApprovalId,
  made_at: Schema.Int,
  made_by: Schema.NullOr(Schema.String)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

const ruleOf = ({ kind, tool, value, ...row }: typeof Row.Type): PermissionRule => ({
  ...row,
  rule: { tool, kind, value }
})

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const inForce = (channels: ReadonlyArray<ChannelId>) => sql`revoked_at IS NULL AND ${sql.in("channel_id", channels)}`

  const list = Effect.fn("PermissionRules.list")(function* (channels: ReadonlyArray<ChannelId>) {
    const rows = yield* sql`SELECT * FROM permission_rules WHERE ${inForce(channels)} ORDER BY made_at, rule_id`
    return (yield* decode(rows)).map(ruleOf)
  }, orStoreError("PermissionRules.list"))

  const find = Effect.fn("PermissionRules.find")(function* (
    channels: ReadonlyArray<ChannelId>,
    { kind, tool, value }: Rule
  ) {
    const rows = yield* sql`SELECT * FROM permission_rules WHERE ${inForce(channels)}
      AND tool = ${tool} AND kind = ${kind} AND value = ${value} ORDER BY made_at, rule_id LIMIT 1`
    const [found] = yield* decode(rows)
    return found && ruleOf(found)
  }, orStoreError("PermissionRules.find"))

  const add = Effect.fn("PermissionRules.add")(
    function* ({ rule, ...row }: PermissionRule) {
      const known = yield* find([row.channel_id], rule)
      if (known !== undefined) return known
      yield* sql`INSERT INTO permission_rules ${sql.insert({ ...row, ...rule })}`
      return { ...row, rule }
    },
    sql.withTransaction,
    orStoreError("PermissionRules.add")
  )

  const revoke = Effect.fn("PermissionRules.revoke")(function* (id: string, by: string | null) {
    const now = yield* Clock.currentTimeMillis
    const rows = yield* sql`UPDATE permission_rules SET ${sql.update({ revoked_at: now, revoked_by: by })}
      WHERE rule_id = ${id} AND revoked_at IS NULL RETURNING rule_id`
    return rows.length > 0
  }, orStoreError("PermissionRules.revoke"))

  return PermissionRules.of({ add, list, find, revoke })
})

export const layer = Layer.effect(PermissionRules, make)
