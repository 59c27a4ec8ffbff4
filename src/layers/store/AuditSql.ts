/** `Audit` in SQL. That rows are only ever added is the table's own rule (`migrations/0011_access`). */
import { Clock, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId } from "../../domain/Ids.ts"
import { identityOf, type Subject } from "../../domain/Subject.ts"
import { type Act, Audit, type AuditFilter, Via } from "../../services/Audit.ts"
import { Masking } from "../../services/Masking.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  id: Schema.Int,
  at: Schema.Int,
  actor_kind: Schema.Literals(["owner", "token", "person", "hook", "system", "run"]),
  actor: Schema.String,
  actor_name: Schema.String,
  via: Schema.String,
  action: Schema.String,
  target: Schema.String,
  channel_id: Schema.NullOr(ChannelId),
  outcome: Schema.Literals(["done", "denied", "failed"]),
  detail: Schema.fromJsonString(Schema.Json)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

/**
 * Within it a refusal of the same act says nothing new, of whatever: targets can be made up, and whoever is refused must not
 * fill the disk. What else such a row has of theirs is short.
 */
const oncePer = Duration.toMillis("1 minute")
const longestTarget = 200
const longestDetail = 2000

const viaOf = (subject: Subject, face: string): string => {
  if (subject.kind === "person") return subject.platform
  return subject.kind === "run" ? "agent" : face
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const masker = yield* Masking

  const record = Effect.fn("Audit.record")(function* (act: Act) {
    const { action, actor: subject, channel_id = null, detail = {}, outcome = "done" } = act
    const { id: actor, name } = identityOf(subject)
    // A row never changes, so what is in it must be fit to be shown from the first.
    const actor_name = masker.text(name)
    const denied = outcome === "denied"
    const named = masker.text(act.target)
    const target = denied ? named.slice(0, longestTarget) : named
    const at = yield* Clock.currentTimeMillis
    if (denied) {
      const again = yield* sql`SELECT 1 FROM audit WHERE at > ${at - oncePer} AND outcome = 'denied'
        AND actor_kind = ${subject.kind} AND actor = ${actor} AND action = ${action} LIMIT 1`
      if (again.length > 0) return
    }
    const via = viaOf(subject, yield* Via)
    const row = { at, actor_kind: subject.kind, actor, actor_name, via, action, target, place: channel_id, outcome }
    const facts = JSON.stringify(masker.data(detail))
    const short = denied && facts.length > longestDetail ? "{}" : facts
    yield* sql`INSERT INTO audit ${sql.insert({ ...row, detail: short })}`
  }, orStoreError("Audit.record"))

  const list = Effect.fn("Audit.list")(function* ({ channel, limit, since = 0 }: AuditFilter) {
    const there =
      channel === undefined
        ? sql.literal("1 = 1")
        : sql`(place = ${channel} OR place IN (SELECT channel_id FROM channels WHERE parent_id = ${channel}))`
    const columns = sql.literal(
      "id, at, actor_kind, actor, actor_name, via, action, target, place AS channel_id, outcome, detail"
    )
    return yield* decode(
      yield* sql`SELECT ${columns} FROM audit WHERE ${there} AND at >= ${since} ORDER BY id DESC LIMIT ${limit}`
    )
  }, orStoreError("Audit.list"))

  return Audit.of({ record, list })
})

export const layer = Layer.effect(Audit, make)
