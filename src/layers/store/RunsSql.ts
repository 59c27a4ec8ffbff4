/** `Runs` in SQL. */
import { Effect, Layer, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql"
import { type ChannelId, MessageId, type RunId } from "../../domain/Ids.ts"
import { Run, type RunStatus, Usage } from "../../domain/Run.ts"
import { RunNotFound, Runs, type RunPatch } from "../../services/Runs.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  ...Run.fields,
  message_ids: Schema.fromJsonString(Schema.Array(MessageId)),
  fresh_tried: Schema.BooleanFromBit,
  compact_tried: Schema.BooleanFromBit,
  usage: Schema.fromJsonString(Usage)
})
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
const encode = Schema.encodeEffect(Row)
const encodeSome = Schema.encodeEffect(Row.mapFields(Struct.map(Schema.optionalKey)))

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const columns = sql.csv(Object.keys(Row.fields).map((column) => sql`${sql(column)}`))
  const isLive = sql.literal("status IN ('starting', 'running', 'waiting')")
  const isEnded = sql.literal("status NOT IN ('starting', 'running', 'waiting')")

  const insert = Effect.fn("Runs.insert")(function* (run: Run) {
    yield* sql`INSERT INTO runs ${sql.insert(yield* encode(run))}`
  }, orStoreError("Runs.insert"))

  const get = Effect.fn("Runs.get")(function* (id: RunId) {
    const [run] = yield* decode(yield* sql`SELECT ${columns} FROM runs WHERE run_id = ${id}`)
    return run ?? (yield* new RunNotFound({ run_id: id }))
  }, orStoreError("Runs.get"))

  const patch = Effect.fn("Runs.patch")(function* (id: RunId, patch: RunPatch) {
    const changes = yield* encodeSome(patch)
    if (Object.keys(changes).length > 0) yield* sql`UPDATE runs SET ${sql.update(changes)} WHERE run_id = ${id}`
  }, orStoreError("Runs.patch"))

  const live = Effect.fn("Runs.live")(function* (channel: ChannelId) {
    const rows = yield* sql`SELECT ${columns} FROM runs WHERE channel_id = ${channel} AND ${isLive}`
    return (yield* decode(rows))[0]
  }, orStoreError("Runs.live"))

  const allLive = sql`SELECT ${columns} FROM runs WHERE ${isLive} ORDER BY started_at, run_id`.pipe(
    Effect.flatMap(decode),
    orStoreError("Runs.allLive"),
    Effect.withSpan("Runs.allLive")
  )

  const list = Effect.fn("Runs.list")(function* (filter: {
    readonly channel_id?: ChannelId
    readonly channels?: ReadonlyArray<ChannelId>
    readonly status?: RunStatus
    readonly task_id?: number
    readonly live?: boolean
    readonly before?: RunId
    readonly limit: number
  }) {
    const { before, channels, limit, live, ...given } = filter
    if (channels?.length === 0) return []
    const such = [
      ...Object.entries(given).map(([column, value]) => sql`${sql(column)} = ${value}`),
      ...(channels === undefined ? [] : [sql.in("channel_id", channels)]),
      ...(live === undefined ? [] : [live ? isLive : isEnded]),
      ...(before === undefined
        ? []
        : [sql`(started_at, run_id) < (SELECT started_at, run_id FROM runs WHERE run_id = ${before})`])
    ]
    const rows =
      yield* sql`SELECT ${columns} FROM runs WHERE ${sql.and(such)} ORDER BY started_at DESC, run_id DESC LIMIT ${limit}`
    return yield* decode(rows)
  }, orStoreError("Runs.list"))

  return Runs.of({ insert, get, patch, live, allLive, list })
})

export const layer = Layer.effect(Runs, make)
