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

it.effect(
  "A thread that its platform keeps for now is tried again until it is gone, and keeps no other one (W51)",
  () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("look", (_, stage) => stage.say("[EPHEMERAL] All is well."))
        const here = { channel_id: ChannelId.make("discord:7") }
        yield* Channels.use((channels) => channels.upsert({ ...here, platform: "discord", name: "general" }))
        const ids = [yield* add(here, { auto_delete_sec: 60 }), yield* add(here, { auto_delete_sec: 60 })]
        const kept = new Set<ChannelId | null>()
        outside.chat.knobs.before = ({ channel, what }) => {
          if (what !== "removeChannel") return Effect.void
          if (kept.size === 0) kept.add(channel)
          return kept.has(channel) ? Effect.fail(ScriptedChat.failed("retry")) : Effect.void
        }
        yield* pass(600, 60)
        for (const id of ids) {
          yield* ran(id)
          yield* edit(id, { enabled: false })
        }
        yield* pass(120, 10)
        assert.deepStrictEqual(
          (yield* threads(here)).map(({ channel_id }) => channel_id),
          [...kept]
        )
        outside.chat.knobs.before = () => Effect.void
        yield* pass(60, 10)
        yield* until(
          "the thread is gone",
          Effect.map(threads(here), (all) => all.length === 0)
        )
      })
    )
)
