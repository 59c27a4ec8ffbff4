/** `EgressAsks` in SQL. */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Buttons from "../../domain/egress/Buttons.ts"
import { AskId, type ChannelId, ChannelId as ChannelIdSchema, RunId } from "../../domain/Ids.ts"
import { onceLasts } from "../../domain/egress/Policy.ts"
import * as Words from "../../domain/egress/Words.ts"
import { type AskDecision, type EgressAsk, EgressAsks } from "../../services/EgressAsks.ts"
import { Journal } from "../../services/Journal.ts"
import { orStoreError } from "./Errors.ts"
import * as Saying from "./Saying.ts"

const Row = Schema.Struct({
  ask_id: AskId,
  channel_id: ChannelIdSchema,
  run_id: RunId,
  host: Schema.String,
  port: Schema.Int,
  asked_at: Schema.Int,
  decision: Schema.NullOr(Schema.Literals(["once", "channel"])),
  decided_at: Schema.NullOr(Schema.Int),
  decided_by: Schema.NullOr(Schema.String)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const journal = yield* Journal
  const saying = yield* Saying.make

  const ask = Effect.fn("EgressAsks.ask")(function* (row: Omit<EgressAsk, "decision" | "decided_at" | "decided_by">) {
    const rows = yield* sql`INSERT INTO egress_asks ${sql.insert({ ...row })}
      ON CONFLICT (run_id, host, port) DO NOTHING RETURNING ask_id`
    return rows.length > 0
  }, orStoreError("EgressAsks.ask"))

  const get = Effect.fn("EgressAsks.get")(function* (id: AskId) {
    return (yield* decode(yield* sql`SELECT * FROM egress_asks WHERE ask_id = ${id}`))[0]
  }, orStoreError("EgressAsks.get"))

  const decide = Effect.fn("EgressAsks.decide")(
    function* (id: AskId, decision: AskDecision, by: string | null) {
      const decided_at = yield* Clock.currentTimeMillis
      const rows = yield* sql`UPDATE egress_asks SET ${sql.update({ decision, decided_at, decided_by: by })}
        WHERE ask_id = ${id} AND decision IS NULL RETURNING *`
      const [decided] = yield* decode(rows)
      if (decided === undefined) return false
      const { channel_id, host, port, run_id } = decided
      const data = { ask_id: id, host, port, decision: `allowed_${decision}`, ...(by !== null && { by }) }
      yield* journal.append([{ type: "run.egress", at: decided_at, channel_id, run_id, data }])
      const where = `${host}:${port}`
      yield* saying.amend(run_id, Buttons.cardKey(where), Words.decided(where, decision, by))
      return true
    },
    sql.withTransaction,
    orStoreError("EgressAsks.decide")
  )

  const granted = Effect.fn("EgressAsks.granted")(function* (channel: ChannelId, now: number) {
    return yield* sql<{ readonly host: string; readonly port: number }>`SELECT host, port FROM egress_asks
      WHERE channel_id = ${channel} AND decision = 'once' AND decided_at > ${now - onceLasts}`
  }, orStoreError("EgressAsks.granted"))

  return EgressAsks.of({ ask, get, decide, granted })
})

export const layer = Layer.effect(EgressAsks, make)
