/** Threads that a platform does not let go at once. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Tasks } from "../../../src/services/Tasks.ts"
import { add, edit, ran, threads } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import * as ScriptedChat from "../../support/ScriptedChat.ts"
import { working } from "../../support/Scripts.ts"

const { house, pass, prompted, room, runs, until } = House

it.effect(
  "A thread that its platform keeps for now is tried again until it is gone, and keeps no other one (W51)",
  () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", (_, stage) => stage.say("[EPHEMERAL] All is well."))
        const here = { channel_id: ChannelId.make("discord:7") }
        yield* Channels.use((channels) => channels.upsert({ ...here, platform: "discord", name: "general" }))
        const ids = [yield* add(here, { auto_delete_sec: 60 }), yield* add(here, { auto_delete_sec: 60 })]
        const kept = new Set<ChannelId | null>()
        outside.chat.knobs.before = ({ channel, what }) => {
          if (what !== "removeChannel") return Effect.void
          if (kept.size === 0) kept.add(channel)
          return kept.has(channel) ? Effect.fail(ScriptedChat.failed("retry")) : Effect.void
        }
        yield* pass(600, 60)
        for (const id of ids) {
          yield* ran(id)
          yield* edit(id, { enabled: false })
        }
        yield* pass(120, 10)
        assert.deepStrictEqual(
          (yield* threads(here)).map(({ channel_id }) => channel_id),
          [...kept]
        )
        outside.chat.knobs.before = () => Effect.void
        yield* pass(60, 10)
        yield* until(
          "the thread is gone",
          Effect.map(threads(here), (all) => all.length === 0)
        )
      })
    )
)

it.effect("A thread fades at once and not at the next look, and one whose run has something to report stays", () =>
  house(
    Effect.gen(function* () {
      const outside = yield* Outside
      outside.when("look", (_, stage) => stage.say("[EPHEMERAL] All is well."))
      const here = yield* room("room")
      const id = yield* add(here, { type: "once", schedule: "1970-01-01T00:10:00Z", auto_delete_sec: 60 })
      const report = yield* add(here, {
        type: "once",
        schedule: "1970-01-01T00:10:00Z",
        auto_delete_sec: 60,
        prompt: "tell"
      })
      yield* pass(600, 60)
      yield* ran(id)
      yield* ran(report)
      const marks = Effect.map(threads(here), (all) => all.map(({ name }) => name.slice(0, 2)).toSorted())
      yield* until(
        "one fades",
        Effect.map(marks, (all) => all.includes("💨"))
      )
      yield* pass(120, 10)
      assert.deepStrictEqual(yield* marks, ["🧵"])
    }),
    { poll_interval_sec: 2000 }
  )
)

it.effect("A thread of a run beside another of its task goes on in its conversation, and fades like any", () =>
  house(
    Effect.gen(function* () {
      const outside = yield* Outside
      const slow = working()
      outside.when("look", slow.script)
      const here = yield* room("room")
      const id = yield* add(here, { overlap: "allow", auto_delete_sec: 60 })
      yield* pass(600, 60)
      yield* prompted("look")
      outside.when("look", (_, stage) => stage.say("[EPHEMERAL] All is well."))
      yield* pass(600, 60)
      yield* ran(id)
      yield* edit(id, { enabled: false })
      const [thread, ...others] = yield* threads(here)
      assert.deepStrictEqual(others, [])
      const [run] = yield* runs({ channel_id: thread!.channel_id })
      assert.strictEqual(thread?.fork_from?.session_id, run?.session_id)
      yield* pass(70, 10)
      assert.deepStrictEqual(yield* threads(here), [])
    })
  )
)

it.effect("A thread whose time has come before it could be renamed is gone at once", () =>
  house(
    Effect.gen(function* () {
      const here = yield* room("room")
      const channel_id = ChannelId.make("local:thread")
      yield* Channels.use((channels) =>
        channels.upsert({ channel_id, platform: "local", name: "thread", parent_id: here.channel_id })
      )
      yield* Tasks.use((tasks) => tasks.fade({ channel_id, rename_to: "faded", delete_at: 0 }))
      yield* until(
        "it is gone",
        Effect.map(threads(here), (all) => all.length === 0)
      )
    })
  )
)
