/** Messages: accepted, edited or dropped while they wait, said again. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MessageId, RunId } from "../../../src/domain/Ids.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import { Messages } from "../../../src/services/Messages.ts"
import * as House from "../../support/House.ts"
import { unnumbered } from "../../support/Fences.ts"
import { Outside } from "../../support/Outside.ts"
import { working, writing } from "../../support/Scripts.ts"

const { ended, heard, house, owner, post, prompted, room, said, settle, states, stop } = House

const use = <A, E>(ask: (conversations: Conversations["Service"]) => Effect.Effect<A, E>) => Conversations.use(ask)
const id = MessageId.make

/** A channel that is at work, with another message waiting. */
const busy = Effect.fnUntraced(function* (mode: "queue" | "steer" = "queue") {
  const world = yield* Outside
  const first = mode === "steer" ? writing("First.") : working("First.")
  world.when("one", first.script)
  const here = yield* room("room", { busy: mode })
  yield* post(here, "one")
  yield* prompted("one")
  if (mode === "steer") yield* heard("First.")
  yield* post(here, "two")
  yield* settle
  return { world, first, here, channel_id: here.channel_id }
})

describe("A message", () => {
  it.effect("loses Loop's call signs on the local platform, and is refused when nothing is left", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const { channel_id } = yield* room("room")
        const send = (content: string, kind: "prompt" | "raw" = "prompt") =>
          use((c) => c.post(owner, { channel_id, content, kind }))
        for (const content of ["", "  ", "@LoopBot", "!loop "]) {
          assert.deepInclude(yield* Effect.flip(send(content)), { reason: "invalid", field: "content" })
        }
        assert.deepInclude(yield* Effect.flip(send("x".repeat(500_001))), { field: "content" })
        yield* send("@LoopBot look here")
        yield* send("!loop and here")
        yield* send("/loop:cc", "raw")
        yield* ended({ channel_id }, 3)
        assert.deepStrictEqual(world.prompts(), ["look here", "and here", "/loop:cc"])
      })
    )
  )

  it.effect("with nothing but a file is one, too", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room")
        const attachments = [{ name: "a.txt", mime: "text/plain", path: "/w/.loop/inbox/1/a.txt" }]
        yield* use((c) => c.post(owner, { channel_id, content: "", attachments }))
        const world = yield* Outside
        yield* ended({ channel_id })
        assert.include(
          unnumbered(world.processes()[0]?.written[0]?.text ?? ""),
          '[attached: <untrusted-N kind="files">/w/.loop/inbox/1/a.txt (text/plain)</untrusted-N>]'
        )
      })
    )
  )

  it.effect("gets an id of its own where it has none, and an author where it names none", () =>
    house(
      Effect.gen(function* () {
        const { channel_id } = yield* room("room")
        const { fresh, message_id } = yield* use((c) => c.post(owner, { channel_id, content: "hello" }))
        assert.isTrue(fresh)
        const stored = yield* Messages.use((messages) => messages.get(channel_id, message_id))
        assert.deepInclude(stored, { author_id: "local-user", author_name: "local-user", is_bot: false })
      })
    )
  )

  it.effect("that waits can be changed or dropped; what is dropped is never run", () =>
    house(
      Effect.gen(function* () {
        const { channel_id, first, here, world } = yield* busy()
        yield* post(here, "three")
        yield* use((c) => c.editQueued(owner, channel_id, id("two"), " two, changed "))
        yield* use((c) => c.dropQueued(owner, channel_id, id("three")))
        yield* first.release
        yield* ended(here, 2)
        assert.deepStrictEqual(world.prompts(), ["one", "two, changed"])
        assert.deepStrictEqual(yield* states(here), { one: "replied", "two, changed": "replied", three: "dropped" })
      })
    )
  )

  it.effect("that has begun can no longer be changed, and the answer says what it is", () =>
    house(
      Effect.gen(function* () {
        const { channel_id, first, here } = yield* busy()
        const edit = (message: string) => Effect.flip(use((c) => c.editQueued(owner, channel_id, id(message), "x")))
        const drop = (message: string) => Effect.flip(use((c) => c.dropQueued(owner, channel_id, id(message))))
        assert.deepInclude(yield* edit("one"), {
          reason: "conflict",
          message: "The message one no longer waits: it is running."
        })
        yield* first.release
        yield* ended(here, 2)
        assert.deepInclude(yield* drop("one"), { message: "The message one no longer waits: it is replied." })
        assert.deepInclude(yield* drop("nine"), { reason: "not_found" })
        const empty = Effect.flip(use((c) => c.editQueued(owner, channel_id, id("two"), " ")))
        assert.deepInclude(yield* empty, { reason: "invalid", field: "content" })
      })
    )
  )

  it.effect("that was written into the turn is at the agent already, and can be neither changed nor dropped", () =>
    house(
      Effect.gen(function* () {
        const { channel_id, first, here, world } = yield* busy("steer")
        const refused = yield* Effect.flip(use((c) => c.dropQueued(owner, channel_id, id("two"))))
        assert.deepInclude(refused, { reason: "conflict" })
        yield* first.release
        yield* ended(here, 2)
        assert.deepStrictEqual(world.prompts(), ["one", "two"])
      })
    )
  )
})

describe("A run that has ended", () => {
  it.effect("is said again as new messages, in its channel's turn", () =>
    house(
      Effect.gen(function* () {
        const { first, here, world } = yield* busy()
        yield* stop(here)
        const run = (yield* House.runs(here))[0]?.run_id ?? RunId.make("none")
        yield* ended(here, 2)
        yield* first.release
        const again = yield* use((c) => c.retry(owner, run))
        assert.notStrictEqual(again, id("one"))
        yield* ended(here, 3)
        assert.deepStrictEqual(world.prompts(), ["one", "two", "one"])
        assert.strictEqual((yield* said(here)).at(-1), "First.")
      })
    )
  )

  it.effect("cannot be said again while it is at work, nor one that never was", () =>
    house(
      Effect.gen(function* () {
        const { here } = yield* busy()
        const [run] = yield* House.runs(here)
        const live = yield* Effect.flip(use((c) => c.retry(owner, run?.run_id ?? RunId.make("none"))))
        assert.deepInclude(live, { reason: "conflict" })
        assert.strictEqual((yield* Effect.flip(use((c) => c.retry(owner, RunId.make("none")))))._tag, "RunNotFound")
      })
    )
  )
})
