import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, type Scope } from "effect"
import { SqlClient } from "effect/sql"
import * as Sqlite from "../../../src/layers/Sqlite.ts"
import * as Store from "../../../src/layers/store/index.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { directory, inbound, openRoom, room } from "./support.ts"

const query = <A extends object>(text: string) => Effect.flatMap(SqlClient.SqlClient, (sql) => sql.unsafe<A>(text))

/** Runs with a connection of its own to the file. */
const using = <A, E, R>(filename: string, effect: Effect.Effect<A, E, R | SqlClient.SqlClient | Sqlite.Sqlite>) =>
  Effect.provide(effect, Sqlite.layer({ filename }), { local: true })

const inFile = <A, E>(name: string, effect: (path: string) => Effect.Effect<A, E, Scope.Scope>) =>
  Effect.flatMap(directory, (path) => effect(join(path, name)))

describe("a connection", () => {
  it.effect("has foreign keys on, however often the file is opened", () =>
    inFile("a.sqlite", (path) =>
      Effect.gen(function* () {
        const on = query<{ foreign_keys: number }>("PRAGMA foreign_keys")
        for (const _ of [1, 2]) assert.deepStrictEqual((yield* using(path, on))[0]?.foreign_keys, 1)
      })
    )
  )

  it.effect("writes ahead and is on the disk before a commit returns", () =>
    inFile("a.sqlite", (path) =>
      Effect.gen(function* () {
        const [mode] = yield* using(path, query<{ journal_mode: string }>("PRAGMA journal_mode"))
        const [level] = yield* using(path, query<{ synchronous: number }>("PRAGMA synchronous"))
        assert.deepStrictEqual([mode?.journal_mode, level?.synchronous], ["wal", 2])
      })
    )
  )

  it.effect("keeps numbers that JavaScript's cannot hold, where asked to", () =>
    inFile("a.sqlite", (path) =>
      using(
        path,
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          const big = 2n ** 60n + 1n
          yield* sql`CREATE TABLE numbers (n INTEGER, flag INTEGER, empty TEXT)`
          yield* sql`INSERT INTO numbers VALUES (${big}, ${true}, ${undefined})`
          const rows = yield* Effect.provideService(sql`SELECT * FROM numbers`, SqlClient.SafeIntegers, true)
          assert.deepStrictEqual({ ...rows[0] }, { n: big, flag: 1n, empty: null })
          assert.deepStrictEqual(yield* sql`SELECT flag FROM numbers`.values, [[1]])
        })
      )
    )
  )

  it.effect("undoes an inner transaction alone", () =>
    inFile("a.sqlite", (path) =>
      using(
        path,
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`CREATE TABLE t (n INTEGER)`
          yield* sql.withTransaction(
            Effect.gen(function* () {
              yield* sql`INSERT INTO t VALUES (1)`
              yield* Effect.exit(sql.withTransaction(Effect.andThen(sql`INSERT INTO t VALUES (2)`, Effect.fail("no"))))
              yield* sql`INSERT INTO t VALUES (3)`
            })
          )
          assert.deepStrictEqual(yield* sql`SELECT n FROM t ORDER BY n`.values, [[1], [3]])
        })
      )
    )
  )

  it.effect("tells a violated constraint by its name", () =>
    inFile("a.sqlite", (path) =>
      using(
        path,
        Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          yield* sql`CREATE TABLE t (n INTEGER UNIQUE)`
          yield* sql`INSERT INTO t VALUES (1)`
          const error = yield* Effect.flip(sql`INSERT INTO t VALUES (1)`)
          assert.deepStrictEqual(error.reason._tag, "UniqueViolation")
        })
      )
    )
  )
})

describe("a file", () => {
  it.effect("can be read by its owner only", () =>
    inFile("sub/loop.sqlite", (path) =>
      Effect.gen(function* () {
        yield* using(path, query("CREATE TABLE t (n INTEGER)"))
        assert.deepStrictEqual(statSync(path).mode & 0o777, 0o600)
      })
    )
  )

  it.effect("of a predecessor is refused and stays as it was, to the byte", () =>
    inFile("loop.db", (path) =>
      Effect.gen(function* () {
        const db = new DatabaseSync(path)
        db.exec(
          "CREATE TABLE channels (id INTEGER PRIMARY KEY, channel_id TEXT); INSERT INTO channels VALUES (1, 'C1')"
        )
        db.close()
        const before = readFileSync(path)
        const error = yield* Effect.flip(Effect.provide(Channels, Store.layer(path)))
        assert.deepStrictEqual(error.reason, "corrupt")
        assert.isTrue(before.equals(readFileSync(path)))
      })
    )
  )

  it.effect("that is no database is refused and stays as it was", () =>
    inFile("loop.sqlite", (path) =>
      Effect.gen(function* () {
        writeFileSync(path, "dear diary")
        const error = yield* Effect.flip(Effect.provide(Channels, Store.layer(path)))
        assert.deepStrictEqual([error._tag, error.reason], ["StoreError", "corrupt"])
        assert.deepStrictEqual(readFileSync(path, "utf8"), "dear diary")
      })
    )
  )

  it.effect("that is damaged is said to be corrupt", () =>
    inFile("loop.sqlite", (path) =>
      Effect.gen(function* () {
        yield* Effect.provide(openRoom(), Store.layer(path), { local: true })
        const bytes = readFileSync(path)
        writeFileSync(path, bytes.fill(0x5a, 100))
        const exit = yield* Effect.exit(Effect.provide(openRoom(), Store.layer(path), { local: true }))
        assert.isTrue(Exit.isFailure(exit))
        const error = yield* Effect.flip(exit)
        assert.deepStrictEqual([error._tag, error.reason], ["StoreError", "corrupt"])
      })
    )
  )

  it.effect("that another process holds is busy, and serves again afterwards", () =>
    inFile("loop.sqlite", (path) =>
      Effect.gen(function* () {
        yield* openRoom()
        const holder = new DatabaseSync(path)
        holder.exec("BEGIN IMMEDIATE")
        const error = yield* Effect.flip(Messages.use((messages) => messages.accept(inbound("m1"))))
        assert.deepStrictEqual([error._tag, "reason" in error && error.reason], ["StoreError", "busy"])
        holder.exec("ROLLBACK")
        holder.close()
        assert.isTrue((yield* Messages.use((messages) => messages.accept(inbound("m1")))).fresh)
      }).pipe(Effect.provide(Store.layer(path)))
    )
  )

  it.effect("that cannot be made is an error with the reason in its cause", () =>
    inFile("plain", (path) =>
      Effect.gen(function* () {
        writeFileSync(path, "")
        const error = yield* Effect.flip(Effect.provide(Channels, Store.layer(join(path, "loop.sqlite"))))
        assert.deepStrictEqual([error._tag, error.reason, error.operation], ["StoreError", "other", "Store.open"])
      })
    )
  )

  it.effect("keeps what was accepted when it is opened again", () =>
    inFile("loop.sqlite", (path) =>
      Effect.gen(function* () {
        const write = Effect.andThen(
          openRoom(),
          Messages.use((messages) => messages.accept(inbound("m1")))
        )
        yield* Effect.provide(write, Store.layer(path), { local: true })
        const read = Messages.use((messages) => messages.queued(room))
        const queued = yield* Effect.provide(read, Store.layer(path), { local: true })
        assert.deepStrictEqual(
          queued.map((message) => message.message_id),
          [inbound("m1").message_id]
        )
      })
    )
  )
})
