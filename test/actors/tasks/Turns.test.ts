/** A task's turn: whose conversation it takes place in, where it is said, and how it is stopped. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { Messages } from "../../../src/services/Messages.ts"
import { ChannelId, SessionId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import { add, edit, ends, get, history, ran, threads } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import { working } from "../../support/Scripts.ts"

const { ended, house, pass, post, prompted, room, runs, said, settle, states, stop, until } = House

const place = (channel_id: ChannelId | null | undefined) => ({ channel_id: channel_id ?? ChannelId.make("local:none") })

describe("A task's turn", () => {
  it.effect("waits for the channel's, is no part of a collected batch, and is written into no other turn", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room", { busy: "collect" })
        const slow = working()
        outside.when("first", slow.script)
        const id = yield* add(here)
        yield* post(here, "first")
        yield* prompted("first")
        yield* post(here, "second")
        yield* pass(600, 60)
        assert.deepStrictEqual(yield* ends(id), ["waiting"])
        yield* post(here, "third")
        yield* slow.release
        yield* ended(here, 4)
        assert.deepStrictEqual(
          (yield* runs(here)).map(({ message_ids, trigger }) => [trigger, message_ids.length]),
          [
            ["message", 1],
            ["message", 1],
            ["task", 1],
            ["message", 1]
          ]
        )
        assert.deepStrictEqual(yield* ends(id), ["ran"])
      })
    )
  )

  it.effect("is neither interrupted into nor steered by what people write, and does not interrupt them", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const talk = working("Said.")
        outside.when("talk", talk.script)
        const here = yield* room("room", { busy: "interrupt" })
        const id = yield* add(here)
        yield* post(here, "talk")
        yield* prompted("talk")
        yield* pass(600, 60)
        yield* settle
        assert.deepStrictEqual(
          (yield* runs(here)).map(({ status }) => status),
          ["running"]
        )
        yield* talk.release
        yield* ran(id)

        const there = yield* room("there", { busy: "steer" })
        const slow = working()
        outside.when("dig", slow.script)
        const other = yield* add(there, { prompt: "dig" })
        yield* pass(600, 60)
        yield* prompted("dig")
        yield* post(there, "aside")
        yield* settle
        assert.deepInclude(yield* states(there), { aside: "queued" })
        assert.notInclude(outside.prompts(), "aside")
        yield* slow.release
        yield* ran(other)
        yield* ended(there, 2)
        assert.include(outside.prompts(), "aside")
      })
    )
  )

  it.effect("takes place in a conversation and a process of its own, and leaves the channel's alone (W10)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        yield* post(here, "hello")
        const talk = yield* ended(here)
        const id = yield* add(here)
        yield* pass(1200, 60)
        yield* ran(id, 2)
        assert.isNull((yield* get(id)).task.session_id)
        yield* settle
        for (const { spec, written } of outside.processes()) {
          const { processId } = spec.box
          assert.strictEqual(
            outside.removed.has(processId),
            written.some(({ text }) => text.endsWith("look"))
          )
        }
        yield* post(here, "hello again")
        const again = yield* ended(here, 4)
        const tasks = (yield* runs(here)).filter(({ trigger }) => trigger === "task")
        const sessions = new Set([talk, ...tasks, again].map(({ session_id }) => session_id))
        assert.strictEqual(sessions.size, 3)
        assert.strictEqual(again.session_id, talk.session_id)
        const told = outside.processes()[0]?.written.map(({ text }) => text)
        assert.deepStrictEqual(told, ["Ada: hello", "Ada: hello again"])
      }),
      { container_keep_alive_sec: 7200 }
    )
  )

  it.effect("with `session: task` goes on in the task's own conversation, with `channel` in the channel's", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        yield* post(here, "hello")
        const talk = yield* ended(here)
        const own = yield* add(here, { session: "task" })
        yield* pass(1200, 60)
        yield* ran(own, 2)
        const [, first, second] = yield* runs(here)
        assert.strictEqual(first?.session_id, second?.session_id)
        assert.notStrictEqual(first?.session_id, talk.session_id)
        assert.strictEqual((yield* get(own)).task.session_id, first?.session_id)
        // Once it is `fresh`, nothing leads back there.
        yield* edit(own, { session: "fresh" })
        yield* pass(600, 60)
        yield* ran(own, 3)
        yield* edit(own, { enabled: false })
        const anew = (yield* runs(here)).at(-1)?.session_id
        assert.notInclude([first?.session_id, talk.session_id], anew)

        const shared = yield* add(here, { session: "channel" })
        yield* pass(600, 60)
        yield* ran(shared)
        assert.strictEqual((yield* runs(here)).at(-1)?.session_id, talk.session_id)
      })
    )
  )

  it.effect(
    "with a conversation of its own begins an empty one, also in a thread that goes on where another stopped",
    () =>
      house(
        Effect.gen(function* () {
          const outside = yield* Outside
          const here = yield* room("room")
          const fork_from = { session_id: SessionId.make("0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f"), message_uuid: null }
          yield* Channels.use((channels) => channels.patch(here.channel_id, { fork_from }))
          for (const session of ["fresh", "task"] as const) {
            const id = yield* add(here, { session })
            yield* pass(600, 60)
            yield* ran(id)
            yield* edit(id, { enabled: false })
          }
          assert.deepStrictEqual(
            outside.processes().map(({ spec }) => spec.session._tag),
            ["New", "New"]
          )
        })
      )
  )

  it.effect("goes on in what a run of the task began while its gate command was at work", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("look", slow.script)
        const here = yield* room("room")
        const id = yield* add(here, { session: "task", overlap: "allow", pre_run: "tk ready" })
        outside.knobs.command = () => Effect.succeed({ code: 0, stdout: "look" })
        yield* pass(600, 60)
        yield* until(
          "the first is at work",
          Effect.sync(() => outside.prompts().length === 1)
        )
        const found = yield* Deferred.make<{ readonly code: number; readonly stdout: string }>()
        outside.knobs.command = () => Deferred.await(found)
        yield* pass(600, 60)
        yield* slow.release
        yield* ran(id)
        yield* Deferred.succeed(found, { code: 0, stdout: "look" })
        yield* ran(id, 2)
        const begun = (yield* history(id)).map(({ run_id }) => run_id)
        const sessions = yield* Effect.forEach(begun, (run) => Runs.use((rows) => rows.get(run!)))
        assert.strictEqual(new Set(sessions.map(({ session_id }) => session_id)).size, 1)
      })
    )
  )

  it.effect("is said in a thread that is named after it, by characters and not by bytes (W53)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const prompt = `look at ${"👩‍🚀".repeat(60)}`
        outside.when(prompt, (_, stage) => Effect.andThen(stage.say("All well."), stage.say("Really.")))
        const here = yield* room("room")
        const id = yield* add(here, { prompt })
        yield* pass(600, 60)
        yield* ran(id)
        assert.deepStrictEqual(yield* said(here), [])
        const [thread] = yield* threads(here)
        assert.isTrue(thread?.name.startsWith(`🧵 task #${id} (\`10m\`) look at`), thread?.name)
        assert.strictEqual(Array.from(thread?.name ?? "").length, 100)
        assert.isTrue(thread?.name.isWellFormed())
        assert.deepStrictEqual(yield* said(place(thread?.channel_id)), [
          `🧵 task #${id} (\`10m\`) All well.`,
          "Really."
        ])
        assert.strictEqual((yield* history(id))[0]?.thread_id, thread?.channel_id)
        // Who answers there goes on where the task stopped.
        const [run] = yield* runs(here)
        assert.deepStrictEqual(thread?.fork_from, { session_id: run!.session_id!, message_uuid: null })
      })
    )
  )

  it.effect("tells its agent that it is a task, and forbids it nothing that a task may ask for (W17)", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        const id = yield* add(here, { auto_delete_sec: 60 })
        yield* pass(600, 60)
        yield* ran(id)
        const text = outside.processes()[0]?.written[0]?.text ?? ""
        assert.match(text, /unless the task below asks for messages, threads or channels[^]*\[EPHEMERAL\][^]*\n\nlook$/)
        const raw = yield* add(here, { prompt: "/compact now" })
        yield* pass(600, 60)
        yield* ran(raw)
        assert.include(
          outside.processes().map(({ written }) => written[0]?.text),
          "/compact now"
        )
      })
    )
  )

  it.effect("is stopped like any run; that is not counted against the task", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", working().script)
        const here = yield* room("room")
        const id = yield* add(here)
        yield* pass(600, 60)
        yield* prompted("look")
        assert.deepInclude(yield* stop(here), { stopped: true })
        assert.deepStrictEqual(yield* states(here), { look: "stopped" })
        assert.deepInclude((yield* history(id))[0], { status: "failed", reason: "Stopped." })
        assert.deepInclude((yield* get(id)).task, { failures: 0, enabled: true })
        assert.deepStrictEqual(yield* said(here), ["Stopped."])
      })
    )
  )

  it.effect("of a task that was deleted meanwhile goes on, and what waited is gone", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working()
        outside.when("look", slow.script)
        const here = yield* room("room")
        const id = yield* add(here, { overlap: "queue" })
        yield* pass(1200, 60)
        yield* prompted("look")
        yield* TaskControl.use((control) => control.remove(House.owner, id))
        assert.deepStrictEqual(yield* Messages.use((messages) => messages.queued(here.channel_id)), [])
        yield* slow.release
        assert.strictEqual((yield* ended(here)).status, "completed")
      })
    )
  )
})
