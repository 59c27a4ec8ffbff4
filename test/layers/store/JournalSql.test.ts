import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Queue, Stream } from "effect"
import { TestClock } from "effect/testing"
import type { LiveEvent, NewEvent, TextFrame } from "../../../src/domain/ChannelEvent.ts"
import type { ChannelId } from "../../../src/domain/Ids.ts"
import { Journal } from "../../../src/services/Journal.ts"
import { Store } from "../../../src/services/Store.ts"
import { fresh, other, room, runId } from "./support.ts"

const event = (name: string, channel_id: ChannelId = room, at = 0): NewEvent => {
  return { type: "run.note", at, channel_id, run_id: runId("r1"), data: { name } }
}
const append = (...names: ReadonlyArray<string>) =>
  Journal.use((journal) => journal.append(names.map((name) => event(name))))

const frame = (text: string, offset: number, more: Partial<TextFrame["data"]> = {}, run = "r1"): TextFrame => ({
  type: "run.text",
  at: 0,
  channel_id: room,
  run_id: runId(run),
  data: { message_uuid: "b1", offset, text, ...more }
})
const write = (written: TextFrame) => Journal.use((journal) => journal.text(written))

/** What a subscriber receives, as it comes. */
const follow = Effect.fnUntraced(function* (options: { readonly channel?: ChannelId; readonly after?: number } = {}) {
  const stream = yield* Journal.use((journal) => journal.subscribe(options))
  const received = yield* Queue.unbounded<LiveEvent>()
  yield* Stream.runForEach(stream, (live) => Queue.offer(received, live)).pipe(
    Effect.forkScoped({ startImmediately: true })
  )
  return received
})
const name = (live: LiveEvent) => (live.data as { name?: string }).name ?? live.type
const names = (received: Queue.Queue<LiveEvent>, count: number) =>
  Effect.map(Effect.all(Array.from({ length: count }, () => Queue.take(received))), (all) => all.map(name))
const taken = (received: Queue.Queue<LiveEvent>) => Effect.map(Queue.take(received), (live) => live.data)

describe("the journal", () => {
  it.effect("is replayed after an id, and goes on live without a gap", () =>
    Effect.gen(function* () {
      yield* append("1", "2", "3")
      const received = yield* follow({ after: 1 })
      yield* append("4")
      assert.deepStrictEqual(yield* names(received, 3), ["2", "3", "4"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("begins with now where no id is given", () =>
    Effect.gen(function* () {
      yield* append("1")
      const received = yield* follow()
      yield* append("2")
      assert.deepStrictEqual(yield* names(received, 1), ["2"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is shown channel by channel where that is asked for", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const mine = yield* follow({ channel: room })
      const all = yield* follow()
      yield* journal.append([event("a", other), event("b"), { ...event("c"), channel_id: null }, event("d")])
      assert.deepStrictEqual(yield* names(mine, 2), ["b", "d"])
      assert.deepStrictEqual(yield* names(all, 4), ["a", "b", "c", "d"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is seen in order of id, only after the commit, and never what was undone", () =>
    Effect.gen(function* () {
      const store = yield* Store
      const received = yield* follow()
      yield* store.transaction(
        Effect.gen(function* () {
          yield* append("1")
          yield* Effect.exit(store.transaction(Effect.andThen(append("inner, undone"), Effect.fail("no"))))
          yield* store.transaction(append("2"))
          for (let turns = 0; turns < 20; turns++) yield* Effect.yieldNow
          assert.strictEqual(yield* Queue.size(received), 0)
        })
      )
      assert.deepStrictEqual(yield* names(received, 2), ["1", "2"])
      yield* Effect.exit(store.transaction(Effect.andThen(append("undone"), Effect.fail("no"))))
      yield* append("3")
      assert.deepStrictEqual(yield* names(received, 1), ["3"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("tells a run's story by itself", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* journal.append([event("1"), { ...event("2"), run_id: runId("r2") }, event("3")])
      assert.deepStrictEqual((yield* journal.ofRun(runId("r1"))).map(name), ["1", "3"])
      const [first] = yield* journal.ofRun(runId("r1"))
      assert.deepStrictEqual(first, { id: 1, ...event("1") })
      yield* journal.append([])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("answers an id that is older than what is kept with a reset, and goes on from there", () =>
    Effect.gen(function* () {
      const store = yield* Store
      yield* TestClock.setTime(1000)
      yield* Journal.use((journal) => journal.append([event("1"), event("2"), event("3", room, 999)]))
      yield* store.prune(Duration.millis(500))
      const late = yield* follow({ after: 1 })
      const inTime = yield* follow({ after: 2 })
      const [reset] = yield* Effect.all([Queue.take(late)])
      assert.deepStrictEqual(reset, { id: 3, type: "reset", at: 1000, channel_id: null, run_id: null, data: {} })
      yield* append("4")
      assert.deepStrictEqual(yield* names(late, 1), ["4"])
      assert.deepStrictEqual(yield* names(inTime, 2), ["3", "4"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("answers an id that it never gave with a reset, too", () =>
    Effect.gen(function* () {
      yield* append("1")
      const received = yield* follow({ after: 900, channel: room })
      assert.deepInclude(yield* Queue.take(received), { type: "reset", id: 1, channel_id: room })
      yield* append("2")
      assert.deepStrictEqual(yield* names(received, 1), ["2"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("never gives an id twice, even after everything was pruned", () =>
    Effect.gen(function* () {
      yield* append("1", "2")
      yield* TestClock.setTime(10)
      yield* Store.use((store) => store.prune(Duration.zero))
      const received = yield* follow()
      yield* append("3")
      assert.deepInclude(yield* Queue.take(received), { id: 3, data: { name: "3" } })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("waits for a reader that does not read, without slowing a writer or losing an event", () =>
    Effect.gen(function* () {
      const stream = yield* Journal.use((journal) => journal.subscribe({}))
      for (let batch = 0; batch < 30; batch++) {
        yield* append(...Array.from({ length: 50 }, (_, n) => String(batch * 50 + n)))
        yield* write(frame("x".repeat(10), batch * 10))
      }
      const events = yield* Stream.runCollect(Stream.take(stream, 1501))
      assert.deepStrictEqual(
        events.slice(0, 1500).map(name),
        Array.from({ length: 1500 }, (_, n) => String(n))
      )
      assert.deepStrictEqual(events[1500], frame("x".repeat(300), 0))
    }).pipe(Effect.provide(fresh))
  )
})

describe("text that is being written", () => {
  it.effect("is shown at once, then at most every 50 milliseconds", () =>
    Effect.gen(function* () {
      const received = yield* follow()
      yield* write(frame("a", 0))
      assert.deepStrictEqual(yield* taken(received), { message_uuid: "b1", offset: 0, text: "a" })
      yield* write(frame("b", 1))
      yield* TestClock.adjust("20 millis")
      yield* write(frame("c", 2))
      yield* TestClock.adjust("29 millis")
      assert.strictEqual(yield* Queue.size(received), 0)
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(yield* taken(received), { message_uuid: "b1", offset: 1, text: "bc" })
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* Queue.size(received), 0)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is shown whole to whoever comes late, after the journal", () =>
    Effect.gen(function* () {
      yield* append("1")
      yield* write(frame("Hello", 0))
      yield* write(frame(", world", 5))
      yield* write(frame("Elsewhere", 0, {}, "r2"))
      const received = yield* follow({ after: 0 })
      assert.deepStrictEqual(yield* names(received, 1), ["1"])
      assert.deepInclude(yield* taken(received), { offset: 0, text: "Hello, world" })
      assert.deepInclude(yield* taken(received), { offset: 0, text: "Elsewhere" })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is shown to its own channel only", () =>
    Effect.gen(function* () {
      yield* write(frame("Hello", 0))
      const received = yield* follow({ channel: other })
      yield* Journal.use((journal) => journal.append([event("mark", other)]))
      assert.deepStrictEqual(yield* names(received, 1), ["mark"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is forgotten when it is done, and the next block begins anew", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      const before = yield* follow()
      yield* write(frame("Hello", 0))
      assert.deepInclude(yield* taken(before), { text: "Hello" })
      yield* journal.textDone(runId("r1"))
      const after = yield* follow({ after: 0 })
      yield* append("1")
      assert.deepStrictEqual(yield* names(after, 1), ["1"])
      assert.deepStrictEqual(yield* names(before, 1), ["1"])
      yield* write(frame("Next", 0, { message_uuid: "b2" }))
      yield* TestClock.adjust("50 millis")
      assert.deepStrictEqual(yield* taken(before), { message_uuid: "b2", offset: 0, text: "Next" })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("that was cut is void: what replaces it says so", () =>
    Effect.gen(function* () {
      const received = yield* follow()
      yield* write(frame("Hel", 0))
      assert.deepInclude(yield* taken(received), { text: "Hel" })
      yield* write(frame("Good", 0, { message_uuid: "b2", reset: true }))
      yield* write(frame(" day", 4, { message_uuid: "b2" }))
      yield* TestClock.adjust("50 millis")
      assert.deepStrictEqual(yield* taken(received), { message_uuid: "b2", offset: 0, text: "Good day", reset: true })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("that is said again is not shown twice, and where it differs it is replaced", () =>
    Effect.gen(function* () {
      const received = yield* follow()
      yield* write(frame("Hello", 0))
      assert.deepInclude(yield* taken(received), { text: "Hello" })
      yield* write(frame("ll", 2))
      yield* write(frame("lo!", 3))
      yield* TestClock.adjust("50 millis")
      assert.deepStrictEqual(yield* taken(received), { message_uuid: "b1", offset: 5, text: "!" })
      yield* write(frame("p?", 3))
      yield* TestClock.adjust("50 millis")
      assert.deepStrictEqual(yield* taken(received), { message_uuid: "b1", offset: 0, text: "Help?", reset: true })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("whose beginning nobody here has seen keeps its place", () =>
    Effect.gen(function* () {
      yield* write(frame("middle", 100))
      yield* write(frame(" end", 106))
      const received = yield* follow()
      assert.deepInclude(yield* taken(received), { offset: 100, text: "middle end" })
    }).pipe(Effect.provide(fresh))
  )
})
