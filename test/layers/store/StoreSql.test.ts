import { existsSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import type { NewEvent } from "../../../src/domain/ChannelEvent.ts"
import * as StoreSqlite from "../../../src/layers/store/index.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Journal } from "../../../src/services/Journal.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Outbox } from "../../../src/services/Outbox.ts"
import { Processes } from "../../../src/services/Processes.ts"
import { Requests } from "../../../src/services/Requests.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { Spending } from "../../../src/services/Spending.ts"
import { Store } from "../../../src/services/Store.ts"
import {
  directory,
  events,
  fresh,
  inbound,
  messageId,
  openRoom,
  process,
  request,
  room,
  run,
  runId
} from "./support.ts"

const count = (table: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const [row] = yield* sql<{ n: number }>`SELECT COUNT(*) AS n FROM ${sql(table)}`
    return row?.n
  })
const pragma = (text: string) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.map(sql.unsafe(text).values, (rows) => Number(rows[0]?.[0])))

describe("a transaction", () => {
  it.effect("keeps all or nothing, over every service", () =>
    Effect.gen(function* () {
      const store = yield* Store
      const messages = yield* Messages
      yield* openRoom()
      const work = Effect.gen(function* () {
        yield* messages.accept(inbound("m1"))
        yield* Runs.use((runs) => runs.insert(run("r1")))
        yield* messages.say({ channel_id: room, run_id: runId("r1"), key: "end", content: "x" })
      })
      const exit = yield* Effect.exit(store.transaction(Effect.andThen(work, Effect.fail("no"))))
      assert.deepStrictEqual(exit, Exit.fail("no"))
      for (const table of ["messages", "runs", "outbox", "events"]) assert.strictEqual(yield* count(table), 0)
      yield* store.transaction(work)
      assert.deepStrictEqual([yield* count("messages"), yield* count("runs"), yield* count("outbox")], [2, 1, 1])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is undone when it is interrupted, and leaves the store in order", () =>
    Effect.gen(function* () {
      const store = yield* Store
      yield* openRoom()
      const accept = (id: string) => Messages.use((messages) => messages.accept(inbound(id)))
      const held = yield* Effect.forkChild(store.transaction(Effect.andThen(accept("m1"), Effect.never)), {
        startImmediately: true
      })
      yield* Fiber.interrupt(held)
      assert.strictEqual(yield* count("messages"), 0)
      yield* accept("m2")
      assert.strictEqual(yield* count("messages"), 1)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("lets nobody else in between", () =>
    Effect.gen(function* () {
      const store = yield* Store
      const channels = yield* Channels
      yield* openRoom()
      const add = store.transaction(
        Effect.gen(function* () {
          const { name } = yield* channels.get(room)
          yield* Effect.yieldNow
          yield* channels.patch(room, { name: `${name}+` })
        })
      )
      yield* Effect.all([add, add, add], { concurrency: "unbounded" })
      assert.deepStrictEqual((yield* channels.get(room)).name, "room+++")
    }).pipe(Effect.provide(fresh))
  )
})

describe("a full disk", () => {
  it.effect("is told as such, stores nothing by halves, and is over when there is room again", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      const big = inbound("big", { content: "x".repeat(1_000_000) })
      yield* pragma(`PRAGMA max_page_count = ${(yield* pragma("PRAGMA page_count")) + 20}`)
      const error = yield* Effect.flip(messages.accept(big))
      assert.deepInclude(error, { _tag: "StoreError", reason: "disk_full", operation: "Messages.accept" })
      const store = yield* Store
      const joined = yield* Effect.flip(store.transaction(Effect.andThen(openRoom(room), messages.accept(big))))
      assert.deepInclude(joined, { _tag: "StoreError", reason: "disk_full" })
      assert.deepStrictEqual([yield* count("messages"), yield* events], [0, []])
      yield* pragma("PRAGMA max_page_count = 100000")
      assert.isTrue((yield* messages.accept(big)).fresh)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("makes the store unwritable, and only that", () =>
    Effect.gen(function* () {
      const store = yield* Store
      const sql = yield* SqlClient.SqlClient
      yield* openRoom()
      yield* store.writable
      yield* sql`CREATE TRIGGER full BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'no'); END`
      assert.deepInclude(yield* Effect.flip(store.writable), { _tag: "StoreError", operation: "Store.writable" })
      assert.deepStrictEqual((yield* Channels.use((channels) => channels.get(room))).name, "room")
    }).pipe(Effect.provide(fresh))
  )
})

describe("prune", () => {
  const note = (at: number, size = 10): NewEvent => {
    return { type: "run.note", at, channel_id: room, run_id: null, data: "x".repeat(size) }
  }

  it.effect("takes what is over and old, and never a message or a run", () =>
    Effect.gen(function* () {
      const requests = yield* Requests
      const messages = yield* Messages
      const outbox = yield* Outbox
      yield* openRoom()
      yield* Runs.use((runs) => runs.insert(run("over", { status: "completed", ended_at: 0 })))
      yield* Runs.use((runs) => runs.insert(run("live")))
      yield* Processes.use((processes) => processes.insert(process()))
      yield* messages.accept(inbound("m1"))
      yield* messages.mark(room, [messageId("m1")], "replied", runId("over"))
      for (const key of ["sent", "failed", "waiting"]) {
        yield* messages.say({ channel_id: room, run_id: runId("over"), key, content: key })
      }
      for (const key of ["sent", "failed"]) {
        const [row] = yield* outbox.due(0)
        yield* key === "sent" ? outbox.sent(row?.id ?? 0, "p") : outbox.failed(row?.id ?? 0, "unknown", "r")
      }
      const asked = { over: runId("over"), live: runId("live"), process: null }
      for (const [id, run_id] of Object.entries(asked)) yield* requests.meet(request(id, { run_id }))
      yield* requests.meet({ ...request("gone"), process_id: "ffffffff" as ReturnType<typeof process>["process_id"] })
      yield* TestClock.setTime(Duration.toMillis("10 days"))
      yield* requests.meet(request("new", { run_id: runId("over") }))
      yield* Store.use((store) => store.prune(Duration.days(5)))
      const sql = yield* SqlClient.SqlClient
      const left = (text: string) => Effect.map(sql.unsafe(text).values, (rows) => rows.flat())
      assert.deepStrictEqual(yield* left("SELECT request_id FROM agent_requests ORDER BY 1"), [
        "live",
        "new",
        "process"
      ])
      assert.deepStrictEqual(yield* left("SELECT content FROM outbox"), ["waiting"])
      assert.deepStrictEqual([yield* count("messages"), yield* count("runs"), yield* count("events")], [4, 2, 0])
      // What was said stays said, although its outbox row is gone.
      const again = messages.say({ channel_id: room, run_id: runId("over"), key: "sent", content: "sent" })
      assert.isUndefined(yield* again)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("forgets what a budget was warned of once its month is over, and not before", () =>
    Effect.gen(function* () {
      const spending = yield* Spending
      const near = (at: number) => spending.noteOnce("near month * 1970-01 100", at)
      assert.deepStrictEqual([yield* near(0), yield* near(1)], [true, false])
      for (const [now, fresh] of [
        ["31 days", false],
        ["33 days", true]
      ] as const) {
        yield* TestClock.setTime(Duration.toMillis(now))
        yield* Store.use((store) => store.prune(Duration.days(30)))
        assert.strictEqual(yield* near(Duration.toMillis(now)), fresh, now)
      }
    }).pipe(Effect.provide(fresh))
  )

  it.effect("stops the file's growth, and gives the room back", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const store = yield* Store
      const pages: Array<number> = []
      const empty = yield* pragma("PRAGMA page_count")
      const day = Duration.toMillis("1 day")
      yield* openRoom()
      for (let n = 1; n <= 6; n++) {
        yield* TestClock.setTime(n * day)
        yield* journal.append(Array.from({ length: 1200 }, () => note(n * day, 500)))
        pages.push(yield* pragma("PRAGMA page_count"))
        yield* store.prune(Duration.hours(36))
      }
      // Three days are there at once when the third is pruned, and never more.
      assert.isAtMost(Math.max(...pages), (pages[2] ?? 0) + 20)
      assert.isAtLeast(pages[1] ?? 0, 300)
      yield* TestClock.setTime(30 * day)
      yield* store.prune(Duration.zero)
      assert.isAtMost(yield* pragma("PRAGMA page_count"), empty + 20)
      assert.strictEqual(yield* count("events"), 0)
    }).pipe(Effect.provide(fresh))
  )
})

describe("backup", () => {
  it.effect("is a whole and consistent copy, taken while messages are accepted", () =>
    Effect.gen(function* () {
      const path = join(yield* directory, "copy.sqlite")
      const messages = yield* Messages
      yield* openRoom()
      const accept = (n: number) => messages.accept(inbound(`m${n}`, { content: "x".repeat(4000) }))
      for (let n = 0; n < 200; n++) yield* accept(n)
      const copying = yield* Effect.forkChild(Store.use((store) => store.backup(path)))
      let written = 200
      while (copying.pollUnsafe() === undefined) {
        yield* accept(written++)
        // Nothing to wait for: the copy is made outside of this thread.
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
      }
      yield* Fiber.join(copying)
      assert.strictEqual(statSync(path).mode & 0o777, 0o600)
      const [check, copied, told] = yield* Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        return [yield* sql`PRAGMA integrity_check`.values, yield* count("messages"), (yield* events).length] as const
      }).pipe(Effect.provide(StoreSqlite.layer(path), { local: true }))
      assert.deepStrictEqual(check, [["ok"]])
      assert.isAtLeast(copied ?? 0, 200)
      assert.strictEqual(told, (copied ?? 0) * 2)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("never overwrites a file, and leaves none behind when it fails", () =>
    Effect.gen(function* () {
      const path = yield* directory
      const store = yield* Store
      writeFileSync(join(path, "mine"), "mine")
      assert.deepInclude(yield* Effect.flip(store.backup(join(path, "mine"))), { _tag: "StoreError", reason: "other" })
      yield* Effect.flip(store.backup(join(path, "nowhere", "copy")))
      assert.isFalse(existsSync(join(path, "nowhere")))
    }).pipe(Effect.provide(fresh))
  )
})

describe("the layer", () => {
  it.effect("opens a store in memory, too", () =>
    Effect.gen(function* () {
      yield* openRoom()
      assert.strictEqual(yield* count("channels"), 1)
    }).pipe(Effect.provide(Layer.fresh(StoreSqlite.layer(":memory:"))))
  )
})
