/** The server dies, or is away, while people write on Discord: each message is answered once, in its order. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect } from "effect"
import { button, has, hasButton, isFooter, make, OnDiscord, says } from "../support/OnDiscord.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** A program of its own, that may be killed. */
const started = <A, E>(body: Effect.Effect<A, E, OnDiscord | Program.Program>) =>
  Effect.gen(function* () {
    const both = yield* make()
    yield* Context.get(both, Program.Program).start()
    yield* Context.get(both, OnDiscord).ready
    return yield* Effect.provide(body, both)
  }).pipe(Effect.scoped)

layer(Program.imageReady, { timeout: "5 minutes", excludeTestServices: true })("A server on Discord", (it) => {
  it.effect("that is killed while it answers leaves one answer and one line about its time", () =>
    started(
      Effect.gen(function* () {
        const { api, kill, start } = yield* Program.Program
        const { answers, calls, room, said, sees, until } = yield* OnDiscord
        const here = yield* room("killed")
        const gate = yield* api.hold("middle", "say: never mind the server")
        yield* calls(here, "say: never mind the server")
        yield* sees(here, hasButton("Stop"))
        yield* gate.reached
        yield* kill
        yield* gate.release
        yield* start()
        yield* sees(here, says("never mind the server"))
        yield* sees(here, isFooter)
        yield* Talk.eventually(Talk.channel(`discord:${here.id}`).status, ({ state }) => state === "idle")
        assert.deepStrictEqual(answers(here), ["never mind the server"])
        yield* until(() => said(here).length === 2)
      })
    )
  )

  it.effect("answers what was written while it was down, once and in order, also in a thread that is new", () =>
    started(
      Effect.gen(function* () {
        const { kill, start } = yield* Program.Program
        const { answers, bot, calls, general, interactions, owner, people, room, sees } = yield* OnDiscord
        const here = yield* room("away")
        yield* calls(here, "say: before")
        yield* sees(here, says("before"))
        const old = yield* people.createThread(here, owner, "old")
        yield* calls(old, "say: in the old thread")
        yield* sees(old, says("in the old thread"))
        yield* kill
        yield* calls(here, "say: one while away")
        yield* calls(here, "say: two while away")
        yield* people.userSays(here, owner, "not for the bot")
        yield* calls(old, "say: old thread while away")
        const young = yield* people.createThread(here, owner, "young")
        yield* calls(young, "say: new thread while away")
        const late = yield* calls(here, "say: wrongly put")
        yield* people.edit(late, `<@${bot.id}> say: put better`)
        yield* start()
        yield* sees(here, says("put better"))
        yield* sees(old, says("old thread while away"))
        yield* sees(young, says("new thread while away"))
        // Commands are there as before, without having been registered again.
        const asked = yield* interactions.slash(general, owner, "loop", { subcommand: "queue" })
        yield* asked.answered
        yield* calls(here, "say: afterwards")
        yield* sees(here, says("afterwards"))
        assert.deepStrictEqual(answers(here), [
          "before",
          "one while away",
          "two while away",
          "put better",
          "afterwards"
        ])
        assert.deepStrictEqual(answers(old), ["in the old thread", "old thread while away"])
        assert.deepStrictEqual(answers(young), ["new thread while away"])
      })
    )
  )

  it.effect("takes a click on a card of the server before it for a decision", () =>
    started(
      Effect.gen(function* () {
        const { kill, start } = yield* Program.Program
        const { calls, general, interactions, owner, sees, until, gateway } = yield* OnDiscord
        yield* calls(general, "ask: Which colour?|Red|Blue")
        const card = yield* sees(general, hasButton("Blue"))
        yield* kill
        yield* start()
        yield* until(gateway.connected)
        const click = yield* interactions.click(card, button(card, "Blue"), owner)
        yield* click.answered
        yield* sees(general, has("Answered by ada"))
        yield* sees(general, ({ content }) => /^The tool said:.*Blue/s.test(content))
      })
    )
  )
})
