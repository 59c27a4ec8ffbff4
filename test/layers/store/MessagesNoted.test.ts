import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Channels } from "../../../src/services/Channels.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { events, fresh, inbound, messageId, openRoom, other, room, run, runId } from "./support.ts"

const ids = (messages: ReadonlyArray<{ readonly message_id: string }>) => messages.map((message) => message.message_id)
const last = Number.MAX_SAFE_INTEGER

describe("What was noted", () => {
  it.effect("is no message to answer, is stored once, and is told of", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* messages.note(inbound("a"))
      yield* messages.note(inbound("a", { content: "again" }))
      assert.deepStrictEqual(yield* messages.queued(room), [])
      assert.deepStrictEqual(yield* messages.pending, [])
      assert.deepInclude(yield* messages.get(room, messageId("a")), { state: "noted", content: "text of a" })
      assert.deepStrictEqual(
        (yield* events).map(({ type }) => type),
        ["message.created"]
      )
      assert.strictEqual(
        (yield* Effect.flip(messages.note(inbound("b", { channel_id: other }))))._tag,
        "ChannelNotFound"
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("belongs to the run that told it, and so does what was too much to be told", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      for (const id of ["a", "b", "c"]) yield* messages.note(inbound(id))
      const { seq } = yield* messages.accept(inbound("call"))
      yield* messages.note(inbound("d"))
      assert.deepStrictEqual(ids(yield* messages.noted(room, seq, 2)), ["b", "c"])
      yield* Runs.use((runs) => runs.insert(run("r1")))
      yield* messages.tell(room, seq, runId("r1"))
      assert.deepStrictEqual(ids(yield* messages.noted(room, last, 50)), ["d"])
      assert.deepStrictEqual(ids(yield* messages.ofRun(runId("r1"))), ["a", "b", "c"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("before a reset is told to nobody after it", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      for (const id of ["a", "b"]) yield* messages.note(inbound(id))
      const [, newest] = yield* messages.noted(room, last, 50)
      yield* Channels.use((channels) => channels.patch(room, { resets: 1, reset_seq: newest?.seq ?? 0 }))
      yield* messages.note(inbound("c"))
      assert.deepStrictEqual(ids(yield* messages.noted(room, last, 50)), ["c"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("can be changed and dropped until it was told", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      for (const id of ["a", "b", "c"]) yield* messages.note(inbound(id))
      assert.isTrue(yield* messages.edit(room, messageId("a"), "better", []))
      assert.isTrue(yield* messages.drop(room, messageId("b")))
      assert.deepStrictEqual(
        (yield* messages.noted(room, last, 50)).map(({ content }) => content),
        ["better", "text of c"]
      )
      yield* Runs.use((runs) => runs.insert(run("r1")))
      yield* messages.tell(room, last, runId("r1"))
      assert.isFalse(yield* messages.edit(room, messageId("a"), "late", []))
      assert.isFalse(yield* messages.drop(room, messageId("c")))
    }).pipe(Effect.provide(fresh))
  )
})
