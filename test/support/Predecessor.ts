/** A home as the Go Loop leaves it: a real SQLite file with what is still in its write-ahead log, and directories. */
import { createHash } from "node:crypto"
import {
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"

/** Its last schema. */
const schema = `
  CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, applied_at DATETIME DEFAULT CURRENT_TIMESTAMP);
  CREATE TABLE channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel_id TEXT NOT NULL UNIQUE, guild_id TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1, session_id TEXT NOT NULL DEFAULT '',
    created_at DATETIME DEFAULT CURRENT_TIMESTAMP, updated_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    dir_path TEXT NOT NULL DEFAULT '', parent_id TEXT NOT NULL DEFAULT '', platform TEXT NOT NULL DEFAULT '',
    permissions TEXT NOT NULL DEFAULT '');
  CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, chat_id INTEGER REFERENCES channels(id), channel_id TEXT, msg_id TEXT UNIQUE,
    author_id TEXT, author_name TEXT, content TEXT, is_bot INTEGER DEFAULT 0, is_processed INTEGER DEFAULT 0,
    created_at DATETIME);
  CREATE TABLE scheduled_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel_id TEXT NOT NULL, guild_id TEXT NOT NULL DEFAULT '',
    schedule TEXT NOT NULL, type TEXT NOT NULL CHECK (type IN ('cron', 'interval', 'once')), prompt TEXT NOT NULL,
    enabled INTEGER NOT NULL DEFAULT 1, next_run_at DATETIME, created_at DATETIME DEFAULT CURRENT_TIMESTAMP,
    updated_at DATETIME, template_name TEXT NOT NULL DEFAULT '', auto_delete_sec INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE task_run_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, task_id INTEGER REFERENCES scheduled_tasks(id), status TEXT DEFAULT 'pending',
    response_text TEXT, error_text TEXT, started_at DATETIME, finished_at DATETIME);
  CREATE TABLE memory_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT, file_path TEXT, chunk_index INTEGER DEFAULT 0, content TEXT,
    content_hash TEXT, embedding BLOB, dimensions INTEGER DEFAULT 0, dir_path TEXT, updated_at DATETIME,
    UNIQUE (file_path, chunk_index, dir_path));
  CREATE INDEX messages_by_channel ON messages (channel_id);
  CREATE UNIQUE INDEX channels_by_dir ON channels (dir_path, platform) WHERE dir_path <> '' AND parent_id = '';`

/** Before threads, a second platform, grants and templates. */
const olderSchema = `
  CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, applied_at DATETIME);
  CREATE TABLE channels (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel_id TEXT NOT NULL UNIQUE, guild_id TEXT NOT NULL DEFAULT '',
    name TEXT NOT NULL DEFAULT '', active INTEGER NOT NULL DEFAULT 1, session_id TEXT NOT NULL DEFAULT '',
    created_at DATETIME, updated_at DATETIME);
  CREATE TABLE scheduled_tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel_id TEXT NOT NULL, guild_id TEXT NOT NULL DEFAULT '',
    schedule TEXT NOT NULL, type TEXT NOT NULL, prompt TEXT NOT NULL, enabled INTEGER NOT NULL DEFAULT 1,
    next_run_at DATETIME, created_at DATETIME, updated_at DATETIME);`

type Columns = Readonly<Record<string, string | number>>

export interface Left {
  readonly config?: string
  readonly channels?: ReadonlyArray<Columns>
  readonly tasks?: ReadonlyArray<Columns>
  readonly messages?: number
  readonly older?: boolean
}

const insert = (db: DatabaseSync, table: string, row: Columns) => {
  const names = Object.keys(row)
  db.prepare(`INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`).run(
    ...Object.values(row)
  )
}

/** The schema is in the database, the rows are in the log that comes with it, as after a crash. */
const writeDatabase = (home: string, { channels = [], messages = 0, older = false, tasks = [] }: Left) => {
  const aside = mkdtempSync(join(tmpdir(), "loop-old-"))
  const db = new DatabaseSync(join(aside, "loop.db"))
  try {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0")
    db.exec(older ? olderSchema : schema)
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)")
    for (const row of channels) insert(db, "channels", row)
    for (const row of tasks) insert(db, "scheduled_tasks", row)
    for (let n = 0; n < messages; n++) insert(db, "messages", { channel_id: "1", msg_id: `m${n}`, content: "hello" })
    for (const suffix of ["", "-wal"]) copyFileSync(join(aside, `loop.db${suffix}`), join(home, `loop.db${suffix}`))
  } finally {
    db.close()
    rmSync(aside, { recursive: true })
  }
}

/** Made at this path; with `loop.db-wal` beside `loop.db`. */
export const leave = (home: string, left: Left): void => {
  mkdirSync(home, { recursive: true })
  if (left.config !== undefined) writeFileSync(join(home, "config.json"), left.config, { mode: 0o600 })
  writeDatabase(home, left)
}

export const write = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** A conversation of the engine, as it lies in a `.claude`. */
export const converse = (claude: string, dir: string, session: string): void =>
  write(
    join(claude, "projects", dir.replaceAll("/", "-"), `${session}.jsonl`),
    `${JSON.stringify({ type: "user", uuid: "u1", sessionId: session, message: { role: "user", content: "hello" } })}\n`
  )

const entry = (path: string, shown: string): string => {
  const stat = lstatSync(path)
  const mode = (stat.mode & 0o777).toString(8)
  if (stat.isSymbolicLink()) return `${shown} -> ${readlinkSync(path)}`
  if (stat.isDirectory()) return `${shown}/ ${mode}`
  if (!stat.isFile()) return `${shown} ? ${mode}`
  const hash = createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 16)
  return `${shown} ${mode} ${stat.mtimeMs} ${hash}`
}

/** Every entry below a directory with its kind, permissions, time and content; empty where there is none. */
export const tree = (dir: string): ReadonlyArray<string> =>
  !existsSync(dir)
    ? []
    : (readdirSync(dir, { recursive: true }) as Array<string>).sort().map((name) => entry(join(dir, name), name))
