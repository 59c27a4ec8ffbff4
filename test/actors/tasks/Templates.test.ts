/** Templates: what a channel can add, by name, and that it adds it once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import * as House from "../../support/House.ts"

const { house, owner, room } = House

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
        const both = yield* Effect.all([add, add], { concurrency: "unbounded" })
        assert.deepStrictEqual(both.map(({ fresh }) => fresh).sort(), [false, true])
        const [{ task }] = both
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
