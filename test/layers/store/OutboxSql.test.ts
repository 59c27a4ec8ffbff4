import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { SqlClient } from "effect/sql"
import type { ChannelId, MessageId } from "../../../src/domain/Ids.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Outbox } from "../../../src/services/Outbox.ts"
import { Store } from "../../../src/services/Store.ts"
import { events, fresh, openRoom, other, room } from "./support.ts"

const say = (key: string, channel_id: ChannelId = room) =>
  Effect.map(
    Messages.use((messages) => messages.say({ channel_id, run_id: null, key, content: key })),
    (id) => id as MessageId
  )
const content = (rows: ReadonlyArray<{ readonly content: string }>) => rows.map((row) => row.content)
const state = (id: MessageId) =>
  Effect.map(
    Messages.use((messages) => messages.get(room, id)),
    (message) => message?.state
  )
const id = (row: { readonly id: number } | undefined) => row?.id ?? -1

describe("Outbox", () => {
  it.effect("offers the oldest unsent row of each channel, and the next one only after it", () =>
    Effect.gen(function* () {
      const outbox = yield* Outbox
      yield* openRoom()
      yield* openRoom(other)
      yield* say("a1")
      yield* say("b1", other)
      yield* say("a2")
      const due = yield* outbox.due(0)
      assert.deepStrictEqual(content(due), ["a1", "b1"])
      yield* outbox.sent(id(due[0]), "platform-1")
      assert.deepStrictEqual(content(yield* outbox.due(0)), ["b1", "a2"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("waits with a whole channel while its oldest row waits for its next try", () =>
    Effect.gen(function* () {
      const outbox = yield* Outbox
      yield* openRoom()
      yield* openRoom(other)
      assert.deepStrictEqual(yield* outbox.nextDue, undefined)
      yield* say("a1")
      yield* say("a2")
      const [first] = yield* outbox.due(0)
      yield* outbox.trying(id(first), 100)
      yield* outbox.retryAt(id(first), 5000, "rate limited")
      assert.deepStrictEqual(yield* outbox.due(4999), [])
      assert.deepStrictEqual(yield* outbox.nextDue, 5000)
      yield* outbox.trying(id(first), 5000)
      assert.deepStrictEqual(yield* outbox.due(5000), [
        { ...first, attempts: 2, first_tried_at: 100 } as NonNullable<typeof first>
      ])
      yield* say("b1", other)
      assert.deepStrictEqual(yield* outbox.nextDue, 0)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("calls a message sent with its last part, and tells", () =>
    Effect.gen(function* () {
      const outbox = yield* Outbox
      const sql = yield* SqlClient.SqlClient
      yield* openRoom()
      const message_id = yield* say("a1")
      const part = { channel_id: room, message_id, part: 1, content: "rest", state: "waiting", attempts: 0, next_at: 0 }
      yield* sql`INSERT INTO outbox ${sql.insert(part)}`
      yield* outbox.sent(id((yield* outbox.due(0))[0]), "p1")
      assert.deepStrictEqual(yield* state(message_id), "sending")
      yield* outbox.sent(id((yield* outbox.due(0))[0]), "p2")
      assert.deepStrictEqual(yield* state(message_id), "sent")
      assert.deepStrictEqual(
        (yield* events).map(({ type }) => type),
        ["message.created", "message.updated"]
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("gives a message up with all its parts, and tells why", () =>
    Effect.gen(function* () {
      const outbox = yield* Outbox
      yield* openRoom()
      const first = yield* say("a1")
      const second = yield* say("a2")
      yield* outbox.failed(id((yield* outbox.due(0))[0]), "undelivered", "The channel is gone.")
      yield* outbox.failed(id((yield* outbox.due(0))[0]), "unknown", "Not confirmed.")
      assert.deepStrictEqual([yield* state(first), yield* state(second)], ["undelivered", "unknown"])
      assert.deepStrictEqual(yield* outbox.due(0), [])
      const told = (yield* events).filter(({ type }) => type === "message.updated").map(({ data }) => data)
      assert.deepInclude(told[0], { state: "undelivered", reason: "The channel is gone." })
      assert.deepInclude(told[1], { state: "unknown", reason: "Not confirmed." })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("settles a row once: what comes later changes nothing", () =>
    Effect.gen(function* () {
      const outbox = yield* Outbox
      yield* openRoom()
      const message_id = yield* say("a1")
      const [row] = yield* outbox.due(0)
      yield* outbox.sent(id(row), "p1")
      const before = yield* events
      yield* outbox.sent(id(row), "p2")
      yield* outbox.failed(id(row), "undelivered", "late")
      yield* outbox.retryAt(id(row), 0, "late")
      yield* outbox.trying(id(row), 9)
      assert.deepStrictEqual([yield* state(message_id), yield* outbox.due(10)], ["sent", []])
      assert.deepStrictEqual(yield* events, before)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("wakes its sender once for what was said since it last looked, and only after the commit", () =>
    Effect.gen(function* () {
      const outbox = yield* Outbox
      const store = yield* Store
      yield* openRoom()
      yield* say("a1")
      yield* say("a2")
      yield* outbox.wait
      const waiting = yield* Effect.forkChild(outbox.wait, { startImmediately: true })
      yield* Effect.exit(store.transaction(Effect.andThen(say("undone"), Effect.fail("no"))))
      yield* Effect.yieldNow
      assert.isUndefined(waiting.pollUnsafe())
      yield* store.transaction(
        Effect.gen(function* () {
          yield* say("a3")
          yield* Effect.yieldNow
          assert.isUndefined(waiting.pollUnsafe())
        })
      )
      yield* Fiber.join(waiting)
    }).pipe(Effect.provide(fresh))
  )
})
