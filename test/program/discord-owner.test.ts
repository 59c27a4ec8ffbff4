/** A Loop that nobody owns on Discord yet: whoever runs the server claims it with the code that it prints. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { has, onDiscord, OnDiscord, says } from "../support/OnDiscord.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const unowned = { permissions: {} }

layer(onDiscord(unowned), { timeout: "3 minutes", excludeTestServices: true })("A Loop without an owner", (it) => {
  it.effect("tells strangers one line, belongs to whoever has the code, and does as its owner says", () =>
    Effect.gen(function* () {
      const { api, log, printed } = yield* Program.Program
      const { calls, guild, interactions, owner, people, room, said, sees, until } = yield* OnDiscord
      const here = yield* room("claimed")
      yield* calls(here, "say: too early")
      yield* sees(here, has("Nobody owns this Loop yet"))

      const look = /\/loop claim (\w+)/
      const [, code = ""] = look.exec(yield* Talk.eventually(Effect.sync(printed), (text) => look.test(text))) ?? []
      const claim = (by: typeof owner, options: { readonly code: string }) =>
        Effect.flatMap(interactions.slash(here, by, "loop", { subcommand: "claim", options }), (asking) =>
          until(() => asking.followups()[0]?.content ?? (asking.shown()?.content || undefined))
        )
      const eve = yield* people.person(guild, "eve")
      assert.include(yield* claim(eve, { code: "guessed" }), "That is not the code")
      yield* claim(owner, { code })
      assert.include(yield* claim(eve, { code }), "has an owner already")
      assert.notInclude(log(), code)

      yield* calls(here, "say: at your service")
      yield* sees(here, says("at your service"))
      yield* calls(here, "say: and at mine", eve)
      yield* sees(here, has("I do not know you yet"))
      yield* calls(here, "say: once more", eve)
      yield* calls(here, "say: still there")
      yield* sees(here, says("still there"))
      assert.lengthOf(
        said(here).filter((text) => text.includes("I do not know you yet")),
        1
      )
      // Nothing of hers, or of what came too early, has reached the model.
      const told = JSON.stringify(api.requests.map(({ body }) => body?.messages))
      for (const text of ["too early", "and at mine", "once more"]) assert.notInclude(told, text)

      const options = { target_id: eve }
      yield* interactions.slash(here, owner, "loop", { subcommand: "allow_user", options })
      // The card that asks about her names her, too.
      yield* sees(here, has(`<@${eve.id}> is member here now`))
      yield* calls(here, "say: welcome", eve)
      yield* sees(here, says("welcome"))
    })
  )
})
