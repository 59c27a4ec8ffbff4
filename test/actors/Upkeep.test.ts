/** What is done once a minute and at the start, and what becomes of a channel that nobody talks to. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Sharding } from "effect/cluster"
import { SqlClient } from "effect/sql"
import { ChannelId, ProcessId } from "../../src/domain/Ids.ts"
import { Processes } from "../../src/services/Processes.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"
import { working } from "../support/Scripts.ts"

const { accept, ended, house, pass, post, prompted, room, runs, said, serving, settle } = House

const alive = Effect.map(Outside, (world) => world.processes().map((process) => process.alive()))

describe("A channel that nobody talks to", () => {
  it.effect("leaves memory after a while, and the next message finds it as it was", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        const resident = Sharding.Sharding.use(({ activeEntityCount }) => activeEntityCount)
        yield* post(here, "hello")
        yield* ended(here)
        assert.strictEqual(yield* resident, 1)
        yield* pass(6 * 60, 5)
        assert.strictEqual(yield* resident, 0)
        yield* post(here, "again")
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* said(here), ["Answer to: hello", "Answer to: again"])
        const sessions = world.processes().map(({ spec }) => spec.session)
        assert.deepStrictEqual([sessions[1]?._tag, sessions[1]?.sessionId], ["Resume", sessions[0]?.sessionId])
      })
    )
  )

  it.effect("stays while its run is at work, however long", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const slow = working()
        world.when("work", slow.script)
        const here = yield* room("room")
        yield* post(here, "work")
        yield* pass(20 * 60, 10)
        yield* slow.release
        yield* ended(here)
        assert.deepStrictEqual(world.prompts(), ["work"])
      })
    )
  )
})

describe("A message that nobody was told of", () => {
  it.effect("is begun with by the next sweep, within a minute", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        yield* settle
        yield* accept(here, "hello")
        yield* pass(30, 5)
        assert.deepStrictEqual(yield* runs(here), [])
        yield* pass(31, 5)
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), ["Answer to: hello"])
      })
    )
  )

  it.effect("is left to the run that is at work", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const slow = working("First.")
        world.when("one", slow.script)
        const here = yield* room("room")
        yield* post(here, "one")
        yield* prompted("one")
        yield* accept(here, "two")
        yield* pass(200, 10)
        assert.deepStrictEqual(world.prompts(), ["one"])
        yield* slow.release
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* said(here), ["First.", "Answer to: two"])
      })
    )
  )
})

describe("What is old", () => {
  it.effect("is deleted within the hour once it is thirty days old, messages and runs never", () =>
    house(
      Effect.gen(function* () {
        const sql = yield* SqlClient.SqlClient
        const here = yield* room("room")
        yield* post(here, "hello")
        yield* ended(here)
        yield* settle
        const left = Effect.map(sql<{ type: string }>`SELECT type FROM events`, (rows) => rows.map(({ type }) => type))
        const day = 86_400_000
        yield* sql`UPDATE events SET at = at - ${29 * day}`
        yield* sql`UPDATE events SET at = at - ${day} WHERE type <> 'run.ended'`
        yield* pass(61 * 60, 60)
        assert.deepStrictEqual(yield* left, ["run.ended"])
        assert.lengthOf(yield* runs(here), 1)
        assert.deepStrictEqual(yield* said(here), ["Answer to: hello"])
      })
    )
  )
})

describe("Once a minute and at the start", () => {
  it.effect("boxes and rows that nobody owns are removed, and never the box of a live run", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      world.when("work", working().script)
      const here = yield* serving(
        Effect.tap(room("room"), (here) => Effect.andThen(post(here, "work"), prompted("work")))
      )
      const stray = ProcessId.make("0badcafe")
      const lost = ProcessId.make("deadbeef")
      world.knobs.strays = [
        { processId: stray, channelId: ChannelId.make("local:gone"), configHash: "", running: true }
      ]
      yield* serving(
        Effect.gen(function* () {
          yield* settle
          assert.isTrue(world.removed.has(stray))
          assert.deepStrictEqual(yield* alive, [true])
          const { channel_id } = here
          yield* Processes.use((processes) =>
            processes.insert({
              process_id: lost,
              channel_id,
              session_id: null,
              config_hash: "",
              cursor: null,
              cursor_at: 0,
              cost_total: 0,
              started_at: 0
            })
          )
          yield* pass(61)
          assert.deepStrictEqual(yield* Processes.use((processes) => processes.get(lost)), undefined)
          assert.deepStrictEqual(yield* alive, [true])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("also spared is the box of a live run that waits for a slot to be taken over", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const texts = ["one", "two"]
      for (const text of texts) world.when(text, working().script)
      yield* serving(
        Effect.forEach(texts, (text) =>
          Effect.flatMap(room(text), (here) => Effect.andThen(post(here, text), prompted(text)))
        )
      )
      yield* world.configure({ max_concurrent_runs: 1 })
      yield* serving(
        Effect.gen(function* () {
          yield* pass(61)
          assert.deepStrictEqual(yield* alive, [true, true])
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})
