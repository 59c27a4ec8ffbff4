/** What an agent process is made of changes: which ones end, and when. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Channels } from "../../src/services/Channels.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { working } from "../support/Scripts.ts"

const { ended, house, pass, post, prompted, room, said, settle } = House

const talk = (place: House.Room, text: string) => Effect.andThen(post(place, text), ended(place))
/** Which of the processes that were ever opened are alive. */
const alive = Effect.map(Outside, (world) => world.processes().map((process) => process.alive()))

describe("When what processes are made of changes", () => {
  it.effect("idle ones are closed at once, and busy ones after their turn", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const slow = working()
        world.when("work", slow.script)
        const [here, there] = [yield* room("here"), yield* room("there")] as const
        yield* talk(here, "hello")
        yield* post(there, "work")
        yield* prompted("work")
        yield* world.configure({ envs: { EDITOR: "vi" } })
        yield* settle
        assert.deepStrictEqual(yield* alive, [false, true])
        yield* slow.release
        yield* ended(there)
        yield* settle
        assert.deepStrictEqual(yield* alive, [false, false])
        assert.deepStrictEqual(yield* said(there), ["Done."])
      })
    )
  )

  it.effect("what a running process can change, such as the model, closes none", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* talk(here, "hello")
        yield* world.configure({ claude_model: "opus", permission_mode: "ask", container_timeout_sec: 60 })
        yield* post(here, "again")
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* alive, [true])
        assert.deepStrictEqual(
          world.processes()[0]?.turns.map(({ model, permissionMode }) => [model, permissionMode]),
          [
            ["", "bypass"],
            ["opus", "ask"]
          ]
        )
      })
    )
  )

  it.effect("a channel's own new directory or network is what its next turn has", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room", {}, "/srv/one")
        yield* talk(here, "hello")
        yield* Channels.use((channels) => channels.patch(here.channel_id, { dir_path: "/srv/two" }))
        yield* post(here, "again")
        yield* ended(here, 2)
        assert.deepStrictEqual(
          world.processes().map(({ spec }) => [spec.box.workDir, spec.session._tag]),
          [
            ["/srv/one", "New"],
            ["/srv/two", "Resume"]
          ]
        )
        yield* settle
        assert.deepStrictEqual(yield* alive, [false, true])
      })
    )
  )

  it.effect("a rebuilt image counts, once it is noticed", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* talk(here, "hello")
        world.knobs.fingerprint = "image-2"
        yield* pass(31)
        yield* post(here, "again")
        yield* ended(here, 2)
        yield* settle
        assert.deepStrictEqual(yield* alive, [false, true])
      })
    )
  )
})
