/** A conversation looked at, reset, decided about; and the chat commands for it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ApprovalId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { unnumbered } from "../../support/Fences.ts"
import * as House from "../../support/House.ts"
import { layer as outsideLayer, Outside } from "../../support/Outside.ts"
import { asking, working } from "../../support/Scripts.ts"

const { asked, ended, house, owner, post, prompted, room, said, serving, settle, stop } = House

const use = <A, E>(ask: (conversations: Conversations["Service"]) => Effect.Effect<A, E>) => Conversations.use(ask)

const command = ({ channel_id }: House.Room, name: string, options: Readonly<Record<string, string>> = {}) =>
  Effect.map(
    use((c) => c.command(owner, channel_id, name, options)),
    ({ text }) => text
  )

/** What the bot says here without a run here. */
const say = ({ channel_id }: House.Room, content: string) =>
  Messages.use((messages) => messages.say({ channel_id, run_id: null, key: content, content }))

describe("A channel that is looked at", () => {
  it.effect("shows its run and what waits behind it, and nothing when it is done", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const slow = working()
        world.when("one", slow.script)
        const here = yield* room("room")
        const look = use((c) => c.inspect(owner, here.channel_id))
        assert.deepStrictEqual(yield* look, { state: "idle", run: null, queue: [] })
        yield* post(here, "one")
        yield* prompted("one")
        yield* post(here, "two")
        yield* settle
        const busy = yield* look
        assert.deepStrictEqual([busy.state, busy.run?.status], ["running", "running"])
        assert.deepStrictEqual(
          busy.queue.map(({ author_name, content, waiting_for }) => [author_name, content, waiting_for]),
          [["Ada", "two", "turn"]]
        )
        yield* slow.release
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* look, { state: "idle", run: null, queue: [] })
      })
    )
  )
})

describe("A reset", () => {
  it.effect("while a turn runs lets it finish, and what comes then begins a new session", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const slow = working("Done.")
        world.when("one", slow.script)
        const here = yield* room("room")
        yield* post(here, "one")
        yield* prompted("one")
        yield* use((c) => c.reset(owner, here.channel_id))
        yield* slow.release
        yield* ended(here)
        const after = yield* Channels.use((channels) => channels.get(here.channel_id))
        assert.deepStrictEqual([after.session_id, after.last_message_uuid], [null, null])
        yield* post(here, "two")
        yield* ended(here, 2)
        yield* settle
        assert.deepStrictEqual(yield* said(here), ["Done.", "Answer to: two"])
        const sessions = world.processes().map(({ spec }) => spec.session)
        assert.deepStrictEqual(
          sessions.map(({ _tag }) => _tag),
          ["New", "New"]
        )
        assert.deepStrictEqual(
          world.processes().map(({ alive }) => alive()),
          [false, true]
        )
      })
    )
  )

  it.effect("is remembered by the next supervisor, also for the turn that it came in the middle of", () =>
    Effect.gen(function* () {
      const world = yield* Outside
      const slow = working("Done.")
      world.when("one", slow.script)
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room", { busy: "steer" })
          yield* post(here, "zero")
          yield* ended(here)
          yield* say(here, "elsewhere, before")
          yield* post(here, "one")
          yield* prompted("one")
          yield* use((c) => c.reset(owner, here.channel_id))
          yield* say(here, "elsewhere, after")
          return here
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* post(here, "two")
          yield* settle
          yield* slow.release
          yield* ended(here, 3)
          yield* world.loseSessions
          yield* Effect.forEach(world.processes(), ({ die }) => die)
          yield* post(here, "three")
          yield* ended(here, 4)
        })
      )
      const all = world.processes().map(({ written }) => written.map(({ text }) => unnumbered(text)))
      const [old, fresh] = all
      const again = all.at(-1)
      assert.deepStrictEqual(new Set(old), new Set(["Ada: zero", "Ada: one"]))
      assert.deepStrictEqual(fresh, [
        'Earlier in this channel:\n<untrusted-N kind="earlier">assistant: elsewhere, after</untrusted-N>\n\nNow:\nAda: two'
      ])
      assert.include(
        again?.[0],
        'Earlier in this channel:\n<untrusted-N kind="earlier">\nassistant: elsewhere, after\nAda: two\nassistant: Answer to: two\n'
      )
    }).pipe(Effect.provide(outsideLayer()))
  )
})

describe("A decision", () => {
  it.effect("on an approval that is not there, expired, or taken back says so", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("may I", asking())
        const here = yield* room("room")
        const unknown = Effect.flip(use((c) => c.decide(owner, ApprovalId.make("none"), "allow", null)))
        assert.deepInclude(yield* unknown, { reason: "not_found", message: "There is no approval none." })
        yield* post(here, "may I")
        const first = yield* asked(here)
        yield* stop(here)
        assert.deepInclude(yield* Effect.flip(House.decide(first, "allow")), {
          reason: "conflict",
          message: "That was answered already: it is withdrawn."
        })
        const there = yield* room("there")
        yield* post(there, "may I")
        const second = yield* asked(there)
        yield* House.pass(901, 20)
        assert.deepInclude(yield* Effect.flip(House.decide(second, "allow")), {
          reason: "conflict",
          message: "That was answered already: it is expired."
        })
      })
    )
  )
})

describe("A chat command", () => {
  it.effect("tells what waits and what runs", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("one", working().script)
        const here = yield* room("room")
        assert.strictEqual(yield* command(here, "queue"), "Nothing waits.")
        assert.include(yield* command(here, "status"), "Loop is running. Nothing runs here; 0 waiting.")
        yield* post(here, "one")
        yield* prompted("one")
        yield* post(here, "two")
        yield* settle
        assert.strictEqual(yield* command(here, "queue"), "1 waiting:\n1. Ada: two")
        assert.strictEqual(
          yield* command(here, "status"),
          "Loop is running. A run is running here (attempt 1); 1 waiting. 1 of 8 runs at work over all channels."
        )
      })
    )
  )

  it.effect("stops, resets, and sends a command of the agent's own as it is", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("one", working().script)
        const here = yield* room("room")
        assert.strictEqual(yield* command(here, "stop"), "There is nothing to stop.")
        yield* post(here, "one")
        yield* prompted("one")
        assert.strictEqual(yield* House.during(command(here, "stop")), "Stopped.")
        assert.strictEqual(yield* command(here, "reset"), "The next message begins a new session.")
        assert.strictEqual(yield* command(here, "cc", { command: "compact" }), "/compact is sent to the agent.")
        yield* ended(here, 2)
        const [before] = world.processes()
        const after = world.processes().find(({ written }) => written.some((line) => line.text === "/compact"))
        assert.strictEqual(after?.spec.session._tag, "New")
        assert.notStrictEqual(after?.spec.session.sessionId, before?.spec.session.sessionId)
      })
    )
  )

  it.effect("that is none, or incomplete, is refused with the next step", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const unknown = yield* Effect.flip(command(here, "constructor"))
        assert.deepInclude(unknown, { reason: "invalid", field: "command" })
        assert.match(unknown.message, /^There is no command "constructor": there are status, stop, queue, /)
        assert.deepInclude(yield* Effect.flip(command(here, "cc")), { field: "command" })
      })
    )
  )
})
