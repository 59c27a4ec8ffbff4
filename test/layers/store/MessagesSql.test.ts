import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import type { PromptId } from "../../../src/domain/Ids.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { events, fresh, inbound, messageId, openRoom, other, room, run, runId } from "./support.ts"

const m1 = messageId("m1")
const m2 = messageId("m2")
const ids = (messages: ReadonlyArray<{ readonly message_id: string }>) => messages.map((message) => message.message_id)
const types = Effect.map(events, (all) => all.map((event) => event.type))

describe("accept", () => {
  it.effect("stores a message as queued and tells of it and of the queue", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* TestClock.setTime(1_700_000_000_000)
      const file = { name: "a.png", mime: "image/png", path: "/inbox/a.png" }
      const { seq, fresh: first } = yield* messages.accept(inbound("m1", { attachments: [file], kind: "raw" }))
      assert.isTrue(first)
      const stored = yield* messages.get(room, m1)
      assert.deepStrictEqual(stored, {
        ...inbound("m1", { attachments: [file], kind: "raw" }),
        seq,
        buttons: null,
        is_bot: false,
        state: "queued",
        run_id: null,
        prompt_id: null,
        created_at: 1_700_000_000_000
      })
      const shown = {
        message_id: "m1",
        author_name: "Ada",
        content: "text of m1",
        created_at: "2023-11-14T22:13:20.000Z"
      }
      assert.deepStrictEqual(
        (yield* events).map(({ type, at, channel_id, data }) => ({ type, at, channel_id, data })),
        [
          {
            type: "message.created",
            at: 1_700_000_000_000,
            channel_id: room,
            data: {
              ...shown,
              author_id: "u1",
              is_bot: false,
              state: "queued",
              kind: "raw",
              attachments: [{ name: file.name, mime: file.mime }]
            }
          },
          { type: "queue.changed", at: 1_700_000_000_000, channel_id: room, data: { queue: [shown], total: 1 } }
        ]
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("does nothing for an id that the channel knows, also when both come at once", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* openRoom(other)
      const twice = [messages.accept(inbound("m1")), messages.accept(inbound("m1", { content: "again" }))]
      const [first, second] = yield* Effect.all(twice, { concurrency: "unbounded" })
      assert.deepStrictEqual([first?.fresh, second?.fresh, first?.seq], [true, false, second?.seq])
      assert.deepStrictEqual(
        (yield* messages.queued(room)).map((message) => message.content),
        ["text of m1"]
      )
      assert.deepStrictEqual(yield* types, ["message.created", "queue.changed"])
      // Another channel may use the same id.
      assert.isTrue((yield* messages.accept(inbound("m1", { channel_id: other }))).fresh)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("knows an id for ever, whatever became of its message", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* messages.accept(inbound("m1"))
      yield* messages.drop(room, m1)
      assert.isFalse((yield* messages.accept(inbound("m1"))).fresh)
      assert.deepStrictEqual(yield* messages.queued(room), [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("refuses a message to a channel that is not there", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Messages.use((messages) => messages.accept(inbound("m1"))))
      assert.deepStrictEqual(error._tag, "ChannelNotFound")
      assert.deepStrictEqual(yield* events, [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("gives twenty messages that come at once one place each, over all channels", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* openRoom(other)
      const many = Array.from({ length: 20 }, (_, n) => inbound(`m${n}`, { channel_id: n % 2 === 0 ? room : other }))
      const accepted = yield* Effect.forEach(many, messages.accept, { concurrency: "unbounded" })
      const seqs = accepted.map(({ seq }) => seq)
      assert.deepStrictEqual(
        seqs,
        [...new Set(seqs)].sort((a, b) => a - b)
      )
      assert.strictEqual((yield* messages.queued(room)).length, 10)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("shows the beginning of a long queue and its length", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      for (let n = 0; n < 60; n++) yield* messages.accept(inbound(`m${n}`))
      const last = (yield* events).at(-1)?.data as { queue: ReadonlyArray<unknown>; total: number }
      assert.deepStrictEqual([last.queue.length, last.total], [50, 60])
      assert.strictEqual((yield* messages.queued(room)).length, 60)
    }).pipe(Effect.provide(fresh))
  )
})

describe("a queued message", () => {
  it.effect("can be edited and dropped, and both are told", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* messages.accept(inbound("m1"))
      yield* messages.accept(inbound("m2"))
      assert.isTrue(yield* messages.edit(room, m1, "better", []))
      assert.isTrue(yield* messages.drop(room, m2))
      assert.deepStrictEqual(
        (yield* messages.queued(room)).map((message) => message.content),
        ["better"]
      )
      assert.deepStrictEqual((yield* messages.get(room, m2))?.state, "dropped")
      const told = (yield* events).slice(4)
      assert.deepStrictEqual(
        told.map((event) => event.type),
        ["message.updated", "queue.changed", "message.updated", "queue.changed"]
      )
      assert.deepInclude(told[0]?.data, { message_id: "m1", content: "better", state: "queued" })
      assert.deepInclude(told[2]?.data, { message_id: "m2", state: "dropped" })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("can be neither edited nor dropped once somebody has begun with it, and nothing is told", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* messages.accept(inbound("m1"))
      yield* messages.accept(inbound("m2"))
      yield* Runs.use((runs) => runs.insert(run("r1")))
      yield* messages.mark(room, [m1], "running", runId("r1"))
      yield* messages.steered(room, m2, "p2" as PromptId)
      assert.deepStrictEqual((yield* messages.get(room, m2))?.prompt_id, "p2")
      const before = yield* events
      for (const id of [m1, m2, messageId("unknown")]) {
        assert.isFalse(yield* messages.edit(room, id, "better", []))
        assert.isFalse(yield* messages.drop(room, id))
      }
      assert.deepStrictEqual(yield* events, before)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is either dropped or run when both are tried at once, never both", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* Runs.use((runs) => runs.insert(run("r1")))
      for (let n = 0; n < 10; n++) {
        const id = messageId(`m${n}`)
        yield* messages.accept(inbound(id))
        const take = Effect.gen(function* () {
          const sql = yield* SqlClient.SqlClient
          return yield* sql.withTransaction(
            Effect.gen(function* () {
              const queue = yield* messages.queued(room)
              yield* Effect.yieldNow
              yield* messages.mark(
                room,
                queue.map((message) => message.message_id),
                "running",
                runId("r1")
              )
              return queue.length > 0
            })
          )
        })
        const race = n % 2 === 0 ? [take, messages.drop(room, id)] : [messages.drop(room, id), take]
        const won = yield* Effect.all(race, { concurrency: "unbounded" })
        assert.deepStrictEqual(won, [true, false])
        assert.deepStrictEqual((yield* messages.get(room, id))?.state, n % 2 === 0 ? "running" : "dropped")
      }
    }).pipe(Effect.provide(fresh))
  )
})

describe("mark", () => {
  it.effect("tells of each message that changed and of a queue that did, once", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* messages.accept(inbound("m1"))
      yield* messages.accept(inbound("m2"))
      yield* Runs.use((runs) => runs.insert(run("r1")))
      const seen = (yield* events).length
      yield* messages.mark(room, [m2, m1], "running", runId("r1"))
      yield* messages.mark(room, [m1, m2], "running", runId("r1"))
      yield* messages.mark(room, [m1], "replied", runId("r1"))
      yield* messages.mark(room, [m2], "queued", null)
      yield* messages.mark(room, [], "queued", null)
      yield* messages.mark(room, [messageId("unknown")], "queued", null)
      const told = (yield* events).slice(seen)
      const brief = told.map(({ type, run_id, data }) => {
        const { message_id = "", state = "" } = data as { message_id?: string; state?: string }
        return [type, message_id, state, run_id]
      })
      assert.deepStrictEqual(brief, [
        ["message.updated", "m1", "running", "r1"],
        ["message.updated", "m2", "running", "r1"],
        ["queue.changed", "", "", null],
        ["message.updated", "m1", "replied", "r1"],
        ["message.updated", "m2", "queued", null],
        ["queue.changed", "", "", null]
      ])
      assert.deepStrictEqual(ids(yield* messages.ofRun(runId("r1"))), ["m1"])
    }).pipe(Effect.provide(fresh))
  )
})
