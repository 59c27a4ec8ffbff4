/** `Processes` in SQL. */
import { Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import type { ProcessId, SessionId } from "../../domain/Ids.ts"
import { Processes, ProcessRow } from "../../services/Processes.ts"
import { orStoreError } from "./Errors.ts"

const decode = Schema.decodeUnknownEffect(Schema.Array(ProcessRow))
const encode = Schema.encodeEffect(ProcessRow)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const insert = Effect.fn("Processes.insert")(function* (row: ProcessRow) {
    yield* sql`INSERT INTO processes ${sql.insert(yield* encode(row))}`
  }, orStoreError("Processes.insert"))

  const get = Effect.fn("Processes.get")(function* (id: ProcessId) {
    return (yield* decode(yield* sql`SELECT * FROM processes WHERE process_id = ${id}`))[0]
  }, orStoreError("Processes.get"))

  const list = sql`SELECT * FROM processes ORDER BY started_at, process_id`.pipe(
    Effect.flatMap(decode),
    orStoreError("Processes.list"),
    Effect.withSpan("Processes.list")
  )

  const advance = Effect.fn("Processes.advance")(function* (
    id: ProcessId,
    to: { readonly cursor: string; readonly at: number; readonly costUsd: number; readonly session_id?: SessionId }
  ) {
    const session = to.session_id === undefined ? {} : { session_id: to.session_id }
    const changes = { cursor: to.cursor, cursor_at: to.at, ...session }
    yield* sql`UPDATE processes SET ${sql.update(changes)}, cost_total = cost_total + ${to.costUsd}
      WHERE process_id = ${id}`
  }, orStoreError("Processes.advance"))

  const remove = Effect.fn("Processes.remove")(
    function* (id: ProcessId) {
      // What it asked within a run is that run's history; the rest is nobody's.
      yield* sql`DELETE FROM agent_requests WHERE process_id = ${id} AND run_id IS NULL`
      yield* sql`DELETE FROM processes WHERE process_id = ${id}`
    },
    sql.withTransaction,
    orStoreError("Processes.remove")
  )

  return Processes.of({ insert, get, list, advance, remove })
})

export const layer = Layer.effect(Processes, make)
