/** The disk is full in the middle of a run: SQLite refuses, and goes on when there is room again. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { SqlClient } from "effect/sql"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"

const { ended, heard, house, pass, post, room, runs, said, states } = House

/** Far more than the pages that are free within the file. */
const long = "All work and no play. ".repeat(20_000)

const pragma = (text: string) =>
  SqlClient.SqlClient.use((sql) =>
    Effect.map(sql.unsafe<Record<string, number>>(`PRAGMA ${text}`), ([row]) => Object.values(row ?? {})[0] ?? 0)
  )
const fill = Effect.flatMap(pragma("page_count"), (pages) => pragma(`max_page_count = ${pages}`))
const makeRoom = pragma("max_page_count = 1000000")

describe("A full disk", () => {
  it.effect("in the middle of a run leaves the run to be gone on with, and refuses what cannot be stored", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const on = yield* Deferred.make<void>()
        outside.when("work", (_, stage) =>
          stage.say("First.").pipe(Effect.andThen(Deferred.await(on)), Effect.andThen(stage.say(long)))
        )
        const here = yield* room("room")
        yield* post(here, "work")
        yield* heard("First.")
        yield* House.until(
          "the first text",
          Effect.map(said(here), (all) => all.length === 1)
        )
        yield* fill
        yield* Deferred.succeed(on, undefined)
        yield* pass(150, 10)
        assert.deepStrictEqual(yield* said(here), ["First."])
        assert.isNull((yield* runs(here))[0]?.ended_at)
        const refusal = yield* Effect.flip(post(here, long))
        assert.deepInclude(refusal, { _tag: "StoreError", reason: "disk_full" })

        yield* makeRoom
        yield* pass(70, 5)
        assert.strictEqual((yield* ended(here)).status, "completed")
        assert.deepStrictEqual(yield* said(here), ["First.", long])
        assert.deepStrictEqual(yield* states(here), { work: "replied" })
        yield* post(here, "and on")
        yield* ended(here, 2)
        assert.strictEqual((yield* said(here)).at(-1), "Answer to: and on")
      })
    )
  )
})
