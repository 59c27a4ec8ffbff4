/** People are told of the model's OAuth token before it ends. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Messages } from "../../src/services/Messages.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"

const { ended, pass, post, room, said, serving } = House

const about = (id: string) => ({ id, detail: "The token ends soon", mend: "Log in again." })
const told = "The token ends soon. Log in again."

describe("An OAuth token that cannot be renewed", () => {
  it.effect("is told of once for each end, where a person wrote last, also over a restart", () =>
    Effect.gen(function* () {
      const { knobs } = yield* Outside
      const [older, here] = yield* serving(
        Effect.gen(function* () {
          const rooms = [yield* room("older"), yield* room("here")] as const
          for (const each of rooms) {
            yield* post(each, `hello ${each.name}`)
            yield* ended(each)
            yield* pass(1)
          }
          yield* Messages.use((messages) =>
            messages.say({ channel_id: rooms[0].channel_id, run_id: null, key: "news", content: "a bot's word" })
          )
          yield* pass(60, 10)
          assert.notInclude(yield* said(rooms[1]), told)
          knobs.notice = about("first")
          yield* pass(180, 10)
          return rooms
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* pass(120, 10)
          assert.deepStrictEqual(yield* said(older), ["Answer to: hello older", "a bot's word"])
          assert.deepStrictEqual(yield* said(here), ["Answer to: hello here", told])
          knobs.notice = about("second")
          yield* pass(120, 10)
          assert.deepStrictEqual((yield* said(here)).filter((text) => text === told).length, 2)
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})
