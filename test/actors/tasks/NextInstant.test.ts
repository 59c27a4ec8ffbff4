/** Which instant a task goes on to: by its own zone and beat, whoever changed what meanwhile. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import * as SchedulerWorld from "../../../src/actors/tasks/SchedulerWorld.ts"
import * as Unreadable from "../../../src/actors/tasks/Unreadable.ts"
import { Tasks } from "../../../src/services/Tasks.ts"
import { add, edit, ends, get, history, ran } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { layer as outside, Outside } from "../../support/Outside.ts"
import { working } from "../../support/Scripts.ts"

const { house, pass, prompted, room, said, serving, until } = House

const hour = 3_600_000
const nextOf = (id: number) => Effect.map(get(id), ({ task }) => task.next_run_at)

describe("The next instant of a task", () => {
  it.effect("goes by its zone, and where it names none by the configuration's (W22)", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const daily = { type: "cron", schedule: "0 10 * * *" } as const
        const tokyo = yield* add(here, { ...daily, timezone: "Asia/Tokyo" })
        const berlin = yield* add(here, daily)
        assert.deepStrictEqual([yield* nextOf(tokyo), yield* nextOf(berlin)], [hour, 9 * hour])
        yield* pass(10 * 3600, 1800)
        yield* ran(tokyo)
        yield* ran(berlin)
        assert.deepStrictEqual([yield* nextOf(tokyo), yield* nextOf(berlin)], [25 * hour, 33 * hour])
        yield* edit(tokyo, { schedule: "0 11 * * *" })
        assert.strictEqual(yield* nextOf(tokyo), 26 * hour)
      }),
      { timezone: "Europe/Berlin" }
    )
  )

  it.effect("keeps the beat of an interval, however late the last one was noticed (W20)", () =>
    Effect.gen(function* () {
      const id = yield* serving(Effect.flatMap(room("room"), (here) => add(here, { schedule: "1h" })))
      yield* TestClock.adjust("330 minutes")
      const next = yield* serving(
        until(
          "the next instant is ahead",
          Effect.map(nextOf(id), (at) => (at ?? 0) > 5.5 * hour && at)
        )
      )
      assert.strictEqual(next, 6 * hour + 1)
    }).pipe(Effect.provide(outside()))
  )

  it.effect("stays where it is when anything but the schedule is edited, and is counted anew when that is", () =>
    house(
      Effect.gen(function* () {
        const id = yield* add(yield* room("room"))
        yield* pass(300, 60)
        yield* edit(id, { prompt: "look again", overlap: "queue", schedule: " 10m " })
        assert.strictEqual(yield* nextOf(id), 600_001)
        const refused = yield* Effect.flip(edit(id, { type: "cron" }))
        assert.deepInclude(refused, { _tag: "Refused", reason: "impossible" })
        yield* edit(id, { schedule: "20m" })
        assert.strictEqual(yield* nextOf(id), 1_500_001)
        yield* edit(id, { type: "cron", schedule: "0 10 * * *" })
        assert.strictEqual(yield* nextOf(id), 10 * hour)
        yield* edit(id, { timezone: "Asia/Tokyo" })
        assert.strictEqual(yield* nextOf(id), hour)
      }),
      { timezone: "UTC" }
    )
  )

  it.effect(
    "is none while the task is off: a schedule that is set then has to be possible, and does not turn it on",
    () =>
      house(
        Effect.gen(function* () {
          const id = yield* add(yield* room("room"))
          yield* edit(id, { enabled: false })
          const refused = yield* Effect.flip(edit(id, { schedule: "1s" }))
          assert.deepInclude(refused, { _tag: "Refused", reason: "impossible" })
          yield* edit(id, { schedule: "20m" })
          assert.deepInclude((yield* get(id)).task, { enabled: false, schedule: "20m", next_run_at: null })
        })
      )
  )

  it.effect("is of the schedule and the options that were set while it ran, also where that run fails (W14)", () =>
    house(
      Effect.gen(function* () {
        const slow = working()
        const outside = yield* Outside
        outside.when("look", (turn, stage) =>
          Effect.andThen(
            slow.script(turn, stage),
            stage.end({ outcome: "failed", failure: { kind: "engine", status: null, detail: "no" } })
          )
        )
        const id = yield* add(yield* room("room"))
        yield* pass(600, 60)
        yield* prompted("look")
        yield* edit(id, { type: "cron", schedule: "0 5 * * *", timezone: "Asia/Tokyo", catch_up: "none" })
        yield* slow.release
        yield* ran(id)
        const { task } = yield* get(id)
        assert.include(task, { type: "cron", schedule: "0 5 * * *", timezone: "Asia/Tokyo", next_run_at: 20 * hour })
        assert.strictEqual(task.options.catch_up, "none")
      })
    )
  )

  it.effect("that another process has set in the database is noticed within the poll interval", () =>
    house(
      Effect.gen(function* () {
        const id = yield* add(yield* room("room"), { schedule: "10h" })
        yield* pass(5)
        const sql = yield* SqlClient.SqlClient
        yield* sql`UPDATE tasks SET next_run_at = 10000 WHERE task_id = ${id}`
        yield* pass(60, 10)
        yield* ran(id)
        assert.strictEqual((yield* history(id))[0]?.occurrence_at, 10_000)
      }),
      { poll_interval_sec: 30 }
    )
  )

  it.effect.each([
    ["the schedule", { type: "cron", schedule: "0 0 30 2 *" }, "It never comes: no month that it names has a day 30."],
    ["the zone", { timezone: "Mars/Base" }, 'There is no time zone "Mars/Base" here: name one such as Europe/Berlin.']
  ] as const)(
    "is none where %s cannot be read any more: the task is off for good, its channel is told once, others go on (W19)",
    ([, written, reason]) =>
      house(
        Effect.gen(function* () {
          const here = yield* room("room")
          const id = yield* add(here)
          const other = yield* add(yield* room("other"), { prompt: "look elsewhere" })
          yield* Tasks.use((tasks) => tasks.patch(id, written))
          yield* pass(1210, 60)
          yield* ran(other, 2)
          const { task } = yield* get(id)
          assert.deepInclude(task, { enabled: false, next_run_at: null })
          assert.strictEqual(task.paused_reason, `It cannot be read any more: ${reason}`)
          assert.deepStrictEqual(yield* ends(id), [])
          assert.deepStrictEqual(yield* said(here), [
            `Task #${id} has turned itself off, because its schedule \`${task.schedule}\` cannot be read any more: ${reason} Give it one that can come with \`/loop edit ${id}\`, then turn it on again with \`/loop toggle ${id}\`.`
          ])
          const refused = yield* Effect.flip(edit(id, { enabled: true }))
          assert.deepInclude(refused, { _tag: "Refused", reason: "impossible", message: reason })
          yield* edit(id, { type: "interval", schedule: "10m", timezone: null, enabled: true })
          assert.deepInclude((yield* get(id)).task, { enabled: true, paused_reason: null })
          yield* pass(610, 60)
          yield* ran(id)
        })
      )
  )

  it.effect("that cannot be read any more goes together with its word: neither is stored without the other (W19)", () =>
    house(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const here = yield* room("room")
        const id = yield* add(here)
        yield* Tasks.use((tasks) => tasks.patch(id, { timezone: "Mars/Base" }))
        yield* sql`CREATE TRIGGER refused BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'no'); END`
        yield* pass(601, 60)
        assert.isTrue((yield* get(id)).task.enabled)
        assert.deepStrictEqual(yield* said(here), [])
        yield* sql`DROP TRIGGER refused`
        yield* pass(60, 10)
        assert.isFalse((yield* get(id)).task.enabled)
        assert.lengthOf(yield* said(here), 1)
      })
    )
  )

  it.effect("that cannot be read any more is left alone where somebody has set it anew meanwhile", () =>
    house(
      Effect.gen(function* () {
        const world = yield* SchedulerWorld.make
        const here = yield* room("room")
        const id = yield* add(here)
        const { task } = yield* get(id)
        const changes = [{ schedule: "20m" }, { type: "cron", schedule: "@daily" }, { timezone: "Asia/Tokyo" }] as const
        for (const change of changes) {
          const { task: before } = yield* get(id)
          yield* edit(id, change)
          // The same instant as before, by chance.
          yield* Tasks.use((tasks) => tasks.patch(id, { next_run_at: before.next_run_at }))
          yield* Unreadable.turnOff(world, before, "no")
        }
        yield* Unreadable.turnOff(world, { ...(yield* get(id)).task, next_run_at: 1 }, "no")
        assert.isTrue((yield* get(id)).task.enabled)
        yield* edit(id, { enabled: false })
        yield* Unreadable.turnOff(world, task, "no")
        assert.isNull((yield* get(id)).task.paused_reason)
        assert.deepStrictEqual(yield* said(here), [])
      })
    )
  )
})
