/** People without a role who call Loop: owners are asked once, what they decide lasts, and nobody is flooded. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Audit } from "../../src/services/Audit.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import type { Person, Place } from "../../src/services/ChatPlatform.ts"
import { answerOf, commandHouse, face } from "../support/Commanding.ts"
import { serving, settle } from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import { ada, bob, contents, eve, general, grants, opened, says, thread } from "../support/People.ts"

const click = (where: Place, button: string, person: Person) =>
  Effect.flatMap(Outside, ({ chat }) =>
    answerOf(Effect.map(chat.click(where, button, { person }), ({ answers }) => answers))
  )

/** What the bot has asked in the channel about strangers, oldest first. */
const cards = (where: Place) =>
  Effect.map(
    Messages.use((messages) => messages.list(where.channel_id, { limit: 100 })),
    (all) => all.filter(({ content, is_bot }) => is_bot && content.includes("has no role")).toReversed()
  )

const button = Effect.fnUntraced(function* (where: Place, label: string) {
  const found = (yield* cards(where))
    .at(-1)
    ?.buttons?.flat()
    .find((each) => each.label === label)
  assert.isDefined(found, label)
  return found?.id ?? ""
})

const lines = (where: Place) =>
  Effect.map(
    Outside,
    ({ chat }) =>
      chat.shown(where.channel_id).filter(({ post }) => post.content.includes("I do not know you yet")).length
  )

const knock = Effect.fnUntraced(function* (where: Place, person: Person, text = "!loop rm -rf") {
  yield* says(where, text, { author: person })
  yield* settle
})

describe("Somebody without a role who calls", () => {
  it.effect("gets one line, and owners one card, whose click lets them in; a word of theirs is never stored", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        const before = { owners: { users: ["77"], roles: [] }, members: { users: ["78"], roles: [] } }
        yield* Channels.use((channels) => channels.patch(here.channel_id, { permissions: before }))
        yield* knock(here, eve)
        yield* knock(here, eve, "!loop secret plan")
        assert.deepStrictEqual([yield* lines(here), (yield* cards(here)).length], [1, 1])
        const [card] = yield* cards(here)
        assert.match(card?.content ?? "", /^Eve \(`300`\) called me here/)
        assert.notInclude(card?.content ?? "", "secret")
        assert.deepStrictEqual(yield* contents(here), [])
        assert.deepStrictEqual((yield* Outside).prompts(), [])

        const member = yield* button(here, "Allow as member")
        assert.match((yield* click(here, member, eve)).text, /Only an owner/)
        assert.match((yield* click(here, member, bob)).text, /Only an owner/)
        assert.match((yield* click(here, member, ada)).text, /allowed as member/)
        assert.match((yield* cards(here))[0]?.content ?? "", /Allowed as member by Ada/)
        assert.isNull((yield* cards(here))[0]?.buttons ?? null)
        const { permissions } = yield* Channels.use((channels) => channels.get(here.channel_id))
        assert.deepStrictEqual([permissions.members?.users, permissions.owners?.users], [["78", eve.id], ["77"]])
        assert.match((yield* click(here, member, ada)).text, /answered already/)
        yield* knock(here, eve, "!loop hello")
        assert.deepStrictEqual(yield* contents(here), ["hello"])

        const log = yield* Audit.use((audit) => audit.list({ channel: here.channel_id, limit: 10 }))
        assert.deepStrictEqual(
          log.map(({ action, actor_name, outcome, target, via }) => [action, actor_name, target, via, outcome]),
          [
            ["access.member", "Ada", "user:300", "discord", "done"],
            ["access.member", "Bob", "user:300", "discord", "denied"],
            ["access.member", "Eve", "user:300", "discord", "denied"]
          ]
        )
      })
    )
  )

  it.effect("and is ignored is neither told nor asked about again, after a restart and in threads, too", () =>
    Effect.gen(function* () {
      const here = yield* general
      const inside = yield* thread("inside", here)
      yield* serving(
        Effect.gen(function* () {
          yield* opened(here)
          yield* knock(here, eve)
        }).pipe(Effect.provide(face))
      )
      yield* serving(
        Effect.gen(function* () {
          assert.match((yield* click(here, yield* button(here, "Ignore"), ada)).text, /ignored from now on/)
          const told = yield* lines(here)
          assert.deepStrictEqual((yield* Channels.use((all) => all.get(here.channel_id))).permissions, {})
          yield* knock(here, eve)
          yield* knock(inside, eve)
          assert.deepStrictEqual([yield* lines(here), yield* lines(inside), (yield* cards(here)).length], [told, 0, 1])
        }).pipe(Effect.provide(face))
      )
    }).pipe(
      Effect.provide(
        outsideLayer({ platforms: ["local", "discord"], discord_token: "t", discord_app_id: "1", ...grants })
      )
    )
  )

  it.effect("long ago is history: nobody is told or asked about it", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* TestClock.adjust("1 hour")
        yield* says(here, "!loop let me in", { author: eve, at: 0 })
        yield* settle
        assert.deepStrictEqual([yield* lines(here), yield* cards(here)], [0, []])
      })
    )
  )

  it.effect("where nobody owns anything is told how an owner is made, and nobody is asked", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* knock(here, eve)
        assert.deepStrictEqual(yield* cards(here), [])
        const { chat } = yield* Outside
        assert.lengthOf(chat.shown(here.channel_id), 1)
      }),
      { permissions: {} }
    )
  )

  it.effect("with others floods no owner, and says nothing by the name", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        for (let n = 0; n < 12; n++) {
          yield* knock(here, { id: `9${n}`, name: `@everyone [x](https://evil) **n${n}** <@1>`, roles: [] })
        }
        const all = yield* cards(here)
        assert.lengthOf(all, 5)
        for (const { content } of all) assert.notMatch(content, /@|\[|\*\*|https:\/\//)
      })
    )
  )
})
