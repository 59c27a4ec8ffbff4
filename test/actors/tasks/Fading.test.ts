/** Threads that a platform does not let go at once. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { add, edit, ran, threads } from "../../support/Chores.ts"
import * as House from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import * as ScriptedChat from "../../support/ScriptedChat.ts"

const { house, pass, until } = House

it.effect("A thread with nothing to report that its platform keeps for now is tried again until it is gone (W51)", () =>
  house(
    Effect.gen(function* () {
      const outside = yield* Outside
      outside.when("look", (_, stage) => stage.say("[EPHEMERAL] All is well."))
      const here = { channel_id: ChannelId.make("discord:7") }
      yield* Channels.use((channels) => channels.upsert({ ...here, platform: "discord", name: "general" }))
      const id = yield* add(here, { auto_delete_sec: 60 })
      outside.chat.failing.set("removeChannel", ScriptedChat.failed("retry"))
      yield* pass(600, 60)
      yield* ran(id)
      yield* edit(id, { enabled: false })
      yield* pass(120, 10)
      assert.strictEqual((yield* threads(here)).length, 1)
      outside.chat.failing.delete("removeChannel")
      yield* pass(60, 10)
      yield* until(
        "the thread is gone",
        Effect.map(threads(here), (all) => all.length === 0)
      )
    })
  )
)
