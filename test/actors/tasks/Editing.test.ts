/** Changes to a task: all of what is asked for, or nothing of it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import type { TaskChanges } from "../../../src/services/TaskControl.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { add, edit, ends, get } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import { working } from "../../support/Scripts.ts"

const { house, pass, post, prompted, room } = House

const good = {
  type: "cron",
  schedule: "0 5 * * *",
  timezone: "Asia/Tokyo",
  prompt: "something else",
  auto_delete_sec: 60,
  overlap: "queue",
  catch_up: "all",
  catch_up_window_sec: 60,
  session: "task",
  pre_run: "true",
  enabled: false
} as const satisfies TaskChanges

const wrong: ReadonlyArray<readonly [string, Readonly<Record<string, unknown>>]> = [
  ["schedule", { schedule: "0 0 30 2 *" }],
  ["timezone", { timezone: "Mars/Base" }],
  ["timezone", { timezone: "Mars Base" }],
  ["prompt", { prompt: " \n" }],
  ["prompt", { prompt: "x".repeat(500_001) }],
  ["auto_delete_sec", { auto_delete_sec: -1 }],
  ["overlap", { overlap: "maybe" }],
  ["catch_up", { catch_up: "some" }],
  ["catch_up_window_sec", { catch_up_window_sec: 0.5 }],
  ["session", { session: "mine" }]
]

describe("An edit of a task", () => {
  const withOneThatWaits = Effect.gen(function* () {
    const outside = yield* Outside
    outside.when("talk", working().script)
    const here = yield* room("room")
    const id = yield* add(here)
    yield* post(here, "talk")
    yield* prompted("talk")
    yield* pass(600, 60)
    assert.deepStrictEqual(yield* ends(id), ["waiting"])
    const queued = Messages.use((messages) => messages.queued(here.channel_id))
    return { id, picture: Effect.all([get(id), ends(id), queued]) }
  })

  it.effect("that is refused for one of its fields changes none of them, and takes nothing out of the mailbox", () =>
    house(
      Effect.gen(function* () {
        const { id, picture } = yield* withOneThatWaits
        const before = yield* picture
        for (const [field, change] of wrong) {
          const refused = yield* Effect.flip(edit(id, { ...good, ...change } as TaskChanges))
          assert.deepInclude(refused, { _tag: "Refused", field })
          assert.deepStrictEqual(yield* picture, before, field)
        }
        yield* edit(id, good)
        const { enabled, type, schedule, timezone, prompt, ...options } = good
        const { task } = yield* get(id)
        assert.deepInclude(task, { enabled, type, schedule, timezone, prompt, next_run_at: null })
        assert.deepStrictEqual<unknown>(task.options, options)
        assert.deepStrictEqual(yield* ends(id), ["skipped"])
      })
    )
  )

  it.effect("that cannot be stored changes nothing, and takes nothing out of the mailbox", () =>
    house(
      Effect.gen(function* () {
        const { id, picture } = yield* withOneThatWaits
        const before = yield* picture
        const sql = yield* SqlClient.SqlClient
        yield* sql`CREATE TRIGGER refused BEFORE UPDATE OF enabled ON tasks BEGIN SELECT RAISE(ABORT, 'no'); END`
        assert.deepInclude(yield* Effect.flip(edit(id, good)), { _tag: "StoreError" })
        assert.deepStrictEqual(yield* picture, before)
      })
    )
  )
})
