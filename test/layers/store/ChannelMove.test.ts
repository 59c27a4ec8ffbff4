/** A channel under another id. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { tables } from "../../../src/layers/store/ChannelMove.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Requests } from "../../../src/services/Requests.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { approval, fresh, openRoom, room, run, runId } from "./support.ts"

const there = ChannelId.make("discord:2")

describe("a channel that is moved", () => {
  it.effect("takes everything with it that is its own", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* openRoom()
      yield* Channels.use((channels) =>
        channels.upsert({ channel_id: ChannelId.make("local:thread"), platform: "local", parent_id: room })
      )
      yield* Runs.use((runs) => runs.insert(run("r1")))
      yield* Messages.use((messages) =>
        messages.say({ channel_id: room, run_id: runId("r1"), key: "end", content: "Hello." })
      )
      yield* Requests.use((requests) => requests.ask(approval("q1")))
      yield* Channels.use((channels) => channels.offer(room, ["compact"]))
      yield* Channels.use((channels) => channels.move(room, there))
      const left = yield* Effect.forEach(tables, (table) =>
        Effect.map(sql`SELECT 1 FROM ${sql(table)} WHERE channel_id = ${room}`, (rows) => rows.length)
      )
      assert.deepStrictEqual(
        left,
        tables.map(() => 0)
      )
      assert.strictEqual((yield* Runs.use((runs) => runs.get(runId("r1")))).channel_id, there)
      assert.deepStrictEqual(yield* Channels.use((channels) => channels.offered(there)), ["compact"])
      assert.lengthOf(yield* Channels.use((channels) => channels.threads(there)), 1)
      assert.deepStrictEqual(
        (yield* Messages.use((messages) => messages.list(there, { limit: 5 }))).map(({ content }) => content),
        ["Hello."]
      )
      assert.deepStrictEqual(yield* sql`PRAGMA foreign_key_check`, [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("leaves no table out", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const rows = yield* sql<{ name: string }>`SELECT m.name AS name FROM sqlite_master m
        JOIN pragma_table_info(m.name) c ON c.name = 'channel_id' WHERE m.type = 'table'`
      assert.deepStrictEqual(rows.map(({ name }) => name).toSorted(), [...tables].toSorted())
    }).pipe(Effect.provide(fresh))
  )
})
