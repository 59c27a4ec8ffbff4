/** That nothing of the host is in a box unless it was judged just before. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"

const { ended, house, post, room, said } = House

describe("A box", () => {
  it.effect("has what is allowed by then and no more of what was asked for", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room", { mounts: ["/srv/a:/a", "/srv/b:/b"] }, "/srv/site")
        const judged: Array<unknown> = []
        outside.knobs.guard = {
          ...outside.knobs.guard,
          allow: (mounts, copies, around) =>
            Effect.sync(() => {
              judged.push([mounts.map(({ by, source }) => [source, by]), copies, around.writable])
              const [first] = mounts
              return {
                mounts: first === undefined ? [] : [{ ...first, source: "/real/a" }],
                copyFiles: [],
                refused: ["b is not."]
              }
            })
        }
        yield* post(here, "one")
        yield* ended(here)
        const { box } = outside.processes().at(-1)?.spec ?? assert.fail("no process")
        assert.deepStrictEqual(
          box.mounts.map(({ source, target }) => [source, target]),
          [["/real/a", "/a"]]
        )
        const asked = [
          ["/srv/a", "owner"],
          ["/srv/b", "owner"]
        ]
        assert.deepStrictEqual(judged[0], [asked, [], ["/srv/site", "/srv/a", "/srv/b"]])
      })
    )
  )

  it.effect("is not begun where no agent may work, and why is said", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room", {}, "/srv/site")
        outside.knobs.guard = {
          ...outside.knobs.guard,
          workDirectory: () => Effect.succeed({ refused: "Nobody works there." })
        }
        yield* post(here, "one")
        assert.strictEqual((yield* ended(here)).status, "failed")
        assert.include((yield* said(here)).join(), "Nobody works there")
        assert.deepStrictEqual(outside.processes(), [])
      })
    )
  )
})
