/** When tasks are fired, and that each instant is accounted for. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import { add, edit, ends, get, history, ran, threads } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { layer as outside, Outside } from "../../support/Outside.ts"
import * as ScriptedChat from "../../support/ScriptedChat.ts"
import { working } from "../../support/Scripts.ts"

const { house, pass, prompted, room, runs, serving, settle, until } = House

describe("A task", () => {
  it.effect("fires at its instant, as a run of its own that says whose it is", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const id = yield* add(here)
        yield* pass(599, 60)
        assert.deepStrictEqual(yield* runs(here), [])
        yield* TestClock.adjust("1 second")
        yield* ran(id)
        const [run] = yield* runs(here)
        assert.deepInclude(run, { trigger: "task", task_id: id, status: "completed" })
        assert.deepStrictEqual(
          (yield* history(id)).map(({ occurrence_at, reason, run_id, status }) => [
            occurrence_at,
            status,
            run_id,
            reason
          ]),
          [[600_001, "ran", run?.run_id, null]]
        )
        assert.strictEqual((yield* Runs.use((rows) => rows.list({ task_id: id, limit: 9 }))).length, 1)
      })
    )
  )

  it.effect("counts from the instant that was due, not from when its run ended (W20)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        const slow = working()
        outside.when("look", slow.script)
        const id = yield* add(here)
        yield* pass(600, 60)
        yield* pass(300, 10)
        yield* slow.release
        yield* pass(300, 10)
        yield* ran(id, 2)
        assert.deepStrictEqual(
          (yield* history(id)).map(({ occurrence_at }) => occurrence_at),
          [600_001, 1_200_001]
        )
      })
    )
  )

  it.effect("that works for an hour holds up no task of another channel (W11)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("dig", working().script)
        const id = yield* add(yield* room("slow"), { prompt: "dig" })
        const other = yield* add(yield* room("quick"), { prompt: "look" })
        yield* pass(600, 60)
        yield* prompted("dig")
        yield* ran(other)
        assert.deepStrictEqual(yield* ends(id), ["running"])
        yield* pass(1200, 60)
        yield* ran(other, 3)
      })
    )
  )

  it.effect("that is due soon is not waited for by the poll interval, nor is one that is written meanwhile", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        yield* pass(7)
        const id = yield* add(here, { schedule: "10s" })
        yield* pass(10)
        yield* ran(id)
        yield* edit(id, { type: "once", schedule: "1970-01-01T00:00:20Z" })
        yield* pass(3)
        yield* ran(id, 2)
        assert.deepInclude((yield* get(id)).task, { enabled: false, next_run_at: null })
      }),
      { poll_interval_sec: 2000 }
    )
  )

  it.effect("skips an instant at which its last run is at work, says why, and goes on", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("look", slow.script)
        const id = yield* add(yield* room("room"))
        yield* pass(1800, 10)
        assert.deepStrictEqual(yield* ends(id), ["running", "skipped", "skipped"])
        assert.strictEqual((yield* history(id))[1]?.reason, "Its last run was still at work.")
        yield* slow.release
        yield* pass(600, 10)
        yield* ran(id, 2)
        assert.deepStrictEqual(yield* ends(id), ["ran", "skipped", "skipped", "ran"])
      })
    )
  )

  it.effect("with overlap `queue` works on each instant in turn, with `allow` side by side in a thread", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("look", slow.script)
        const here = yield* room("room")
        const queued = yield* add(here, { overlap: "queue" })
        yield* pass(1200, 10)
        assert.deepStrictEqual(yield* ends(queued), ["running", "waiting"])
        yield* edit(queued, { enabled: false })
        assert.deepStrictEqual(yield* ends(queued), ["running", "skipped"])
        yield* slow.release
        yield* ran(queued)

        outside.when("dig", working().script)
        const beside = yield* add(here, { overlap: "allow", prompt: "dig" })
        yield* pass(1200, 10)
        yield* prompted("dig", 2)
        assert.deepStrictEqual(yield* ends(beside), ["running", "running"])
        const [first, second] = yield* history(beside)
        assert.deepStrictEqual([first?.channel_id, first?.thread_id], [here.channel_id, null])
        assert.notStrictEqual(second?.channel_id, here.channel_id)
        assert.strictEqual(second?.thread_id, second?.channel_id)
      })
    )
  )

  it.effect("with overlap `allow` waits for its turn where there can be no thread, and holds up no other", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("dig", slow.script)
        const channels = yield* Channels
        const [place, thread] = [ChannelId.make("discord:7"), ChannelId.make("local:thread")]
        yield* channels.upsert({ channel_id: place, platform: "discord", name: "general" })
        const { channel_id: parent_id } = yield* room("room")
        yield* channels.upsert({ channel_id: thread, platform: "local", name: "thread", parent_id })
        const ids = yield* Effect.forEach([place, thread], (channel_id) =>
          add({ channel_id }, { overlap: "allow", prompt: "dig" })
        )
        const other = yield* add({ channel_id: parent_id })
        outside.chat.failing.set("makeThread", ScriptedChat.failed("retry"))
        yield* pass(1200, 60)
        yield* ran(other, 2)
        for (const id of ids) {
          assert.deepStrictEqual(yield* ends(id), ["running", "waiting"])
          const at = (yield* history(id)).map(({ channel_id }) => channel_id)
          assert.deepStrictEqual(new Set(at).size, 1)
          yield* edit(id, { enabled: false })
        }
        assert.deepStrictEqual(yield* threads({ channel_id: thread }), [])
      })
    )
  )

  it.effect("that was edited or turned off while it ran stays as it was edited (W14)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("look", slow.script)
        const id = yield* add(yield* room("room"))
        yield* pass(600, 60)
        yield* prompted("look")
        yield* edit(id, { enabled: false, prompt: "look again" })
        yield* slow.release
        yield* ran(id)
        assert.deepInclude((yield* get(id)).task, { enabled: false, prompt: "look again", next_run_at: null })
        yield* pass(1200, 60)
        assert.deepStrictEqual(yield* ends(id), ["ran"])
      })
    )
  )

  it.effect("that is turned on again counts from now, however long ago it was due (W52)", () =>
    house(
      Effect.gen(function* () {
        const id = yield* add(yield* room("room"), { type: "cron", schedule: "0 * * * *" })
        yield* edit(id, { enabled: false })
        yield* pass(7200, 600)
        yield* edit(id, { enabled: true })
        yield* settle
        assert.deepStrictEqual(yield* ends(id), [])
        assert.strictEqual((yield* get(id)).task.next_run_at, 3 * 3_600_000)
      })
    )
  )

  it.effect("can be run now, also while it is off, but not twice at once", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("look", slow.script)
        const control = yield* TaskControl
        const id = yield* add(yield* room("room"))
        yield* edit(id, { enabled: false })
        yield* control.runNow(House.owner, id)
        yield* prompted("look")
        yield* pass(5)
        const refused = yield* Effect.flip(control.runNow(House.owner, id))
        assert.deepInclude(refused, { _tag: "Refused", reason: "conflict" })
        assert.deepStrictEqual(yield* ends(id), ["running"])
        // Where its instants may wait for each other, so may this one.
        yield* edit(id, { overlap: "queue" })
        yield* control.runNow(House.owner, id)
        yield* slow.release
        yield* ran(id, 2)
        assert.deepStrictEqual(yield* ends(id), ["ran", "ran"])
      })
    )
  )
})

describe("Instants that passed while Loop was away", () => {
  /** Adds a task, is away for some hours, and comes back. */
  const away = (catch_up: "latest" | "all" | "none", catch_up_window_sec = 86_400) =>
    Effect.gen(function* () {
      const id = yield* serving(
        Effect.flatMap(room("room"), (here) => add(here, { schedule: "1h", catch_up, catch_up_window_sec }))
      )
      yield* TestClock.adjust("330 minutes")
      return yield* serving(
        Effect.gen(function* () {
          yield* until(
            "the next instant is ahead",
            Effect.map(get(id), ({ task }) => (task.next_run_at ?? 0) > 19_800_000)
          )
          yield* settle
          if (catch_up !== "none" && catch_up_window_sec > 1800) yield* ran(id, 1)
          if (catch_up === "all") yield* ran(id, catch_up_window_sec > 9000 ? 5 : 3)
          return yield* ends(id)
        })
      )
    }).pipe(Effect.provide(outside()))

  it.effect("are caught up with once, for the latest of them", () =>
    Effect.map(away("latest"), (all) => assert.deepStrictEqual(all, ["missed", "missed", "missed", "missed", "ran"]))
  )

  it.effect("are all run, one behind the other, where that is asked for", () =>
    Effect.map(away("all"), (all) => assert.deepStrictEqual(all, ["ran", "ran", "ran", "ran", "ran"]))
  )

  it.effect("are passed over where that is asked for", () =>
    Effect.map(away("none"), (all) => assert.deepStrictEqual(all, ["missed", "missed", "missed", "missed", "missed"]))
  )

  it.effect("are not caught up with beyond the window", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* away("latest", 600), ["missed", "missed", "missed", "missed", "missed"])
      assert.deepStrictEqual(yield* away("all", 9000), ["missed", "missed", "ran", "ran", "ran"])
    })
  )
})
