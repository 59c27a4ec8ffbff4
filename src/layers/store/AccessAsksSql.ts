/** `AccessAsks` in SQL. */
import { Clock, Duration, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import * as Card from "../../domain/access/Card.ts"
import { AskId, ChannelId } from "../../domain/Ids.ts"
import { type AccessAsk, AccessAsks } from "../../services/AccessAsks.ts"
import { orStoreError } from "./Errors.ts"
import * as Saying from "./Saying.ts"

const Row = Schema.Struct({
  ask_id: AskId,
  channel_id: ChannelId,
  person_id: Schema.String,
  name: Schema.String,
  asked_at: Schema.Int,
  decision: Schema.NullOr(Schema.Literals(Card.decisions))
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))

const day = Duration.toMillis("1 day")
/** Cards in a day: however many strangers there are, owners are asked no more often. */
const mostInChannel = 5
const mostAtAll = 20

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const saying = yield* Saying.make
  const columns = sql.literal("ask_id, channel_id, person_id, name, asked_at, decision")

  const ask = Effect.fn("AccessAsks.ask")(function* (row: Omit<AccessAsk, "decision">) {
    const { ask_id, asked_at, channel_id, name, person_id } = row
    const since = asked_at - day
    const rows = yield* sql`INSERT INTO access_asks (ask_id, channel_id, person_id, name, asked_at)
      SELECT ${ask_id}, ${channel_id}, ${person_id}, ${name}, ${asked_at}
      WHERE NOT EXISTS (SELECT 1 FROM access_asks WHERE channel_id = ${channel_id} AND person_id = ${person_id}
          AND (decision IS NULL OR decision = 'ignore' OR asked_at > ${since}))
        AND (SELECT COUNT(*) FROM access_asks WHERE channel_id = ${channel_id} AND asked_at > ${since}) < ${mostInChannel}
        AND (SELECT COUNT(*) FROM access_asks WHERE asked_at > ${since}) < ${mostAtAll}
      RETURNING ask_id`
    return rows.length > 0
  }, orStoreError("AccessAsks.ask"))

  const get = Effect.fn("AccessAsks.get")(function* (id: AskId) {
    return (yield* decode(yield* sql`SELECT ${columns} FROM access_asks WHERE ask_id = ${id}`))[0]
  }, orStoreError("AccessAsks.get"))

  const isIgnored = Effect.fn("AccessAsks.isIgnored")(function* (channel: ChannelId, person: string) {
    const rows = yield* sql`SELECT 1 FROM access_asks
      WHERE channel_id = ${channel} AND person_id = ${person} AND decision = 'ignore' LIMIT 1`
    return rows.length > 0
  }, orStoreError("AccessAsks.isIgnored"))

  const decide = Effect.fn("AccessAsks.decide")(
    function* (id: AskId, decision: Card.Decision, by: string | null) {
      const changes = { decision, decided_at: yield* Clock.currentTimeMillis, decided_by: by }
      const rows = yield* sql`UPDATE access_asks SET ${sql.update(changes)}
        WHERE ask_id = ${id} AND decision IS NULL RETURNING ${columns}`
      const [ask] = yield* decode(rows)
      if (ask === undefined) return false
      yield* saying.amend(null, Card.cardKey(id), Card.decided(ask.name, ask.person_id, decision, by))
      return true
    },
    sql.withTransaction,
    orStoreError("AccessAsks.decide")
  )

  return AccessAsks.of({ ask, get, isIgnored, decide })
})

export const layer = Layer.effect(AccessAsks, make)
