/** Who may do what in a channel, given and taken. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Channels } from "../../../src/services/Channels.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import { house, owner, room } from "../../support/House.ts"

const person = (person_id: string) =>
  ({ kind: "person", platform: "discord", person_id, name: person_id, roles: [] }) as const
const use = <A, E>(ask: (conversations: Conversations["Service"]) => Effect.Effect<A, E>) => Conversations.use(ask)

const family = Effect.gen(function* () {
  const { channel_id } = yield* room("room")
  const thread = yield* room("thread")
  yield* Channels.use((channels) =>
    channels.upsert({ channel_id: thread.channel_id, platform: "local", parent_id: channel_id })
  )
  yield* use((c) => c.grant(owner, channel_id, { kind: "user", id: "ada", role: "owner" }))
  return { channel: channel_id, thread: thread.channel_id }
})

describe("A role", () => {
  it.effect("is given by owners alone", () =>
    house(
      Effect.gen(function* () {
        const { channel } = yield* family
        const give = (giver: string, to: string, role: "owner" | "member" | null) =>
          use((c) => c.grant(person(giver), channel, { kind: "user", id: to, role }))
        yield* give("ada", "bob", "member")
        yield* use((c) => c.inspect(person("bob"), channel))
        assert.strictEqual((yield* Effect.flip(give("bob", "eve", "member")))._tag, "Denied")
        assert.strictEqual((yield* Effect.flip(give("eve", "eve", "owner")))._tag, "Denied")
        yield* give("ada", "bob", null)
        assert.strictEqual((yield* Effect.flip(use((c) => c.inspect(person("bob"), channel))))._tag, "Denied")
      })
    )
  )

  it.effect("given in a thread is for that thread, and takes nobody theirs", () =>
    house(
      Effect.gen(function* () {
        const { channel, thread } = yield* family
        yield* use((c) => c.grant(person("ada"), thread, { kind: "user", id: "bob", role: "member" }))
        yield* use((c) => c.inspect(person("bob"), thread))
        yield* use((c) => c.inspect(person("ada"), thread))
        assert.strictEqual((yield* Effect.flip(use((c) => c.inspect(person("bob"), channel))))._tag, "Denied")
      })
    )
  )

  it.effect("taken in a channel is taken in its threads", () =>
    house(
      Effect.gen(function* () {
        const { channel, thread } = yield* family
        yield* use((c) => c.grant(owner, thread, { kind: "user", id: "bob", role: "member" }))
        yield* use((c) => c.grant(owner, channel, { kind: "user", id: "bob", role: null }))
        assert.strictEqual((yield* Effect.flip(use((c) => c.inspect(person("bob"), thread))))._tag, "Denied")
        yield* use((c) => c.inspect(person("ada"), thread))
      })
    )
  )
})
