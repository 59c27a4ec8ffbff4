/**
 * `Journal` in SQL, and the live hub. A subscriber keeps a cursor and reads the table when it is signalled: nothing is
 * queued for it, so it can be as slow as it likes. Signals are given after the commit, and never carry data.
 *
 * On several hosts over PostgreSQL two things would change: the signal (LISTEN/NOTIFY), and the order of ids, which is
 * that of the commits only while there is one writer.
 */
import { Array as Arr, Clock, Effect, Latch, Layer, Schema, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { JournalEvent, type LiveEvent, type NewEvent, type TextFrame } from "../../domain/ChannelEvent.ts"
import type { ChannelId, RunId } from "../../domain/Ids.ts"
import * as Metrics from "../../domain/Metrics.ts"
import { Masking } from "../../services/Masking.ts"
import { Journal } from "../../services/Journal.ts"
import { orStoreError, type StorageFailure } from "./Errors.ts"
import * as LiveText from "./LiveText.ts"
import { journalFloor } from "./Meta.ts"
import * as Watchers from "./Watchers.ts"

const Row = Schema.Struct({ ...JournalEvent.fields, data: Schema.fromJsonString(Schema.Json) })
const decode = Schema.decodeUnknownEffect(Schema.Array(Row))
const page = 256
const textInterval = "50 millis"

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  const masker = yield* Masking
  const texts = LiveText.make(masker.soFar)
  /** Channels in which text was written since their readers were told. */
  const writing = new Set<ChannelId>()
  const written = yield* Latch.make(false)

  const bounds = Effect.gen(function* () {
    const floor = yield* journalFloor(sql)
    const rows = yield* sql<{ last: number | null }>`SELECT MAX(id) AS last FROM events`
    return { floor, last: Math.max(rows[0]?.last ?? 0, floor) }
  })
  const watchers = Watchers.make((yield* bounds.pipe(orStoreError("Journal.open"))).last)

  const append = Effect.fn("Journal.append")(function* (events: ReadonlyArray<NewEvent>) {
    if (!Arr.isReadonlyArrayNonEmpty(events)) return
    const rows = Arr.map(events, ({ at, channel_id, data, run_id, type }) => {
      return { type, at, channel_id, run_id, data: JSON.stringify(masker.data(data)) }
    })
    const stored = yield* sql<{ id: number }>`INSERT INTO events ${sql.insert(rows)} RETURNING id`
    const last = Math.max(...stored.map(({ id }) => id))
    const channels = new Set(events.map(({ channel_id }) => channel_id))
    yield* sql.afterCommit(
      Effect.andThen(
        Effect.sync(() => watchers.tell(channels, last)),
        Metrics.stored(events)
      )
    )
  }, orStoreError("Journal.append"))

  const ofRun = Effect.fn("Journal.ofRun")(function* (run: RunId) {
    return yield* decode(yield* sql`SELECT * FROM events WHERE run_id = ${run} ORDER BY id`)
  }, orStoreError("Journal.ofRun"))

  const after = (id: number, channel: ChannelId | undefined) => {
    const mine = channel === undefined ? sql.literal("1 = 1") : sql`channel_id = ${channel}`
    return Effect.flatMap(sql`SELECT * FROM events WHERE ${mine} AND id > ${id} ORDER BY id LIMIT ${page}`, decode)
  }

  const text = (frame: TextFrame) =>
    Effect.andThen(
      Effect.sync(() => {
        texts.write(frame)
        writing.add(frame.channel_id)
      }),
      written.open
    )

  const textDone = (run: RunId) => Effect.sync(() => texts.forget(run))

  // The first piece is shown at once, what follows within the interval together.
  yield* written.await.pipe(
    Effect.andThen(written.close),
    Effect.andThen(
      Effect.sync(() => {
        watchers.tell(writing)
        writing.clear()
      })
    ),
    Effect.andThen(Effect.sleep(textInterval)),
    Effect.forever,
    Effect.forkScoped
  )

  const subscribe = Effect.fn("Journal.subscribe")(function* (options: {
    readonly channel?: ChannelId
    readonly after?: number
  }) {
    const { channel } = options
    const reader = yield* watchers.watch(channel)
    const { floor, last } = yield* bounds
    const asked = options.after ?? last
    // Too old, or of another database: what lies between cannot be told.
    const lost = asked < floor || asked > last
    const at = yield* Clock.currentTimeMillis
    const reset = { id: last, type: "reset", at, channel_id: channel ?? null, run_id: null, data: {} } as const
    const seen: LiveText.Seen = new Map()
    let cursor = lost ? last : asked
    let upTo = -1

    const next: Effect.Effect<ReadonlyArray<LiveEvent>, StorageFailure> = Effect.gen(function* () {
      while (true) {
        const target = reader.newest()
        if (upTo < target) {
          const events = yield* after(cursor, channel)
          cursor = events.at(-1)?.id ?? cursor
          if (events.length < page) upTo = target
          if (events.length > 0) return events
        }
        const frames = texts.unseen(seen, channel)
        if (frames.length > 0) return frames
        yield* reader.signalled
      }
    })
    const live = Stream.fromIterableEffectRepeat(next.pipe(orStoreError("Journal.subscribe")))
    return lost ? Stream.concat(Stream.make<[LiveEvent]>(reset), live) : live
  }, orStoreError("Journal.subscribe"))

  return Journal.of({ append, ofRun, text, textDone, subscribe })
})

export const layer = Layer.effect(Journal, make)
