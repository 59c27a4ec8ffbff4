/** The kept agent processes: made ahead, used again, closed when they no longer fit or nobody wants them. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Latch } from "effect"
import { Agents } from "../../src/services/Agents.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { Processes } from "../../src/services/Processes.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { working } from "../support/Scripts.ts"

const { ended, house, owner, pass, post, prompted, room, runs, said, settle } = House

type Room = House.Room

const prepare = ({ channel_id }: Room) =>
  Effect.andThen(
    Conversations.use((conversations) => conversations.prepare(owner, channel_id)),
    settle
  )
const reset = ({ channel_id }: Room) => Conversations.use((conversations) => conversations.reset(owner, channel_id))
const talk = (place: Room, text: string) => Effect.andThen(post(place, text), ended(place))
/** Which of the processes that were ever opened are alive. */
const alive = Effect.map(Outside, (world) => world.processes().map((process) => process.alive()))
const kept = Agents.use(({ list }) => list)

describe("A process", () => {
  it.effect("that was made ahead is used by the first message, with a session that is really new", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* prepare(here)
        yield* prepare(here)
        assert.deepStrictEqual(yield* alive, [true])
        assert.deepStrictEqual([...world.sockets.values()], [null])
        yield* talk(here, "hello")
        assert.deepStrictEqual(yield* alive, [true])
        const [run] = yield* runs(here)
        assert.strictEqual(run?.session_id, world.processes()[0]?.spec.session.sessionId)
      })
    )
  )

  it.effect("that is still being made ahead when the first message comes is waited for, so that there is one", () =>
    house(
      Effect.gen(function* () {
        const { knobs } = yield* Outside
        const made = yield* Latch.make(false)
        knobs.opening = () => made.await
        const here = yield* room("room")
        yield* prepare(here)
        yield* post(here, "hello")
        yield* settle
        yield* made.open
        yield* ended(here)
        assert.deepStrictEqual(yield* alive, [true])
        assert.include(yield* said(here), "Answer to: hello")
      })
    )
  )

  it.effect("is made ahead only where there is room", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("here")
        yield* talk(here, "hello")
        yield* prepare(yield* room("there"))
        assert.deepStrictEqual(yield* alive, [true])
      }),
      { max_kept_processes: 1 }
    )
  )

  it.effect("lets requests to the model through only while a run has it", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const slow = working()
        world.when("work", slow.script)
        const here = yield* room("room")
        yield* post(here, "work")
        yield* prompted("work")
        assert.deepStrictEqual([...world.sockets.values()], [(yield* runs(here))[0]?.run_id])
        yield* slow.release
        yield* ended(here)
        yield* settle
        assert.deepStrictEqual([...world.sockets.values()], [null])
      })
    )
  )

  it.effect("is closed when nobody has wanted it for as long as it is kept, with its socket and its row", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* talk(here, "hello")
        yield* pass(295, 5)
        assert.deepStrictEqual(yield* alive, [true])
        yield* pass(10)
        assert.deepStrictEqual(yield* alive, [false])
        assert.strictEqual(world.sockets.size, 0)
        assert.deepStrictEqual(yield* Processes.use(({ list }) => list), [])
        yield* post(here, "again")
        yield* ended(here, 2)
        assert.strictEqual(world.processes()[1]?.spec.session._tag, "Resume")
      })
    )
  )

  it.effect("is closed after each turn where none is to be kept", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        yield* prepare(here)
        yield* talk(here, "hello")
        yield* settle
        assert.deepStrictEqual(yield* alive, [false])
      }),
      { container_keep_alive_sec: 0 }
    )
  )

  it.effect("that was used least recently makes room for another", () =>
    house(
      Effect.gen(function* () {
        const [a, b, c] = [yield* room("a"), yield* room("b"), yield* room("c")] as const
        yield* talk(a, "one")
        yield* pass(1)
        yield* talk(b, "two")
        yield* pass(1)
        yield* post(a, "three")
        yield* ended(a, 2)
        yield* talk(c, "four")
        yield* settle
        assert.deepStrictEqual(yield* alive, [true, false, true])
      }),
      { max_kept_processes: 2 }
    )
  )

  it.effect("ends with its session when the channel is reset, and the next one knows nothing of it", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* talk(here, "hello")
        yield* reset(here)
        yield* settle
        assert.deepStrictEqual(yield* alive, [false, true])
        yield* post(here, "again")
        yield* ended(here, 2)
        assert.deepStrictEqual(
          world.processes().map(({ spec }) => spec.session._tag),
          ["New", "New"]
        )
        assert.lengthOf(new Set((yield* runs(here)).map(({ session_id }) => session_id)), 2)
      })
    )
  )

  it.effect("that dies while nobody has it is forgotten", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* talk(here, "hello")
        yield* world.processes()[0]?.die ?? Effect.void
        yield* settle
        assert.deepStrictEqual(yield* kept, [])
        yield* post(here, "again")
        const run = yield* ended(here, 2)
        assert.deepInclude(run, { attempt: 1, status: "completed" })
      })
    )
  )

  it.effect("that begins a turn by itself is interrupted, each time, and nothing of it is said", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* talk(here, "hello")
        const [process] = world.processes()
        for (let times = 1; times <= 2; times++) {
          yield* process?.begin((stage) => Effect.andThen(stage.say("I woke up."), Effect.never)) ?? Effect.void
          yield* settle
          const ends = process?.log.flatMap(({ event }) => (event._tag === "TurnEnded" ? [event.outcome] : []))
          assert.deepStrictEqual(ends, ["completed", ...Array.from({ length: times }, () => "interrupted")])
        }
        assert.deepStrictEqual(yield* said(here), ["Answer to: hello"])
        assert.deepStrictEqual(yield* alive, [true])
      })
    )
  )

  it.effect("is served its tools while nobody has it, as it starts", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* prepare(here)
        const list = { _tag: "Tool", message: { jsonrpc: "2.0", id: 1, method: "tools/list" } } as const
        const [process] = world.processes()
        yield* process?.begin((stage) => Effect.asVoid(stage.ask(list))) ?? Effect.void
        yield* settle
        assert.deepStrictEqual(
          world.toolCalls.map(({ caller }) => [caller.channel_id, caller.run_id]),
          [[here.channel_id, null]]
        )
        assert.strictEqual(process?.log.at(-1)?.event._tag, "TurnEnded")
      })
    )
  )
})
