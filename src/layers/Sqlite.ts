/**
 * `SqlClient` over the SQLite that is built into Node (`node:sqlite`). One connection is reader and only writer, behind
 * a semaphore. Opening refuses a file that is not ours before SQLite has seen it.
 *
 * To be replaced by `@effect/sql-sqlite-node` once a release of it works with effect 4.1 (0.53.0 is for effect 3.22,
 * 4.0.0-beta.102 imports paths that are gone). What would have to stay: the mark in the header, the pragmas, `backup`.
 */
import { closeSync, mkdirSync, openSync, readSync } from "node:fs"
import { open, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { backup as copyPages, DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite"
import { Context, Effect, Layer, Predicate, type Scope, Semaphore, Stream } from "effect"
import { Reactivity } from "effect/reactivity"
import { SqlClient, type SqlConnection, SqlError, Statement } from "effect/sql"

export interface SqliteOptions {
  /** Path of the file, made (0600) when absent, or `:memory:`. */
  readonly filename: string
  /**
   * When a commit is on the disk. `FULL`, the default: before it returns, so that what was accepted survives a loss of
   * power. `NORMAL`: with the next checkpoint; a loss of power may take the last seconds, a crash of the process nothing.
   * Measured by `bench/store.ts` (2 cores, virtual disk): 1,560 messages accepted per second against 2,300, 1.5 times;
   * the bare transaction 4,500 against 15,600, 3.4 times.
   */
  readonly synchronous?: "FULL" | "NORMAL"
}

/** What `SqlClient` has no word for. */
export class Sqlite extends Context.Service<
  Sqlite,
  {
    /** Writes a consistent copy to a file that does not exist yet, while writing goes on. */
    readonly backup: (path: string) => Effect.Effect<void, SqlError.SqlError>
  }
>()("loop/layers/Sqlite") {}

/** "Loop" in the header's application id (offset 68) marks a file as ours. */
const applicationId = 0x4c6f_6f70
/** How long to wait for another process's lock. The wait blocks this process, so it is short. */
const busyMillis = 1000
const cachedStatements = 256

const failure = (message: string, operation: string) => (cause: unknown) => {
  // node:sqlite tells SQLite's result code as `errcode`; the classifier looks for `errno`.
  if (Predicate.hasProperty(cause, "errcode")) Object.assign(cause, { errno: cause.errcode })
  return new SqlError.SqlError({ reason: SqlError.classifySqliteError(cause, { message, operation }) })
}

/** True for a new file. Fails as SQLite itself would (code 26, NOTADB) when a file with content is not a database of ours. */
const isNew = (filename: string): boolean => {
  if (filename === ":memory:") return true
  mkdirSync(dirname(filename), { recursive: true, mode: 0o700 })
  const file = openSync(filename, "a+", 0o600)
  try {
    const header = Buffer.alloc(100)
    const length = readSync(file, header, 0, 100, 0)
    const ours = header.toString("latin1", 0, 15) === "SQLite format 3" && header.readUInt32BE(68) === applicationId
    if (length > 0 && !ours) throw Object.assign(new Error(`${filename} is not a database of Loop`), { errcode: 26 })
    return length === 0
  } finally {
    closeSync(file)
  }
}

const openDatabase = ({ filename, synchronous = "FULL" }: SqliteOptions) => {
  const fresh = isNew(filename)
  const db = new DatabaseSync(filename, { timeout: busyMillis, enableForeignKeyConstraints: true })
  try {
    // Both are part of the header and come before everything else, so that a file with content always bears the mark.
    if (fresh) db.exec(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${applicationId}`)
    db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous}; PRAGMA journal_size_limit = 67108864`)
    // Reads the schema, so that a damaged file is noticed now.
    db.prepare("SELECT count(*) FROM sqlite_master").get()
    return db
  } catch (cause) {
    db.close()
    throw cause
  }
}

const toInput = (value: unknown): SQLInputValue =>
  typeof value === "boolean" ? Number(value) : value === undefined ? null : (value as SQLInputValue)

const makeConnection = (db: DatabaseSync): SqlConnection.Connection => {
  const cache = new Map<string, StatementSync>()
  const prepare = (sql: string) => {
    const known = cache.get(sql)
    if (known !== undefined) return known
    const statement = db.prepare(sql)
    const oldest = cache.size < cachedStatements ? undefined : cache.keys().next().value
    if (oldest !== undefined) cache.delete(oldest)
    cache.set(sql, statement)
    return statement
  }
  const run = <A>(sql: string, params: ReadonlyArray<unknown>, options: { once?: boolean; arrays?: boolean }) =>
    Effect.withFiber<ReadonlyArray<A>, SqlError.SqlError>((fiber) =>
      Effect.try({
        try: () => {
          const statement = options.once === true ? db.prepare(sql) : prepare(sql)
          statement.setReadBigInts(fiber.getRef(SqlClient.SafeIntegers))
          statement.setReturnArrays(options.arrays === true)
          return statement.all(...params.map(toInput)) as ReadonlyArray<unknown> as ReadonlyArray<A>
        },
        catch: failure("A statement failed", "execute")
      })
    )
  const rows: SqlConnection.Connection["execute"] = (sql, params, transform) => {
    const all = run<object>(sql, params, {})
    return transform === undefined ? all : Effect.map(all, transform)
  }
  return {
    execute: rows,
    executeRaw: (sql, params) => run(sql, params, {}),
    // Not lazy: the one connection cannot stay with a slow reader.
    executeStream: (sql, params, transform) => Stream.fromIterableEffect(rows(sql, params, transform)),
    executeValues: (sql, params) => run(sql, params, { arrays: true }),
    executeValuesUnprepared: (sql, params) => run(sql, params, { arrays: true, once: true }),
    executeUnprepared: (sql, params, transform) => {
      const all = run<object>(sql, params, { once: true })
      return transform === undefined ? all : Effect.map(all, transform)
    }
  }
}

/**
 * Copies in one step, outside of this thread, what a second, reading connection sees: writing goes on and does not
 * disturb it. (In several steps every write would begin the copy anew, and the writing connection itself is refused as a
 * source in the middle of a transaction.) The target is created first: it is never somebody's file, and private.
 */
const copyTo = async (filename: string, db: DatabaseSync, path: string) => {
  const inMemory = filename === ":memory:"
  const source = inMemory ? db : new DatabaseSync(filename, { readOnly: true, timeout: busyMillis })
  try {
    await open(path, "wx", 0o600).then((file) => file.close())
    await copyPages(source, path, { rate: 2 ** 31 - 1 }).catch(async (cause) => {
      await rm(path, { force: true })
      throw cause
    })
  } finally {
    if (!inMemory) source.close()
  }
}

const make = Effect.fnUntraced(function* (
  options: SqliteOptions
): Effect.fn.Return<
  Context.Context<SqlClient.SqlClient | Sqlite>,
  SqlError.SqlError,
  Scope.Scope | Reactivity.Reactivity
> {
  const db = yield* Effect.acquireRelease(
    Effect.try({ try: () => openDatabase(options), catch: failure(`Cannot open ${options.filename}`, "open") }),
    (db) => Effect.sync(() => db.close())
  )
  const acquirers = SqlClient.makeSqliteAcquirers({
    connection: Effect.succeed(makeConnection(db)),
    semaphore: yield* Semaphore.make(1),
    isTransaction: () => db.isTransaction
  })
  const client = yield* SqlClient.make({
    ...acquirers,
    compiler: Statement.makeCompilerSqlite(),
    driver: "node-sqlite",
    spanAttributes: [["db.system.name", "sqlite"]],
    // The lock is taken at once: a transaction that reads first would otherwise fail when it comes to write.
    beginTransaction: "BEGIN IMMEDIATE",
    prepareTransactionControls: true,
    releaseSavepoint: (name) => `RELEASE SAVEPOINT ${name}`
  })
  const backup = (path: string) =>
    Effect.uninterruptible(
      Effect.tryPromise({ try: () => copyTo(options.filename, db, path), catch: failure("The copy failed", "backup") })
    )
  return Context.make(SqlClient.SqlClient, client).pipe(Context.add(Sqlite, { backup }))
})

export const layer = (options: SqliteOptions): Layer.Layer<SqlClient.SqlClient | Sqlite, SqlError.SqlError> =>
  Layer.effectContext(make(options)).pipe(Layer.provide(Reactivity.layer))
