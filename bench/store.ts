/**
 * What durability costs: messages accepted per second with `synchronous` FULL (on the disk before `accept` returns) and
 * NORMAL (with the next checkpoint), one after the other and in turns; and the bare transaction below it.
 */
import { join } from "node:path"
import { Clock, Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { ChannelId, MessageId } from "../src/domain/Ids.ts"
import * as Sqlite from "../src/layers/Sqlite.ts"
import * as Store from "../src/layers/store/index.ts"
import { Channels } from "../src/services/Channels.ts"
import { Messages } from "../src/services/Messages.ts"
import { directory, report } from "./support.ts"

type Synchronous = "FULL" | "NORMAL"

const rate = Effect.fnUntraced(function* <E, R>(times: number, one: (index: number) => Effect.Effect<unknown, E, R>) {
  const start = yield* Clock.monotonicTimeNanos
  for (let index = 0; index < times; index++) yield* one(index)
  return times / (Number((yield* Clock.monotonicTimeNanos) - start) / 1e9)
})

const inRoom = "local:bench" as ChannelId
const message = (index: number) => ({
  channel_id: inRoom,
  message_id: `m${index}` as MessageId,
  author_id: "u",
  author_name: "Ada",
  content: "Please look at the failing test in the parser and tell me what is wrong with it.",
  kind: "prompt" as const,
  attachments: []
})

/** Accepted and taken out again, so that the queue stays as short as it is in life. */
const accepted = (synchronous: Synchronous, times: number) =>
  Effect.gen(function* () {
    const path = yield* directory
    return yield* Effect.gen(function* () {
      yield* Channels.use((channels) => channels.upsert({ channel_id: inRoom, platform: "local" }))
      const messages = yield* Messages
      const one = (index: number) =>
        index % 10 === 9
          ? Effect.andThen(
              messages.accept(message(index)),
              Effect.flatMap(messages.queued(inRoom), (queue) =>
                messages.mark(
                  inRoom,
                  queue.map((queued) => queued.message_id),
                  "replied",
                  null
                )
              )
            )
          : messages.accept(message(index))
      return yield* rate(times, one)
    }).pipe(Effect.provide(Store.layer(join(path, "loop.sqlite"), { synchronous }), { local: true }))
  }).pipe(Effect.scoped)

/** The same three rows without anything of ours around them. */
const bare = (synchronous: Synchronous, times: number) =>
  Effect.gen(function* () {
    const path = yield* directory
    return yield* Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      yield* sql`CREATE TABLE letters (seq INTEGER PRIMARY KEY AUTOINCREMENT, room TEXT, id TEXT, content TEXT, UNIQUE (room, id))`
      yield* sql`CREATE TABLE events (id INTEGER PRIMARY KEY AUTOINCREMENT, data TEXT)`
      const data = "x".repeat(300)
      return yield* rate(times, (index) =>
        sql.withTransaction(
          Effect.andThen(
            sql`INSERT INTO letters ${sql.insert({ room: "r", id: String(index), content: data })}`,
            sql`INSERT INTO events ${sql.insert([{ data }, { data }])}`
          )
        )
      )
    }).pipe(Effect.provide(Sqlite.layer({ filename: join(path, "bare.sqlite"), synchronous }), { local: true }))
  }).pipe(Effect.scoped)

const best = Effect.fnUntraced(function* <E>(measure: (synchronous: Synchronous) => Effect.Effect<number, E>) {
  const rounds = [1, 2, 3]
  const all = yield* Effect.forEach(rounds, () => Effect.zip(measure("FULL"), measure("NORMAL")))
  return { full: Math.max(...all.map(([full]) => full)), normal: Math.max(...all.map(([, normal]) => normal)) }
})

const figures = Effect.gen(function* () {
  const times = 1500
  const message = yield* best((synchronous) => accepted(synchronous, times))
  const transaction = yield* best((synchronous) => bare(synchronous, times))
  const against = ({ normal }: { readonly normal: number }) => `NORMAL: ${Math.round(normal)} /s; best of 3`
  return [
    { what: "store: messages accepted, FULL", value: message.full, unit: "/s", against: against(message) },
    { what: "store: NORMAL / FULL", value: message.normal / message.full, unit: "x", against: "accepted", atMost: 3 },
    { what: "store: bare transactions, FULL", value: transaction.full, unit: "/s", against: against(transaction) }
  ]
})

if (import.meta.main) await report(figures)
