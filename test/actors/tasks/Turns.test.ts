/** A task's turn: whose conversation it takes place in, where it is said, how it is stopped and gated. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Messages } from "../../../src/services/Messages.ts"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import { add, edit, ends, get, history, ran, threads } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { layer as outside, Outside } from "../../support/Outside.ts"
import { working } from "../../support/Scripts.ts"

const { during, ended, house, pass, post, prompted, room, runs, said, serving, settle, states, stop, until } = House

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
        yield* edit(own, { enabled: false })
        const [, first, second] = yield* runs(here)
        assert.strictEqual(first?.session_id, second?.session_id)
        assert.notStrictEqual(first?.session_id, talk.session_id)
        assert.strictEqual((yield* get(own)).task.session_id, first?.session_id)

        const shared = yield* add(here, { session: "channel" })
        yield* pass(600, 60)
        yield* ran(shared)
        assert.strictEqual((yield* runs(here)).at(-1)?.session_id, talk.session_id)
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

describe("A gate command", () => {
  const gated = { pre_run: "tk ready" }

  it.effect("that prints something lets the run begin, which is told what it printed", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const asked: Array<ReadonlyArray<string>> = []
        outside.knobs.command = (argv) => {
          asked.push(argv)
          return Effect.succeed({ code: 0, stdout: "a-1 ready" })
        }
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* ran(id)
        assert.deepStrictEqual(asked, [["/bin/sh", "-c", "tk ready"]])
        assert.match(
          outside.processes()[0]?.written[0]?.text ?? "",
          /printed:\n<untrusted-([a-z2-7]{16}) kind="gate">a-1 ready<\/untrusted-\1>$/
        )
      })
    )
  )

  it.effect("that prints nothing ends the occurrence as skipped: no run, no agent, no word", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* until(
          "it is skipped",
          Effect.map(ends(id), (all) => all[0] === "skipped")
        )
        assert.strictEqual((yield* history(id))[0]?.reason, "The gate command found nothing to do.")
        assert.deepStrictEqual(yield* runs(here), [])
        assert.deepStrictEqual(outside.processes(), [])
        assert.deepStrictEqual(yield* said(here), [])
      })
    )
  )

  it.effect("whose program is missing pauses the task at once, and says so", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.succeed({ code: 127, stdout: "tk is not in the box" })
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* until(
          "it has paused itself",
          Effect.map(said(here), (all) => all.length > 0)
        )
        const reason = "The gate command ended with code 127: tk is not in the box."
        assert.strictEqual(
          (yield* said(here))[0],
          `Task #${id} failed and has paused itself: ${reason} Mend that, then turn it on again with \`/loop toggle ${id}\`.`
        )
        const { task } = yield* TaskControl.use((control) => control.get(House.owner, id))
        assert.include(task, { enabled: false, next_run_at: null, paused_reason: `It failed: ${reason}` })
        yield* pass(1800, 60)
        assert.deepStrictEqual(yield* ends(id), ["failed"])
      })
    )
  )

  it.effect("that fails, or takes too long, is a failure that is said", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.succeed({ code: 2, stdout: "no such repository" })
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(600, 60)
        yield* until(
          "it failed",
          Effect.map(ends(id), (all) => all[0] === "failed")
        )
        assert.match((yield* said(here)).join(), /^Task #\d+ failed: The gate command ended with code 2: no such repo/)
        outside.knobs.command = () => Effect.never
        yield* pass(600, 60)
        assert.deepStrictEqual(yield* ends(id), ["failed", "waiting"])
        yield* pass(180, 30)
        yield* until(
          "it took too long",
          Effect.map(ends(id), (all) => all[1] === "failed")
        )
        assert.include((yield* said(here)).join(), "had not ended after 2 minutes")
      })
    )
  )

  it.effect("that is under way can be stopped, and what waits behind it goes on", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.knobs.command = () => Effect.never
        const here = yield* room("room")
        const id = yield* add(here, gated)
        yield* pass(601, 60)
        yield* post(here, "hello")
        assert.deepInclude(yield* during(stop(here)), { stopped: true })
        assert.deepInclude((yield* history(id))[0], { status: "failed", reason: "Stopped during the gate command." })
        yield* ended(here)
        assert.deepInclude(yield* states(here), { hello: "replied", look: "stopped" })
      })
    )
  )

  it.effect("is run again by the next supervisor when the last one died meanwhile", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.knobs.command = () => Effect.never
      const id = yield* serving(
        Effect.gen(function* () {
          const id = yield* add(yield* room("room"), gated)
          yield* pass(601, 60)
          return id
        })
      )
      world.knobs.command = () => Effect.succeed({ code: 0, stdout: "go" })
      yield* serving(ran(id))
      assert.match(world.prompts().join(), /^<untrusted-\w+ kind="gate">go</)
    }).pipe(Effect.provide(outside()))
  )
})
