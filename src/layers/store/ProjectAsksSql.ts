/** `ProjectAsks` in SQL. */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { AskId, ChannelId, RunId } from "../../domain/Ids.ts"
import * as Words from "../../domain/project/Words.ts"
import { type NewProjectAsk, type ProjectAsk, ProjectAsks } from "../../services/ProjectAsks.ts"
import { orStoreError } from "./Errors.ts"
import * as Saying from "./Saying.ts"

const Row = Schema.Struct({
  ask_id: AskId,
  channel_id: ChannelId,
  hash: Schema.String,
  directory: Schema.String,
  keys: Schema.fromJsonString(Schema.Array(Schema.String)),
  content: Schema.String,
  run_id: Schema.NullOr(RunId),
  asked_at: Schema.Int,
  decision: Schema.NullOr(Schema.Literals(["approved", "declined", "superseded"])),
  decided_at: Schema.NullOr(Schema.Int),
  decided_by: Schema.NullOr(Schema.String)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
const encode = Schema.encodeEffect(Row)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const saying = yield* Saying.make

  const amend = ({ ask_id, run_id }: ProjectAsk, text: string) =>
    run_id === null ? Effect.void : saying.amend(run_id, Words.cardKey(ask_id), text)

  const ask = Effect.fn("ProjectAsks.ask")(
    function* (asked: NewProjectAsk) {
      const row = yield* encode({ ...asked, decision: null, decided_at: null, decided_by: null })
      const { ask_id, channel_id } = asked
      // What was approved or asked about before, and is again what the file says, is asked about anew.
      const fresh = yield* sql`INSERT INTO project_asks ${sql.insert(row)}
        ON CONFLICT (channel_id, hash) DO UPDATE SET ${sql.update(row)} WHERE project_asks.decision = 'superseded'
        RETURNING ask_id`
      if (fresh.length === 0) return false
      const waited = yield* sql`UPDATE project_asks SET decision = 'superseded'
        WHERE channel_id = ${channel_id} AND decision IS NULL AND ask_id <> ${ask_id} RETURNING *`
      for (const one of yield* decode(waited)) yield* amend(one, Words.changedSince(one.keys))
      return true
    },
    sql.withTransaction,
    orStoreError("ProjectAsks.ask")
  )

  const get = Effect.fn("ProjectAsks.get")(function* (id: AskId) {
    return (yield* decode(yield* sql`SELECT * FROM project_asks WHERE ask_id = ${id}`))[0]
  }, orStoreError("ProjectAsks.get"))

  const of = Effect.fn("ProjectAsks.of")(function* (channel: ChannelId, hash: string) {
    const rows = sql`SELECT * FROM project_asks WHERE channel_id = ${channel} AND hash = ${hash}`
    return (yield* decode(yield* rows))[0]
  }, orStoreError("ProjectAsks.of"))

  const approved = Effect.fn("ProjectAsks.approved")(function* (channel: ChannelId) {
    const rows = sql`SELECT * FROM project_asks WHERE channel_id = ${channel} AND decision = 'approved'
      AND hash = (SELECT approved_project FROM channels WHERE channel_id = ${channel})`
    return (yield* decode(yield* rows))[0]
  }, orStoreError("ProjectAsks.approved"))

  const decide = Effect.fn("ProjectAsks.decide")(
    function* (id: AskId, decision: Words.Decision, by: string | null) {
      const decided_at = yield* Clock.currentTimeMillis
      const open =
        decision === "approved"
          ? sql`(decision IS NULL OR decision = 'declined')`
          : sql`(decision IS NULL OR decision = 'approved')`
      const rows = yield* sql`UPDATE project_asks SET ${sql.update({ decision, decided_at, decided_by: by })}
        WHERE ask_id = ${id} AND ${open} RETURNING *`
      const [decided] = yield* decode(rows)
      if (decided === undefined) return false
      const { channel_id, hash, keys } = decided
      if (decision === "approved") {
        yield* sql`UPDATE project_asks SET decision = 'superseded'
          WHERE channel_id = ${channel_id} AND decision = 'approved' AND ask_id <> ${id}`
        yield* sql`UPDATE channels SET approved_project = ${hash} WHERE channel_id = ${channel_id}`
      } else {
        yield* sql`UPDATE channels SET approved_project = NULL
          WHERE channel_id = ${channel_id} AND approved_project = ${hash}`
      }
      yield* amend(decided, Words.decided(keys, decision, by))
      return true
    },
    sql.withTransaction,
    orStoreError("ProjectAsks.decide")
  )

  return ProjectAsks.of({ ask, get, of, approved, decide })
})

export const layer = Layer.effect(ProjectAsks, make)
