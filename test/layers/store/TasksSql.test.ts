import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { defaultOptions, type Task } from "../../../src/domain/tasks/Task.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Store } from "../../../src/services/Store.ts"
import { type Claim, type NewTask, Tasks } from "../../../src/services/Tasks.ts"
import { events, fresh, openRoom, other, room, runId } from "./support.ts"

const draft = (changes: Partial<NewTask> = {}): NewTask => ({
  channel_id: room,
  type: "interval",
  schedule: "1m",
  timezone: null,
  prompt: "look around",
  options: defaultOptions,
  next_run_at: 60_000,
  template_name: null,
  ...changes
})

const made = (changes: Partial<NewTask> = {}) =>
  Effect.flatMap(
    Tasks.use((tasks) => tasks.insert(draft(changes))),
    (task) => (task === undefined ? Effect.die("it is there already") : Effect.succeed(task))
  )

const fired = (task: Task, at = 60_000): Claim => ({
  task,
  next: at + 60_000,
  verdicts: [{ at, status: "waiting", reason: null, aside: false }]
})

describe("a task's row", () => {
  it.effect("holds what was said of it, and defaults for the rest", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const task = yield* made({ timezone: "Europe/Berlin", options: { ...defaultOptions, pre_run: "git fetch" } })
      assert.deepInclude(task, { enabled: true, failures: 0, timezone: "Europe/Berlin", session_id: null })
      assert.deepInclude(task.options, { pre_run: "git fetch", overlap: "skip", session: "fresh" })
      assert.deepStrictEqual(yield* Tasks.use((tasks) => tasks.get(task.task_id)), task)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("keeps what others set while it was held in memory (W14)", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const tasks = yield* Tasks
      const held = yield* made()
      yield* tasks.patch(held.task_id, { prompt: "better", enabled: false })
      assert.deepStrictEqual(yield* tasks.claim([fired(held)], 60_000), [])
      const now = yield* tasks.get(held.task_id)
      assert.deepInclude(now, { prompt: "better", enabled: false, next_run_at: 60_000 })
      const moved = yield* made()
      yield* tasks.patch(moved.task_id, { schedule: "90s", next_run_at: 90_000 })
      assert.deepStrictEqual(yield* tasks.claim([fired(moved)], 60_000), [])
      assert.deepInclude(yield* tasks.get(moved.task_id), { schedule: "90s", next_run_at: 90_000 })
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is due by its instant, whatever offset that was written with (W15)", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const at = Date.parse("2030-01-01T14:30:00+02:00")
      yield* made({ type: "once", schedule: "2030-01-01T14:30:00+02:00", next_run_at: at })
      const tasks = yield* Tasks
      assert.deepStrictEqual(yield* tasks.due(Date.parse("2030-01-01T12:29:59Z"), 10), [])
      assert.strictEqual((yield* tasks.due(Date.parse("2030-01-01T12:30:00Z"), 10)).length, 1)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is there once for each template of a channel", () =>
    Effect.gen(function* () {
      yield* openRoom()
      yield* openRoom(other)
      const tasks = yield* Tasks
      yield* made({ template_name: "heartbeat" })
      assert.isUndefined(yield* tasks.insert(draft({ template_name: "heartbeat" })))
      yield* made({ template_name: "heartbeat", channel_id: other })
      assert.strictEqual((yield* tasks.ofChannel(room)).length, 1)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("keeps its ended occurrences as long as the journal is kept, and those that have not ended", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const tasks = yield* Tasks
      const task = yield* made()
      const passed = { at: 1000, status: "missed", reason: "away", aside: false } as const
      yield* tasks.claim([{ ...fired(task), verdicts: [passed, ...fired(task).verdicts] }], 60_000)
      yield* TestClock.setTime(100_000)
      yield* Store.use((store) => store.prune(Duration.seconds(50)))
      assert.strictEqual((yield* tasks.history(task.task_id, { limit: 9 })).length, 2)
      yield* Store.use((store) => store.prune(Duration.seconds(30)))
      const left = yield* tasks.history(task.task_id, { limit: 9 })
      assert.deepStrictEqual(
        left.map(({ occurrence_at, status }) => [occurrence_at, status]),
        [[60_000, "waiting"]]
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("goes with its channel, and so do its occurrences (W12)", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const tasks = yield* Tasks
      const task = yield* made()
      yield* tasks.claim([fired(task)], 60_000)
      yield* Channels.use((channels) => channels.remove(room))
      assert.isUndefined(yield* tasks.get(task.task_id))
      assert.isUndefined(yield* tasks.nextDue)
      assert.deepStrictEqual(yield* tasks.history(task.task_id, { limit: 10 }), [])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is found by its instant and its channel without reading all of them (W53)", () =>
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const plan = (query: string) => sql.unsafe<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`)
      const [due] = yield* plan(
        "SELECT * FROM tasks WHERE enabled = 1 AND next_run_at <= 5 ORDER BY next_run_at, task_id LIMIT 9"
      )
      assert.include(due?.detail, "tasks_due")
      const [next] = yield* plan("SELECT MIN(next_run_at) FROM tasks WHERE enabled = 1")
      assert.include(next?.detail, "tasks_due")
    }).pipe(Effect.provide(fresh))
  )
})

describe("an occurrence", () => {
  it.effect("is a letter in the mailbox from the moment it is claimed, and is claimed once", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const tasks = yield* Tasks
      const task = yield* made()
      const [occurrence] = yield* tasks.claim([fired(task)], 60_000)
      assert.deepStrictEqual(yield* tasks.claim([fired(task)], 60_000), [])
      assert.deepStrictEqual(yield* tasks.claim([{ ...fired(task), next: undefined }], 60_000), [])
      const [letter, ...more] = yield* Messages.use((messages) => messages.queued(room))
      assert.deepStrictEqual(more, [])
      assert.deepInclude(letter, { kind: "task", content: "look around", author_name: `Task #${task.task_id}` })
      assert.strictEqual(letter?.message_id, occurrence?.message_id)
      assert.strictEqual((yield* tasks.get(task.task_id))?.next_run_at, 120_000)
      const types = (yield* events).map(({ type }) => type)
      assert.deepStrictEqual(types, ["task.changed", "task.fired", "message.created", "queue.changed"])
    }).pipe(Effect.provide(fresh))
  )

  it.effect("is not there without its letter, nor has its task gone on: all or nothing", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const sql = yield* SqlClient.SqlClient
      const tasks = yield* Tasks
      const task = yield* made()
      for (const table of ["messages", "task_occurrences"]) {
        yield* sql.unsafe(`CREATE TRIGGER refused BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no'); END`)
        yield* Effect.flip(tasks.claim([fired(task)], 60_000))
        assert.deepStrictEqual(yield* tasks.history(task.task_id, { limit: 9 }), [])
        assert.deepStrictEqual(yield* Messages.use((messages) => messages.queued(room)), [])
        assert.deepStrictEqual(yield* tasks.due(60_000, 9), [task])
        assert.notInclude(
          (yield* events).map(({ type }) => type),
          "task.fired"
        )
        yield* sql`DROP TRIGGER refused`
      }
      assert.strictEqual((yield* tasks.claim([fired(task)], 60_000)).length, 1)
    }).pipe(Effect.provide(fresh))
  )

  it.effect("that was the last one turns its task off, which stays to be seen (W52)", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const tasks = yield* Tasks
      const task = yield* made({ type: "once", schedule: "1970-01-01T00:01:00Z" })
      yield* tasks.claim([{ ...fired(task), next: null }], 60_000)
      assert.deepInclude(yield* tasks.ofChannel(room), {
        ...task,
        enabled: false,
        next_run_at: null
      })
    }).pipe(Effect.provide(fresh))
  )

  it.effect(
    "ends as skipped when its letter is taken out, when its task is turned off, and when its thread is gone",
    () =>
      Effect.gen(function* () {
        yield* openRoom()
        const tasks = yield* Tasks
        const ends = (task: Task) =>
          Effect.map(tasks.history(task.task_id, { limit: 10 }), (all) => all.map(({ status }) => status))
        const dropped = yield* made()
        const [first] = yield* tasks.claim([fired(dropped)], 60_000)
        yield* Messages.use((messages) => messages.drop(room, first!.message_id!))
        assert.deepStrictEqual(yield* ends(dropped), ["skipped"])

        const off = yield* made()
        yield* tasks.claim([fired(off)], 60_000)
        yield* tasks.withdraw(off.task_id, "off")
        assert.deepStrictEqual(yield* ends(off), ["skipped"])
        assert.deepStrictEqual(yield* Messages.use((messages) => messages.queued(room)), [])

        const aside = yield* made()
        const place = { channel_id: other, parent_id: room, name: "aside" }
        yield* tasks.claim(
          [{ ...fired(aside), verdicts: [{ at: 60_000, status: "waiting", reason: null, aside: true, place }] }],
          60_000
        )
        assert.strictEqual((yield* tasks.open([aside.task_id])).get(aside.task_id), 1)
        yield* Channels.use((channels) => channels.remove(other))
        yield* tasks.settleLost
        assert.deepStrictEqual(yield* ends(aside), ["skipped"])

        // A letter that has ended without its occurrence keeps no task at work.
        const left = yield* made()
        const [waiting] = yield* tasks.claim([fired(left)], 60_000)
        yield* tasks.settleLost
        assert.deepStrictEqual(yield* ends(left), ["waiting"])
        yield* Messages.use((messages) => messages.mark(room, [waiting!.message_id!], "failed", null))
        yield* tasks.settleLost
        assert.deepStrictEqual(yield* ends(left), ["skipped"])
      }).pipe(Effect.provide(fresh))
  )

  it.effect("that failed holds its task back longer each time, then pauses it; success forgets that (W18)", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const tasks = yield* Tasks
      let task = yield* made()
      const failing = Effect.fnUntraced(function* (status: "failed" | "ran", counts = true) {
        const at = task.next_run_at ?? 0
        const [occurrence] = yield* tasks.claim([fired(task, at)], at)
        yield* tasks.begun(occurrence!, runId("r"))
        task = (yield* tasks.end(occurrence!, { status, reason: "no", counts })) ?? task
        // It ends once.
        assert.isUndefined(yield* tasks.end(occurrence!, { status, reason: "no", counts }))
        return task
      })
      yield* TestClock.setTime(1_000_000)
      assert.deepInclude(yield* failing("failed"), { failures: 1, not_before: 1_060_000 })
      assert.deepInclude(yield* failing("failed"), { failures: 2, not_before: 1_120_000 })
      assert.deepInclude(yield* failing("failed", false), { failures: 2 })
      assert.deepInclude(yield* failing("ran"), { failures: 0, not_before: null })
      for (let times = 1; times < 5; times++) assert.isTrue((yield* failing("failed")).enabled)
      const at = (task.next_run_at ?? 0) + 30_000
      yield* tasks.claim([{ ...fired(task, at), next: undefined }], at)
      const paused = yield* failing("failed")
      assert.deepInclude(paused, { enabled: false, failures: 5 })
      const waited = (yield* tasks.history(task.task_id, { limit: 9 })).find((each) => each.occurrence_at === at)
      assert.deepInclude(waited, { status: "skipped", reason: "The task was turned off before its turn came." })
      assert.deepStrictEqual(
        (yield* Messages.use((messages) => messages.queued(room))).filter(
          (each) => each.message_id === waited?.message_id
        ),
        []
      )
      assert.include(paused.paused_reason, "failed 5 times in a row")
    }).pipe(Effect.provide(fresh))
  )
})
