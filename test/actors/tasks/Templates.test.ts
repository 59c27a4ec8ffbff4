/** Templates: what a channel can add, by name, and that it adds it once. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { TestClock } from "effect/testing"
import type { ChannelId } from "../../../src/domain/Ids.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { TemplateUnreadable } from "../../../src/services/TemplateFiles.ts"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import { ran } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"

const { house, owner, pass, room } = House

const mine = {
  task_templates: [
    { name: "heartbeat", description: "mine", schedule: "1h", type: "interval", prompt: "look", auto_delete_sec: 30 },
    { name: "nightly", schedule: "0 3 * * *", type: "cron", prompt_path: "nightly.md" },
    { name: "never", schedule: "1969-12-31T00:00:00Z", type: "once", prompt: "look" }
  ]
}

describe("Templates", () => {
  it.effect("are the configuration's and those that are shipped; the configuration's go first by name", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room")
        const all = yield* TaskControl.use((control) => control.templates(owner, channel_id))
        assert.deepStrictEqual(
          all.map(({ name }) => name),
          ["heartbeat", "nightly", "never", "tk-auto-worker", "tk-dispatcher", "tk-heartbeat", "daily-summary"]
        )
        assert.include(all[0], { description: "mine", schedule: "1h", project: false })
      }),
      mine
    )
  )

  it.effect("are added once to a channel, with their text as it is then, also when two ask at once", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room")
        const control = yield* TaskControl
        const add = control.addTemplate(owner, channel_id, "nightly")
        const outside = yield* Outside
        const read = outside.knobs.template
        // Both have seen that it is not there before either puts it there.
        const readers = { all: 0, come: yield* Deferred.make<void>() }
        outside.knobs.template = (path, project) =>
          Effect.suspend(() =>
            ++readers.all < 2 ? Deferred.await(readers.come) : Deferred.succeed(readers.come, undefined)
          ).pipe(Effect.andThen(read(path, project)))
        const both = yield* Effect.all([add, add], { concurrency: "unbounded" })
        outside.knobs.template = read
        assert.deepStrictEqual(both.map(({ fresh }) => fresh).sort(), [false, true])
        const [{ task }, { task: same }] = both
        assert.strictEqual(task.task_id, same.task_id)
        assert.include(task, { template_name: "nightly", prompt: "the text of nightly.md", schedule: "0 3 * * *" })
        yield* control.edit(owner, task.task_id, { prompt: "changed", enabled: false })
        const again = yield* add
        assert.deepInclude(again, { fresh: false, next: [] })
        assert.include(again.task, { task_id: task.task_id, prompt: "changed", enabled: false })
        const other = yield* control.addTemplate(owner, (yield* room("other")).channel_id, "nightly")
        assert.isTrue(other.fresh)
        const inline = yield* control.addTemplate(owner, channel_id, "heartbeat")
        assert.include(inline.task, { prompt: "look" })
        assert.strictEqual(inline.task.options.auto_delete_sec, 30)
      }),
      mine
    )
  )

  it.effect("stay added where they could not be added any more: their time has passed, their file is gone", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room")
        const control = yield* TaskControl
        const once = { name: "once", schedule: "1970-01-01T00:05:00Z", type: "once", prompt_path: "once.md" }
        const outside = yield* Outside
        yield* outside.configure({ task_templates: [once] })
        const { task } = yield* control.addTemplate(owner, channel_id, "once")
        yield* TestClock.adjust("1 hour")
        outside.knobs.template = (path) => Effect.fail(new TemplateUnreadable({ path, message: "It is gone." }))
        const again = yield* control.addTemplate(owner, channel_id, "once")
        assert.deepStrictEqual([again.task.task_id, again.fresh], [task.task_id, false])
        const elsewhere = yield* Effect.flip(control.addTemplate(owner, (yield* room("elsewhere")).channel_id, "once"))
        assert.deepInclude(elsewhere, { _tag: "Refused", reason: "invalid", field: "name" })
        assert.strictEqual(elsewhere.message, 'Template "once": It is gone.')
      })
    )
  )

  it.effect("of a project are its channel's alone, go before others of their name, and name the project's files", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const project = { name: "nightly", schedule: "2h", type: "interval", prompt_path: "theirs.md" }
        const faulty = { name: "faulty", schedule: "1s", type: "interval", prompt: "look" }
        outside.projects.set("/srv/site", JSON.stringify({ task_templates: [project, faulty] }))
        const { channel_id } = yield* room("room", {}, "/srv/site")
        const other = yield* room("other")
        const control = yield* TaskControl
        const listed = Effect.fnUntraced(function* (id: ChannelId) {
          const all = yield* control.templates(owner, id)
          return all.slice(0, 3).map(({ name, project, schedule }) => [name, schedule, project])
        })
        assert.deepStrictEqual(yield* listed(channel_id), [
          ["heartbeat", "1h", false],
          ["nightly", "2h", true],
          ["never", "1969-12-31T00:00:00Z", false]
        ])
        assert.deepStrictEqual((yield* listed(other.channel_id))[1], ["nightly", "0 3 * * *", false])
        const faults = yield* Effect.flip(control.addTemplate(owner, channel_id, "faulty"))
        assert.deepInclude(faults, { _tag: "Refused", reason: "not_found" })
        const { task } = yield* control.addTemplate(owner, channel_id, "nightly")
        assert.include(task, { prompt: "the text of theirs.md of /srv/site", schedule: "2h" })
        // Those of the configuration are read from its own directory, in a project's channel, too.
        yield* outside.configure({ task_templates: [{ ...mine.task_templates[1], name: "ours" }] })
        const ours = yield* control.addTemplate(owner, channel_id, "ours")
        assert.strictEqual(ours.task.prompt, "the text of nightly.md")
      }),
      mine
    )
  )

  it.effect("work with the rights of whoever added them", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const { task } = yield* TaskControl.use((control) => control.addTemplate(owner, here.channel_id, "heartbeat"))
        yield* pass(3600, 600)
        yield* ran(task.task_id)
        const [run] = yield* House.runs(here)
        assert.deepStrictEqual(yield* Messages.use((all) => all.authorsOf(run!.run_id)), [{ kind: "owner" }])
      }),
      mine
    )
  )

  it.effect("that are not there, or can never come, are refused", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room")
        const control = yield* TaskControl
        const none = yield* Effect.flip(control.addTemplate(owner, channel_id, "weekly"))
        assert.deepInclude(none, { _tag: "Refused", reason: "not_found" })
        assert.include(none.message, "tk-auto-worker")
        const never = yield* Effect.flip(control.addTemplate(owner, channel_id, "never"))
        assert.deepInclude(never, { _tag: "Refused", reason: "impossible" })
      }),
      mine
    )
  )
})
