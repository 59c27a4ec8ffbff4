import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ChannelId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Outbox } from "../../../src/services/Outbox.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { events, fresh, inbound, messageId, openRoom, other, room, run, runId } from "./support.ts"

const m1 = messageId("m1")
const ids = (messages: ReadonlyArray<{ readonly message_id: string }>) => messages.map((message) => message.message_id)
const types = Effect.map(events, (all) => all.map((event) => event.type))

describe("list", () => {
  it.effect("goes back from the newest, page by page", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      for (const id of ["a", "b", "c", "d"]) yield* messages.accept(inbound(id))
      assert.deepStrictEqual(ids(yield* messages.list(room, { limit: 3 })), ["d", "c", "b"])
      assert.deepStrictEqual(ids(yield* messages.list(room, { limit: 3, before: messageId("b") })), ["a"])
      assert.deepStrictEqual(ids(yield* messages.list(room, { limit: 3, before: messageId("nowhere") })), [])
      assert.deepStrictEqual(yield* messages.get(other, messageId("a")), undefined)
    }).pipe(Effect.provide(fresh))
  )
})

describe("say", () => {
  it.effect("stores what the bot says together with its outbox row, and tells of it", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* Runs.use((runs) => runs.insert(run("r1")))
      const id = (yield* messages.say({ channel_id: room, run_id: runId("r1"), key: "end", content: "Done." })) ?? m1
      assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      const [message] = yield* messages.ofRun(runId("r1"))
      assert.deepInclude(message, {
        message_id: id,
        author_id: "loop",
        author_name: "Loop",
        is_bot: true,
        state: "sending"
      })
      const [due] = yield* Outbox.use((outbox) => outbox.due(0))
      assert.deepInclude(due, { channel_id: room, message_id: id, part: 0, content: "Done.", attempts: 0 })
      assert.deepStrictEqual(yield* types, ["message.created"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("says a thing once in a run, and what belongs to no run once altogether", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* openRoom(other)
      yield* Runs.use((runs) => runs.insert(run("r1")))
      yield* Runs.use((runs) => runs.insert(run("r2", { channel_id: other })))
      const say = (run_id: string | null, key: string, channel_id: ChannelId = room) =>
        messages.say({ channel_id, run_id: run_id === null ? null : runId(run_id), key, content: key })
      assert.isDefined(yield* say("r1", "end"))
      assert.isUndefined(yield* say("r1", "end"))
      assert.isDefined(yield* say("r1", "note:fresh"))
      assert.isDefined(yield* say("r2", "end", other))
      assert.isDefined(yield* say(null, "hello"))
      assert.isUndefined(yield* say(null, "hello", other))
      assert.strictEqual((yield* types).length, 4)
      assert.strictEqual((yield* messages.list(room, { limit: 10 })).length, 3)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("stores nothing for a run that is not there", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      const saying = messages.say({ channel_id: room, run_id: runId("nowhere"), key: "end", content: "x" })
      assert.deepStrictEqual((yield* Effect.flip(saying))._tag, "StoreError")
      assert.deepStrictEqual([yield* messages.list(room, { limit: 1 }), yield* events], [[], []])
    }).pipe(Effect.provide(fresh))
  )
})

describe("pending", () => {
  it.effect("names the channels with something to do: queued, running, or a live run", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      const channels = ["a", "b", "c", "d"].map((name) => `local:${name}` as ChannelId)
      for (const channel_id of channels) {
        yield* Channels.use((all) => all.upsert({ channel_id, platform: "local" }))
        yield* messages.accept(inbound("m1", { channel_id }))
      }
      const [a, b, c, d] = channels as [ChannelId, ChannelId, ChannelId, ChannelId]
      yield* messages.mark(b, [m1], "running", null)
      yield* messages.mark(c, [m1], "replied", null)
      yield* messages.mark(d, [m1], "replied", null)
      yield* Runs.use((runs) => runs.insert(run("r1", { channel_id: d, status: "waiting" })))
      assert.deepStrictEqual(yield* messages.pending, [a, b, d])
    }).pipe(Effect.provide(fresh))
  )
})
