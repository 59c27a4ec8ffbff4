/** How often owners are asked about strangers. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { AskId, ChannelId } from "../../../src/domain/Ids.ts"
import { AccessAsks } from "../../../src/services/AccessAsks.ts"
import { fresh, openRoom, room } from "./support.ts"

const hour = 3_600_000

const ask = (person_id: string, hours: number, channel_id = room) =>
  AccessAsks.use((asks) =>
    asks.ask({
      ask_id: AskId.make(`${person_id}-${hours}-${channel_id}`),
      channel_id,
      person_id,
      name: person_id,
      asked_at: hours * hour
    })
  )

describe("Owners", () => {
  it.effect("are asked about somebody once, until they decide, and not within a day of having been asked", () =>
    Effect.gen(function* () {
      yield* openRoom()
      assert.isTrue(yield* ask("eve", 0))
      assert.isFalse(yield* ask("eve", 1))
      assert.isFalse(yield* ask("eve", 100))
      yield* AccessAsks.use((asks) => asks.decide(AskId.make(`eve-0-${room}`), "member", "Ada"))
      assert.isFalse(
        yield* AccessAsks.use((asks) => asks.decide(AskId.make(`eve-0-${room}`), "owner", "Bob")),
        "it was decided"
      )
      assert.isFalse(yield* ask("eve", 23))
      assert.isTrue(yield* ask("eve", 25))
      yield* AccessAsks.use((asks) => asks.decide(AskId.make(`eve-25-${room}`), "ignore", "Ada"))
      assert.isFalse(yield* ask("eve", 500))
    }).pipe(Effect.provide(fresh))
  )

  it.effect("are asked about five people a day in a channel, and about twenty in all", () =>
    Effect.gen(function* () {
      yield* openRoom()
      const asked: Array<number> = []
      for (let n = 0; n < 6; n++) {
        const channel = ChannelId.make(`local:room${n}`)
        yield* openRoom(channel)
        const answers = yield* Effect.forEach([1, 2, 3, 4, 5, 6], (who) => ask(`stranger${who}`, 0, channel))
        asked.push(answers.filter((isAsked) => isAsked).length)
      }
      assert.deepStrictEqual(asked, [5, 5, 5, 5, 0, 0])
      assert.isTrue(yield* ask("stranger6", 25))
    }).pipe(Effect.provide(fresh))
  )
})
