/**
 * Reads databases without a trace. SQLite writes beside a database with a write-ahead log also where it only reads, so a
 * copy is made in a private directory and read there.
 */
import { Effect } from "effect"
import { constants } from "node:fs"
import * as fs from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { channelOf, type OldChannel, type OldTask, type Row, taskOf } from "../../domain/predecessor/Rows.ts"
import { attempt, codeOf, ImportFailed } from "./Failed.ts"

export interface Old {
  readonly channels: ReadonlyArray<OldChannel>
  readonly tasks: ReadonlyArray<OldTask>
  /** Rows that stay where they are. */
  readonly messages: number
}

const nothing: Old = { channels: [], tasks: [], messages: 0 }

/** The file, its write-ahead log, and a rollback journal that a crash has left. */
const suffixes = ["", "-wal", "-journal"]
const tries = 3

const stamp = async (path: string): Promise<string> => {
  const stats = await Promise.all(
    suffixes.map((suffix) =>
      fs.stat(path + suffix, { bigint: true }).then(
        ({ ino, mtimeNs, size }) => `${ino} ${mtimeNs} ${size}`,
        (cause: unknown) => {
          if (codeOf(cause) === "ENOENT") return "-"
          throw cause
        }
      )
    )
  )
  return stats.join("|")
}

/** All files as they were at one moment; false where they kept changing. */
const copyAside = async (path: string, to: string): Promise<boolean> => {
  for (let count = 0; count < tries; count++) {
    const before = await stamp(path)
    for (const suffix of suffixes) {
      await fs.rm(to + suffix, { force: true })
      await fs.copyFile(path + suffix, to + suffix, constants.COPYFILE_FICLONE).catch((cause: unknown) => {
        if (suffix === "" || codeOf(cause) !== "ENOENT") throw cause
      })
      if (suffix === "" || (await fs.stat(to + suffix).catch(() => undefined))) await fs.chmod(to + suffix, 0o600)
    }
    if ((await stamp(path)) === before) return true
  }
  return false
}

const rows = (db: DatabaseSync, tables: ReadonlySet<unknown>, table: string): ReadonlyArray<Row> =>
  tables.has(table) ? (db.prepare(`SELECT * FROM "${table}" ORDER BY id`).all() as ReadonlyArray<Row>) : []

const readCopy = (path: string): Old | undefined => {
  const db = new DatabaseSync(path)
  try {
    const tables = new Set(
      db
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
        .all()
        .map(({ name }) => name)
    )
    if (!tables.has("channels")) return undefined
    const [count] = tables.has("messages") ? db.prepare("SELECT count(*) AS count FROM messages").all() : []
    return {
      channels: rows(db, tables, "channels").map(channelOf),
      tasks: rows(db, tables, "scheduled_tasks").map(taskOf),
      messages: Number(count?.["count"] ?? 0)
    }
  } finally {
    db.close()
  }
}

const temporary = Effect.acquireRelease(
  attempt(tmpdir(), "has no room for a copy of the database", () => fs.mkdtemp(join(tmpdir(), "loop-import-"))),
  (directory) => Effect.promise(() => fs.rm(directory, { recursive: true, force: true }))
)

const fail = (path: string, message: string) => new ImportFailed({ path, message })

/** The path of a copy as of one moment, which goes with the scope; undefined where there is no such file. */
export const aside = Effect.fn("Predecessor.aside")(function* (path: string) {
  const there = yield* attempt(path, "cannot be looked at", () => stamp(path))
  if (there.startsWith("-")) return undefined
  const copy = join(yield* temporary, "copy.db")
  if (yield* attempt(path, "cannot be copied aside", () => copyAside(path, copy))) return copy
  return yield* fail(path, `${path} is being written to. Stop what uses it, then run the import again.`)
})

/** Empty where there is no such file. */
export const read = Effect.fn("Predecessor.read")(function* (path: string) {
  const copy = yield* aside(path)
  if (copy === undefined) return nothing
  const old = yield* Effect.try({
    try: () => readCopy(copy),
    catch: (cause) => fail(path, `${path} is no database that can be read (${String(cause)}). Give another directory.`)
  })
  if (old === undefined) {
    const next = "Start the newest Go Loop once, which brings it up to date, then run the import again"
    return yield* fail(path, `${path} has no table of channels: it is too old, or not the Go Loop's. ${next}.`)
  }
  return old
}, Effect.scoped)
