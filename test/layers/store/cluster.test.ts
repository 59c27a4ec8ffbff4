import { NodeCrypto } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Layer, Schema } from "effect"
import { ClusterSchema, Entity, MachineId as Machine, SingleRunner, Snowflake } from "effect/cluster"
import { Rpc } from "effect/rpc"
import { SqlClient } from "effect/sql"
import { Store } from "../../../src/services/Store.ts"
import { fresh, openRoom } from "./support.ts"

const Echo = Rpc.make("Echo", {
  payload: { text: Schema.String },
  success: Schema.String,
  primaryKey: ({ text }) => text
}).annotate(ClusterSchema.Persisted, true)
const Parrot = Entity.make("Parrot", [Echo])
const parrots = Parrot.toLayer(Parrot.of({ Echo: ({ payload }) => Effect.succeed(payload.text) }))

const cluster = parrots.pipe(
  Layer.provideMerge(SingleRunner.layer()),
  Layer.provide(NodeCrypto.layerDigest),
  Layer.provideMerge(fresh)
)

describe("the cluster's tables", () => {
  it.live("live in the same file, and forget answered letters that are old", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const ids = (table: string) =>
        sql`SELECT id FROM ${sql(table)} ORDER BY id`.values.pipe(
          Effect.provideService(SqlClient.SafeIntegers, true),
          Effect.map((rows) => rows.flat())
        )
      yield* openRoom()
      const parrot = (yield* Parrot.client)("polly")
      assert.strictEqual(yield* parrot.Echo({ text: "hello" }), "hello")
      const [real] = yield* ids("cluster_messages")
      assert.strictEqual((yield* ids("cluster_replies")).length, 1)

      const now = yield* Clock.currentTimeMillis
      const letter = Effect.fnUntraced(function* (age: Duration.Input, processed: boolean) {
        const timestamp = now - Duration.toMillis(age)
        const machineId = Machine.MachineId.make(1)
        const id = Snowflake.make({ machineId, sequence: 0, timestamp })
        const reply = Snowflake.make({ machineId, sequence: 1, timestamp })
        const to = { shard_id: "default:1", entity_type: "Parrot", entity_id: "polly" }
        yield* sql`INSERT INTO cluster_messages ${sql.insert({ ...to, id, kind: 0, request_id: id, processed })}`
        yield* sql`INSERT INTO cluster_replies ${sql.insert({ id: reply, kind: 0, request_id: id, payload: "{}" })}`
        return id
      })
      const answered = yield* letter("3 days", true)
      const open = yield* letter("4 days", false)
      const recent = yield* letter("1 day", true)
      yield* Store.use((store) => store.prune(Duration.days(2)))
      assert.deepStrictEqual(yield* ids("cluster_messages"), [open, recent, real])
      assert.notInclude(yield* ids("cluster_messages"), answered)
      assert.strictEqual((yield* ids("cluster_replies")).length, 3)
    }).pipe(Effect.provide(cluster))
  )
})
