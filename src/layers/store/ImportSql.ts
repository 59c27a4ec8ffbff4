/** What is imported, in rows: what is there already is read from a copy, what is taken is stored in one transaction. */
import { Effect, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { DatabaseSync } from "node:sqlite"
import { type Channel, ForkPoint } from "../../domain/Channel.ts"
import { OwnGrants } from "../../domain/chat/Grants.ts"
import type { TakenTask } from "../../domain/predecessor/Tasks.ts"
import { Channels } from "../../services/Channels.ts"
import { Tasks } from "../../services/Tasks.ts"
import { orStoreError, toStoreError } from "./Errors.ts"
import { readMeta, writeMeta } from "./Meta.ts"

/** A channel that is not here yet (`fresh`), or what one that is here is silent about. */
export type TakenChannel = Pick<
  Channel,
  "channel_id" | "platform" | "name" | "parent_id" | "dir_path" | "active" | "session_id" | "fork_from" | "permissions"
> & { readonly fresh: boolean; readonly created_at: number | undefined }

export interface Taken {
  readonly channels: ReadonlyArray<TakenChannel>
  /** By the key under which they are remembered. */
  readonly tasks: ReadonlyMap<string, TakenTask>
}

/** What was imported once is never imported again, whatever became of it here. */
const Imported = Schema.Struct({ channels: Schema.Array(Schema.String), tasks: Schema.Array(Schema.String) })
const Stored = Schema.fromJsonString(Imported)
const decode = Schema.decodeUnknownSync(Stored)
const encode = Schema.encodeSync(Stored)
const none: typeof Imported.Type = { channels: [], tasks: [] }
const key = "imported"

export interface KnownChannel {
  readonly hasDirectory: boolean
  /** It is in a conversation, or has been. */
  readonly hasSession: boolean
  readonly hasGrants: boolean
}

export interface Known {
  readonly imported: { readonly channels: ReadonlySet<string>; readonly tasks: ReadonlySet<string> }
  readonly channels: ReadonlyMap<string, KnownChannel>
  /** `<channel> <template>` of tasks that were made from templates. */
  readonly templates: ReadonlySet<string>
}

export const templateKey = (channel: string, template: string): string => `${channel} ${template}`

const look = (path: string): Known => {
  const db = new DatabaseSync(path)
  try {
    const tables = new Set(
      db
        .prepare("SELECT name FROM sqlite_master")
        .all()
        .map(({ name }) => String(name))
    )
    const all = (table: string, columns = "*") =>
      tables.has(table) ? db.prepare(`SELECT ${columns} FROM ${table}`).all() : []
    const value = all("meta").find((row) => row["key"] === key)?.["value"]
    const { channels, tasks } = value === undefined ? none : decode(value)
    return {
      imported: { channels: new Set(channels), tasks: new Set(tasks) },
      channels: new Map(
        all("channels").map((row) => [
          String(row["channel_id"]),
          {
            hasDirectory: row["dir_path"] !== null,
            hasSession: row["session_id"] !== null || row["fork_from"] !== null || Number(row["resets"] ?? 0) > 0,
            hasGrants: (row["permissions"] ?? "{}") !== "{}"
          }
        ])
      ),
      templates: new Set(
        all("tasks").flatMap((row) =>
          typeof row["template_name"] === "string" ? [templateKey(String(row["channel_id"]), row["template_name"])] : []
        )
      )
    }
  } finally {
    db.close()
  }
}

/** Of a copy of Loop's own database; nothing where there is none yet. */
export const known = (path: string | undefined) =>
  path !== undefined
    ? Effect.try({ try: () => look(path), catch: (cause) => toStoreError("Import.known", cause) })
    : Effect.succeed<Known>({
        imported: { channels: new Set(), tasks: new Set() },
        channels: new Map(),
        templates: new Set()
      })

const encodeFork = Schema.encodeSync(Schema.fromJsonString(ForkPoint))
const encodeGrants = Schema.encodeSync(Schema.fromJsonString(OwnGrants))

/** All of it or nothing. */
export const store = Effect.fn("Import.store")(function* (taken: Taken) {
  const sql = yield* SqlClient.SqlClient
  const channels = yield* Channels
  const tasks = yield* Tasks
  yield* sql.withTransaction(
    Effect.gen(function* () {
      const value = yield* readMeta(sql, key)
      const before = value === undefined ? none : decode(value)
      for (const { active, channel_id, created_at, fresh, name, parent_id, platform, ...rest } of taken.channels) {
        const { dir_path, fork_from, permissions, session_id } = rest
        if (fresh) yield* channels.upsert({ channel_id, platform, name, ...(parent_id !== null && { parent_id }) })
        const columns = {
          ...(fresh && { active: Number(active) }),
          ...(fresh && created_at !== undefined && { created_at }),
          ...(dir_path !== null && { dir_path }),
          ...(session_id !== null && { session_id }),
          ...(fork_from !== null && { fork_from: encodeFork(fork_from) }),
          ...(Object.keys(permissions).length > 0 && { permissions: encodeGrants(permissions) })
        }
        if (Object.keys(columns).length === 0) continue
        yield* sql`UPDATE channels SET ${sql.update(columns)} WHERE channel_id = ${channel_id}`
      }
      for (const { created_at, enabled, paused_reason, ...task } of taken.tasks.values()) {
        const made = yield* tasks.insert(task)
        if (made === undefined) continue
        if (!enabled) yield* tasks.patch(made.task_id, { enabled, paused_reason })
        if (created_at !== undefined) {
          yield* sql`UPDATE tasks SET created_at = ${created_at} WHERE task_id = ${made.task_id}`
        }
      }
      const after = {
        channels: [...new Set([...before.channels, ...taken.channels.map(({ channel_id }) => channel_id)])],
        tasks: [...new Set([...before.tasks, ...taken.tasks.keys()])]
      }
      yield* writeMeta(sql, key, encode(after))
    })
  )
}, orStoreError("Import.store"))
