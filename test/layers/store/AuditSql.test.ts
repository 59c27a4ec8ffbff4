import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { Audit, Via } from "../../../src/services/Audit.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Store } from "../../../src/services/Store.ts"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { fresh, openRoom, room } from "./support.ts"

const ada = { kind: "person", platform: "discord", person_id: "u1", name: "Ada", roles: [] } as const
const thread = ChannelId.make("local:thread")

const record = (act: Partial<Parameters<Audit["Service"]["record"]>[0]> = {}) =>
  Audit.use((audit) => audit.record({ actor: ada, action: "role.allow", target: "user:u2", channel_id: room, ...act }))
const list = (filter: Partial<Parameters<Audit["Service"]["list"]>[0]> = {}) =>
  Audit.use((audit) => audit.list({ limit: 10, ...filter }))

describe("the audit log", () => {
  it.effect("tells who did what to what, when, from where, and how it ended; newest first", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1000)
      yield* record({ detail: { role: "member" } })
      yield* record({ actor: { kind: "owner" }, action: "token.create", target: "t1", channel_id: null }).pipe(
        Effect.provideService(Via, "cli")
      )
      const [second, first] = yield* list()
      assert.deepStrictEqual(first, {
        id: 1,
        at: 1000,
        actor_kind: "person",
        actor: "discord:u1",
        actor_name: "Ada",
        via: "discord",
        action: "role.allow",
        target: "user:u2",
        channel_id: room,
        outcome: "done",
        detail: { role: "member" }
      })
      assert.deepInclude(second, { actor: "owner", via: "cli", action: "token.create", channel_id: null })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("can be read by channel, with its threads, and by time", () =>
    Effect.gen(function* () {
      yield* openRoom()
      yield* Channels.use((channels) => channels.upsert({ channel_id: thread, platform: "local", parent_id: room }))
      yield* record({ channel_id: room, target: "old" })
      yield* TestClock.setTime(1000)
      yield* record({ channel_id: thread, target: "in the thread" })
      yield* record({ channel_id: null, target: "elsewhere" })
      const targets = (filter: Parameters<typeof list>[0]) =>
        Effect.map(list(filter), (all) => all.map(({ target }) => target))
      assert.deepStrictEqual(yield* targets({ channel: room }), ["in the thread", "old"])
      assert.deepStrictEqual(yield* targets({ since: 1000 }), ["elsewhere", "in the thread"])
      assert.deepStrictEqual(yield* targets({ limit: 1 }), ["elsewhere"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("can only be added to, and not filled by who is refused again and again", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* record({ outcome: "denied" })
      yield* record({ outcome: "denied" })
      yield* record({ outcome: "denied", target: "made up" })
      assert.lengthOf(yield* list(), 1)
      yield* TestClock.adjust("2 minutes")
      const long = "x".repeat(5000)
      yield* record({ outcome: "denied", target: long, detail: { name: long } })
      assert.deepInclude((yield* list())[0], { target: long.slice(0, 200), detail: {} })
      assert.lengthOf(yield* list(), 2)
      yield* Effect.flip(sql`UPDATE audit SET actor = 'nobody'`)
      yield* Effect.flip(sql`DELETE FROM audit`)
      assert.lengthOf(yield* list(), 2)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is written with the act or not at all", () =>
    Effect.gen(function* () {
      yield* Effect.flip(Store.use((store) => store.transaction(Effect.andThen(record(), Effect.fail("no")))))
      assert.deepStrictEqual(yield* list(), [])
    }).pipe(Effect.provide(fresh))
  )
})
