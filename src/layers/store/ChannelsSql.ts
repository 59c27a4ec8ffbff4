/** `Channels` in SQL. */
import { Clock, Effect, Layer, Schema, Struct } from "effect"
import { SqlClient } from "effect/sql"
import { Channel, ChannelSettings, ForkPoint } from "../../domain/Channel.ts"
import { splitMount } from "../../domain/Config.ts"
import { OwnGrants } from "../../domain/chat/Grants.ts"
import { type ChannelId, PlatformName } from "../../domain/Ids.ts"
import { ChannelNotFound, Channels, type ChannelDraft, type ChannelPatch } from "../../services/Channels.ts"
import * as ChannelMove from "./ChannelMove.ts"
import { orStoreError } from "./Errors.ts"

const Row = Schema.Struct({
  ...Channel.fields,
  active: Schema.BooleanFromBit,
  fork_from: Schema.NullOr(Schema.fromJsonString(ForkPoint)),
  settings: Schema.fromJsonString(ChannelSettings),
  permissions: Schema.fromJsonString(OwnGrants)
})
const Columns = Row.mapFields(Struct.map(Schema.optionalKey))
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
const encode = Schema.encodeEffect(Columns)
const decodePlaces = Schema.decodeUnknownEffect(
  Schema.Array(
    Schema.Struct({
      channel_id: Row.fields.channel_id,
      parent_id: Row.fields.parent_id,
      dir_path: Row.fields.dir_path,
      settings: Row.fields.settings
    })
  )
)
const decodeOffers = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ commands: Schema.fromJsonString(Schema.Array(Schema.String)) }))
)

/** Letters are folded here: SQLite folds ASCII only, PostgreSQL by locale. */
const fold = (name: string) => name.toLowerCase()
const named = (name: string | undefined) => (name === undefined ? {} : { name_folded: fold(name) })
const nativePart = (id: ChannelId) => id.slice(id.indexOf(":") + 1)

const merged = (settings: ChannelSettings, changes: ChannelPatch["settings"] = {}): ChannelSettings => {
  const given = Object.entries({ ...settings, ...changes })
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== undefined))
}

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const columns = sql.csv(Object.keys(Row.fields).map((column) => sql`${sql(column)}`))

  const get = Effect.fn("Channels.get")(function* (id: ChannelId) {
    const [channel] = yield* decode(yield* sql`SELECT ${columns} FROM channels WHERE channel_id = ${id}`)
    return channel ?? (yield* new ChannelNotFound({ channel_id: id }))
  }, orStoreError("Channels.get"))

  const search = Effect.fn("Channels.search")(function* (query: string) {
    const part = `%${fold(query).replaceAll(/[\\%_]/g, "\\$&")}%`
    const rows = sql`SELECT ${columns} FROM channels WHERE name_folded LIKE ${part} ESCAPE '\\'
      ORDER BY name_folded, channel_id`
    return yield* decode(yield* rows)
  }, orStoreError("Channels.search"))

  const resolve = Effect.fn("Channels.resolve")(function* (id: string) {
    const find = (ids: ReadonlyArray<string>) =>
      Effect.flatMap(
        sql`SELECT ${columns} FROM channels WHERE ${sql.in("channel_id", ids)} ORDER BY channel_id`,
        decode
      )
    const exact = yield* find([id])
    return exact.length > 0 ? exact : yield* find(PlatformName.literals.map((platform) => `${platform}:${id}`))
  }, orStoreError("Channels.resolve"))

  const byDirectory = Effect.fn("Channels.byDirectory")(function* (dir: string, platform: PlatformName) {
    const rows = sql`SELECT ${columns} FROM channels
      WHERE dir_path = ${dir} AND platform = ${platform} AND parent_id IS NULL ORDER BY created_at, channel_id LIMIT 1`
    return (yield* decode(yield* rows))[0]
  }, orStoreError("Channels.byDirectory"))

  const workingIn = Effect.fn("Channels.workingIn")(function* (dir: string) {
    // A thread without a directory of its own works in its channel's.
    const rows = sql`SELECT ${columns} FROM channels WHERE channel_id IN (
      SELECT c.channel_id FROM runs r JOIN channels c ON c.channel_id = r.channel_id
      LEFT JOIN channels p ON p.channel_id = c.parent_id
      WHERE r.status IN ('starting', 'running', 'waiting') AND COALESCE(c.dir_path, p.dir_path) = ${dir}
    ) ORDER BY channel_id`
    return yield* decode(yield* rows)
  }, orStoreError("Channels.workingIn"))

  const threads = Effect.fn("Channels.threads")(function* (id: ChannelId) {
    const rows = sql`SELECT ${columns} FROM channels WHERE parent_id = ${id} ORDER BY created_at, channel_id`
    return yield* decode(yield* rows)
  }, orStoreError("Channels.threads"))

  const upsert = Effect.fn("Channels.upsert")(function* (draft: ChannelDraft) {
    const { channel_id, ...given } = draft
    const known = { ...(yield* encode(given)), ...named(draft.name) }
    const name = draft.name ?? nativePart(channel_id)
    const blank = { channel_id, name, name_folded: fold(name), active: 1, settings: "{}" }
    const row = { ...blank, ...known, created_at: yield* Clock.currentTimeMillis }
    const [channel] = yield* decode(
      yield* sql`INSERT INTO channels ${sql.insert(row)}
        ON CONFLICT (channel_id) DO UPDATE SET ${sql.update(known)} RETURNING ${columns}`
    )
    return channel ?? (yield* Effect.die("an upsert returns its row"))
  }, orStoreError("Channels.upsert"))

  const patch = Effect.fn("Channels.patch")(
    function* (id: ChannelId, patch: ChannelPatch) {
      const { settings, ...plain } = patch
      const known = settings === undefined ? {} : { settings: merged((yield* get(id)).settings, settings) }
      const changes = { ...(yield* encode({ ...plain, ...known })), ...named(patch.name) }
      if (Object.keys(changes).length === 0) return yield* get(id)
      const changed = sql`UPDATE channels SET ${sql.update(changes)} WHERE channel_id = ${id} RETURNING ${columns}`
      const [channel] = yield* decode(yield* changed)
      if (patch.permissions !== undefined) {
        yield* sql`UPDATE channels SET permissions = '{}' WHERE parent_id = ${id}`
      }
      return channel ?? (yield* new ChannelNotFound({ channel_id: id }))
    },
    sql.withTransaction,
    orStoreError("Channels.patch")
  )

  const remove = Effect.fn("Channels.remove")(
    function* (id: ChannelId) {
      yield* sql`DELETE FROM events WHERE channel_id IN (
        WITH RECURSIVE family (id) AS (
          SELECT channel_id FROM channels WHERE channel_id = ${id}
          UNION SELECT c.channel_id FROM channels c JOIN family ON c.parent_id = family.id
        ) SELECT id FROM family)`
      yield* sql`DELETE FROM channels WHERE channel_id = ${id}`
    },
    sql.withTransaction,
    orStoreError("Channels.remove")
  )

  const move = Effect.fn("Channels.move")(
    (from: ChannelId, to: ChannelId) => ChannelMove.move(sql, from, to),
    sql.withTransaction,
    orStoreError("Channels.move")
  )

  const offer = Effect.fn("Channels.offer")(function* (id: ChannelId, names: ReadonlyArray<string>) {
    const commands = JSON.stringify(names)
    yield* sql`INSERT INTO agent_commands (channel_id, commands) SELECT channel_id, ${commands} FROM channels
      WHERE channel_id = ${id} ON CONFLICT (channel_id) DO UPDATE SET commands = ${commands}`
  }, orStoreError("Channels.offer"))

  const offered = Effect.fn("Channels.offered")(function* (id: ChannelId) {
    const [row] = yield* decodeOffers(yield* sql`SELECT commands FROM agent_commands WHERE channel_id = ${id}`)
    return row?.commands ?? []
  }, orStoreError("Channels.offered"))

  const places = sql`SELECT channel_id, parent_id, dir_path, settings FROM channels
    WHERE dir_path IS NOT NULL OR settings LIKE '%"mounts":%' ORDER BY channel_id`.pipe(
    Effect.flatMap(decodePlaces),
    Effect.map((rows) =>
      rows.map(({ channel_id, dir_path, parent_id, settings }) => ({
        root: parent_id ?? channel_id,
        dir_path,
        mounts: (settings.mounts ?? []).flatMap((text) => {
          const mount = splitMount(text)
          return typeof mount === "string" ? [] : [mount]
        })
      }))
    ),
    orStoreError("Channels.places")
  )

  const root = (channel: Channel) => (channel.parent_id === null ? Effect.succeed(channel) : get(channel.parent_id))

  return Channels.of({
    get,
    root,
    search,
    resolve,
    byDirectory,
    workingIn,
    upsert,
    patch,
    remove,
    threads,
    places,
    move,
    offer,
    offered
  })
})

export const layer = Layer.effect(Channels, make)
