/** Tasks that fail, threads that fade, and chat platforms on which either happens. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as ButtonIds from "../../../src/domain/chat/ButtonIds.ts"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import type { Script } from "../../../src/services/AgentScriptedProcess.ts"
import { add, edit, ends, get, history, ran, threads } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { layer as outside, Outside } from "../../support/Outside.ts"
import * as ScriptedChat from "../../support/ScriptedChat.ts"
import { working } from "../../support/Scripts.ts"

const { house, pass, room, said, serving, settle, until } = House

const failing: Script = (_, stage) =>
  stage.end({ outcome: "failed", failure: { kind: "engine", status: null, detail: "the disk is on fire" } })

describe("A task that fails", () => {
  it.effect("says so in its channel with the reason, and is held back longer each time (W18)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", failing)
        const here = yield* room("room")
        const id = yield* add(here, { schedule: "30s" })
        yield* pass(30, 10)
        yield* ran(id)
        assert.deepStrictEqual(yield* threads(here), [])
        const [first, ...more] = yield* said(here)
        assert.deepStrictEqual(more, [])
        assert.match(
          first ?? "",
          new RegExp(`^Task #${id} failed: The agent failed: the disk is on fire\\. .*within 1 minute\\.$`)
        )
        yield* pass(70, 10)
        yield* ran(id, 2)
        assert.deepStrictEqual(yield* ends(id), ["failed", "skipped", "failed"])
        assert.strictEqual((yield* history(id))[1]?.reason, "It was held back after a failure.")
        assert.include((yield* said(here)).at(-1), "failed, 2 times in a row now")
        assert.include((yield* said(here)).at(-1), "within 2 minutes")
      })
    )
  )

  it.effect("by its time limit fails like any other (W18)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", working().script)
        const here = yield* room("room")
        const id = yield* add(here)
        yield* pass(600, 60)
        yield* pass(180, 10)
        yield* ran(id)
        assert.deepStrictEqual(yield* ends(id), ["failed"])
        assert.strictEqual((yield* get(id)).task.failures, 1)
        assert.match((yield* said(here)).join(), new RegExp(`Task #${id} failed: `))
      }),
      { container_timeout_sec: 60 }
    )
  )

  it.effect("begins from the start once it has worked again", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", failing)
        const id = yield* add(yield* room("room"))
        yield* pass(1200, 60)
        yield* ran(id, 2)
        assert.strictEqual((yield* get(id)).task.failures, 2)
        outside.when("look", (_, stage) => stage.say("Well."))
        yield* pass(600, 60)
        yield* ran(id, 3)
        assert.deepInclude((yield* get(id)).task, { failures: 0, not_before: null })
      })
    )
  )

  it.effect("five times in a row pauses itself, offers a button to resume, and resumes", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", failing)
        yield* Channels.use((channels) =>
          channels.upsert({ channel_id: ChannelId.make("discord:7"), platform: "discord", name: "general" })
        )
        const here = { channel_id: ChannelId.make("discord:7") }
        const id = yield* add(here, { schedule: "1h" })
        yield* pass(5 * 3600, 300)
        yield* ran(id, 5)
        const { task } = yield* get(id)
        assert.deepInclude(task, { enabled: false, failures: 5, next_run_at: null })
        const last = (yield* said(here)).at(-1)
        assert.include(last, "failed 5 times in a row and has paused itself")
        assert.include(last, `/loop toggle ${id}`)
        const shown = yield* until(
          "the button is shown",
          Effect.sync(() =>
            outside.chat.shown(here.channel_id).find(({ post }) => post.content.includes("paused itself"))
          )
        )
        const withButtons = outside.chat.shown(here.channel_id).filter(({ post }) => post.buttons !== undefined)
        assert.lengthOf(withButtons, 1)
        const button = shown.post.buttons?.[0]?.[0]
        assert.deepInclude(button, { label: "Resume", id: `resume:${id}` })
        assert.deepStrictEqual(ButtonIds.parse(button?.id ?? ""), { action: "resume", task: id })
        yield* pass(7200, 600)
        assert.strictEqual((yield* ends(id)).length, 5)
        outside.when("look", (_, stage) => stage.say("Well."))
        const rows = Messages.use((all) => all.list(here.channel_id, { limit: 20 }))
        const paused = Effect.map(rows, (all) => all.find(({ content }) => content.includes("paused itself")))
        assert.strictEqual((yield* paused)?.buttons?.length, 1)
        yield* edit(id, { enabled: true })
        assert.isNull((yield* paused)?.buttons)
        assert.deepInclude((yield* get(id)).task, {
          failures: 0,
          not_before: null,
          paused_reason: null,
          enabled: true
        })
        yield* pass(3600, 300)
        yield* ran(id, 6)
        assert.strictEqual((yield* ends(id)).at(-1), "ran")
      })
    )
  )

  it.effect("once is over: it can be seen, and a new time makes it due again (W52)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", failing)
        const here = yield* room("room")
        const id = yield* add(here, { type: "once", schedule: "1970-01-01T00:01:00Z" })
        yield* pass(60, 10)
        yield* ran(id)
        assert.notInclude((yield* said(here)).join(), "not run again")
        yield* pass(3600, 600)
        assert.deepStrictEqual(yield* ends(id), ["failed"])
        const listed = yield* TaskControl.use((control) => control.list(House.owner, here.channel_id))
        assert.deepStrictEqual(
          listed.map(({ enabled, task_id }) => [task_id, enabled]),
          [[id, false]]
        )
        const off = yield* Effect.flip(edit(id, { enabled: true }))
        assert.deepInclude(off, { _tag: "Refused", reason: "impossible" })
        yield* edit(id, { schedule: "1970-01-01 03:00", timezone: "Europe/Berlin" })
        assert.deepInclude((yield* get(id)).task, { enabled: true, next_run_at: 2 * 3_600_000 })
        yield* pass(3600, 600)
        yield* ran(id, 2)
      })
    )
  )
})

describe("A run with nothing to report", () => {
  const quiet: Script = (_, stage) => stage.say("[EPHEMERAL] All is well.")

  it.effect("fades: its thread is renamed and deleted when its time has come, also after a restart (W51)", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.when("look", quiet)
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          const id = yield* add(here, { auto_delete_sec: 300 })
          yield* pass(600, 60)
          yield* ran(id)
          const thread = yield* until(
            "the thread is renamed",
            Effect.map(threads(here), ([one]) => one?.name.startsWith("💨 task") && one)
          )
          assert.deepStrictEqual(yield* said(thread), [`🧵 task #${id} (\`10m\`) All is well.`])
          assert.strictEqual((yield* House.runs(here))[0]?.result, "All is well.")
          yield* edit(id, { enabled: false })
          return here
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* pass(200, 60)
          assert.strictEqual((yield* threads(here)).length, 1)
          yield* pass(120, 10)
          yield* until(
            "the thread is gone",
            Effect.map(threads(here), (all) => all.length === 0)
          )
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("whose whole text is the mark opens no thread, and without auto_delete_sec the mark means nothing", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", (_, stage) => stage.say("[EPHEMERAL]"))
        const here = yield* room("room")
        const id = yield* add(here, { auto_delete_sec: 60 })
        yield* pass(600, 60)
        yield* ran(id)
        assert.deepStrictEqual([yield* threads(here), yield* said(here)], [[], []])
        yield* edit(id, { auto_delete_sec: 0 })
        yield* pass(600, 60)
        yield* ran(id, 2)
        const [thread] = yield* threads(here)
        assert.include((yield* said(thread!))[0], "[EPHEMERAL]")
        yield* pass(3600, 600)
        assert.isTrue((yield* threads(here))[0]?.name.startsWith("🧵"))
      })
    )
  )

  it.effect("that fails after all keeps its thread", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", (_, stage) =>
          Effect.andThen(
            stage.say("[EPHEMERAL] All is well."),
            stage.end({ outcome: "failed", failure: { kind: "engine", status: null, detail: "no" } })
          )
        )
        const here = yield* room("room")
        const id = yield* add(here, { auto_delete_sec: 60 })
        yield* pass(600, 60)
        yield* ran(id)
        yield* edit(id, { enabled: false })
        yield* pass(300, 60)
        assert.isTrue((yield* threads(here))[0]?.name.startsWith("🧵"))
      })
    )
  )

  it.effect("is renamed and deleted on its platform, and a name that is refused there does not keep it", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", quiet)
        const here = { channel_id: ChannelId.make("discord:7") }
        yield* Channels.use((channels) => channels.upsert({ ...here, platform: "discord", name: "general" }))
        const id = yield* add(here, { auto_delete_sec: 60 })
        outside.chat.failing.set("rename", ScriptedChat.failed("gone"))
        yield* pass(600, 60)
        yield* ran(id)
        const [thread] = yield* threads(here)
        assert.include(
          outside.chat.done.map(({ what }) => what),
          "makeThread"
        )
        yield* pass(70, 10)
        yield* until(
          "the thread is gone",
          Effect.map(threads(here), (all) => all.length === 0)
        )
        assert.lengthOf(
          outside.chat.done.filter(({ what }) => what === "rename"),
          1
        )
        const removed = outside.chat.done.filter(({ what }) => what === "removeChannel")
        assert.deepStrictEqual(
          removed.map(({ channel }) => channel),
          [thread!.channel_id]
        )
      })
    )
  )

  it.effect("is said in the channel where no thread can be opened", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = { channel_id: ChannelId.make("discord:7") }
        yield* Channels.use((channels) => channels.upsert({ ...here, platform: "discord", name: "general" }))
        const id = yield* add(here)
        outside.chat.failing.set("makeThread", ScriptedChat.failed("retry"))
        yield* pass(600, 60)
        yield* ran(id)
        yield* settle
        assert.deepStrictEqual(yield* said(here), ["Answer to: look"])
        assert.deepStrictEqual(yield* ends(id), ["ran"])
      })
    )
  )
})
