/** A conversation of elsewhere that becomes a channel's. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SessionId } from "../../../src/domain/Ids.ts"
import { Channels } from "../../../src/services/Channels.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import type { Subject } from "../../../src/services/Tokens.ts"
import { ended, house, owner, post, prompted, room, type Room, settle } from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import { grants } from "../../support/People.ts"

const session_id = SessionId.make("22222222-2222-4222-8222-222222222222")
const member: Subject = { kind: "person", platform: "local", person_id: "200", name: "Bob", roles: ["crew"] }

const adopt = (who: Subject, { channel_id }: Room) =>
  Conversations.use((conversations) => conversations.patch(who, channel_id, { session_id }))

describe("A conversation of elsewhere", () => {
  it.effect("is what the channel goes on in, and the process of its old one ends", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        yield* post(here, "first")
        yield* ended(here)
        yield* adopt(owner, here)
        yield* settle
        yield* post(here, "second")
        yield* prompted("second")
        const [old, next] = outside.processes()
        assert.isFalse(old?.alive())
        assert.deepStrictEqual(next?.spec.session, { _tag: "Resume", sessionId: session_id })
      })
    )
  )

  it.effect("is given by owners alone, and under no run that is at work", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        assert.strictEqual((yield* Effect.flip(adopt(member, here)))._tag, "Denied")
        outside.when("work", () => Effect.never)
        yield* post(here, "work")
        yield* prompted("work")
        assert.deepInclude(yield* Effect.flip(adopt(owner, here)), { _tag: "Refused", reason: "conflict" })
        assert.isNull((yield* Channels.use((channels) => channels.get(here.channel_id))).session_id)
      }),
      grants
    )
  )
})
