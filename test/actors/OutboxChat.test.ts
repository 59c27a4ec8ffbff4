/** What the bot says on a chat platform: parts, files, changes, and what may or may not have arrived. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { cardKey } from "../../src/domain/egress/Buttons.ts"
import { ChannelId, MessageId, RunId } from "../../src/domain/Ids.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import { Channels } from "../../src/services/Channels.ts"
import { type BotMessage, Messages } from "../../src/services/Messages.ts"
import { Outbox } from "../../src/services/Outbox.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Selves } from "../../src/services/Selves.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"
import { failed } from "../support/ScriptedChat.ts"
import { run } from "../layers/store/support.ts"

const { house, pass, serving, settle } = House

const room = Effect.tap(Effect.succeed(ChannelId.make("discord:1")), (channel_id) =>
  Channels.use((channels) => channels.upsert({ channel_id, platform: "discord", name: "general" }))
)

const say = (channel_id: ChannelId, content: string, more: Partial<BotMessage> = {}) =>
  Messages.use((messages) => messages.say({ channel_id, run_id: null, key: content.slice(0, 40), content, ...more }))

const states = (channel: ChannelId) =>
  Effect.map(
    Messages.use((messages) => messages.list(channel, { limit: 20 })),
    (all) => all.toReversed().map(({ state }) => state)
  )

const texts = Effect.map(Outside, ({ chat }) => chat.shown(ChannelId.make("discord:1")).map(({ post }) => post.content))

/** From now on every delivery arrives, and nobody hears of it. */
const loseAnswers = Effect.map(Outside, ({ chat }) => {
  chat.knobs.after = ({ what }) => (what === "deliver" ? failed("unclear") : Effect.void)
})
const hearAnswers = Effect.map(Outside, ({ chat }) => {
  chat.knobs.after = () => Effect.void
})

const tries = Effect.map(Outside, ({ chat }) => chat.did("deliver"))

describe("A long text on a chat platform", () => {
  it.effect("is said in parts, in order, each of them once although answers get lost", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* room
        const paragraphs = Array.from({ length: 4 }, (_, n) => `${n} ${"word ".repeat(300).trim()}`)
        let lost = 0
        chat.knobs.after = () => (lost++ % 2 === 0 ? failed("unclear") : Effect.void)
        yield* say(here, paragraphs.join("\n\n"))
        yield* say(here, "after it")
        yield* pass(60)
        assert.deepStrictEqual(yield* texts, [...paragraphs, "after it"])
        assert.deepStrictEqual(yield* states(here), ["sent", "sent"])
      })
    )
  )

  it.effect("of more than five parts is shown in its beginning, with the whole of it as a file", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* room
        const whole = Array.from({ length: 9 }, (_, n) => `${n} ${"word ".repeat(300).trim()}`).join("\n\n")
        yield* say(here, whole)
        yield* settle
        const [only, ...others] = chat.shown(here)
        assert.lengthOf(others, 0)
        assert.match(only?.post.content ?? "", /^0 word[^]*answer\.md/)
        assert.isAtMost(only?.post.content.length ?? 9999, 2000)
        const [file] = only?.post.files ?? []
        assert.strictEqual(file?.name, "answer.md")
        assert.strictEqual(new TextDecoder().decode(file?.data), whole)
      })
    )
  )

  it.effect("with nothing in it is said to have nothing", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room
        yield* say(here, " \n")
        yield* settle
        assert.deepStrictEqual(yield* texts, [Sentence.emptyAnswer])
      })
    )
  )

  it.effect("mentions us by what the platform calls us, and shows its tables", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room
        yield* Selves.use((selves) => selves.keep("discord", { id: "999", name: "Robot" }))
        yield* say(here, "@Robot and @LoopBot\n\n| a | b |\n|---|---|\n| 1 | 2 |")
        yield* settle
        assert.deepStrictEqual(yield* texts, ["<@999> and <@999>\n\n```\na  b\n-  -\n1  2\n```"])
      })
    )
  )
})

describe("A text without a word", () => {
  it.effect("is said to be one, and never sent as nothing", () =>
    house(
      Effect.gen(function* () {
        yield* say(yield* room, " \n")
        yield* pass(2)
        assert.deepStrictEqual(yield* texts, [Sentence.emptyAnswer])
      })
    )
  )
})

describe("The first answer of a run", () => {
  const asked = MessageId.make("1234567890123456789")

  /** What is said of a run about a message, with what each part answers. */
  const replies = Effect.fnUntraced(function* (id: string, elsewhere = false) {
    const { chat } = yield* Outside
    const here = yield* room
    const other = ChannelId.make("discord:2")
    yield* Channels.use((channels) => channels.upsert({ channel_id: other, platform: "discord", name: "other" }))
    const run_id = RunId.make("r1")
    const about = { message_ids: [MessageId.make(id)], ended_at: 1, status: "failed" } as const
    yield* Runs.use((runs) => runs.insert(run("r1", { channel_id: elsewhere ? other : here, ...about })))
    yield* say(here, "a note", { run_id, key: "note:fresh" })
    yield* say(here, "a card", { run_id, key: cardKey("example.com:443") })
    yield* say(here, "one", { run_id, key: "uuid-1" })
    yield* say(here, "two", { run_id, key: "end" })
    yield* settle
    return chat.shown(here).map(({ post }) => post.replyTo)
  })

  it.effect("replies to the message that the run is about; notes, cards and what follows do not", () =>
    house(Effect.map(replies(asked), (all) => assert.deepStrictEqual(all, [undefined, undefined, asked, undefined])))
  )

  it.effect("replies to nothing where that message is not on the platform, or in another channel", () =>
    Effect.gen(function* () {
      const none = [undefined, undefined, undefined, undefined]
      for (const id of ["0190f3a0-0000-7000-8000-000000000001", "task:7:123"]) {
        yield* house(Effect.map(replies(id), (all) => assert.deepStrictEqual(all, none)))
      }
      yield* house(Effect.map(replies(asked, true), (all) => assert.deepStrictEqual(all, none)))
    })
  )
})

describe("What may have arrived", () => {
  it.effect("is looked for when its nonce may be forgotten, and so said once", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room
        yield* loseAnswers
        yield* say(here, "one")
        yield* pass(200)
        yield* hearAnswers
        yield* pass(300)
        const all = yield* tries
        assert.deepStrictEqual(yield* texts, ["one"])
        assert.deepStrictEqual(yield* states(here), ["sent"])
        assert.isUndefined(all[0]?.tried)
        for (const { at, tried } of all.slice(1)) {
          assert.strictEqual(tried?.look, at - (tried?.since ?? 0) > 120_000)
        }
        assert.isTrue(all.at(-1)?.tried?.look)
      })
    )
  )

  it.effect("is looked for by the next supervisor, also where the last one died before it heard anything", () =>
    Effect.gen(function* () {
      const { chat } = yield* Outside
      chat.knobs.after = () => Effect.never
      yield* serving(Effect.flatMap(room, (here) => Effect.andThen(say(here, "one"), settle)))
      chat.knobs.after = () => Effect.void
      yield* serving(
        Effect.gen(function* () {
          yield* pass(5)
          assert.deepStrictEqual(yield* texts, ["one"])
          const all = yield* tries
          assert.isDefined(all.at(-1)?.tried)
          assert.deepStrictEqual(yield* states(ChannelId.make("discord:1")), ["sent"])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("is said to be unknown after several looks, in the channel, once something can be said there again", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* room
        chat.knobs.before = ({ given, what }) =>
          what === "deliver" && (given as { content: string }).content === "one" ? failed("unclear") : Effect.void
        yield* say(here, "one")
        yield* pass(3600, 10)
        assert.deepStrictEqual(yield* states(here), ["unknown", "sent"])
        assert.match((yield* texts).join(), /may not have arrived.*"one"/)
      })
    )
  )

  it.effect("is not said to be unknown for ever: of the note itself nobody is told", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* room
        chat.knobs.before = () => failed("unclear")
        yield* say(here, "one")
        yield* pass(2 * 3600, 10)
        assert.deepStrictEqual(yield* states(here), ["unknown", "unknown"])
      })
    )
  )

  it.effect("is not taken for it where the platform refused it each time", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* room
        chat.failing.set("deliver", failed("retry"))
        yield* say(here, "one")
        yield* pass(600, 10)
        chat.failing.clear()
        yield* pass(600, 10)
        assert.deepStrictEqual(yield* texts, ["one"])
        for (const { tried } of yield* tries) assert.isUndefined(tried)
      })
    )
  )
})

describe("A file that was put aside", () => {
  const files = [{ name: "chart.png", from: "kept", id: "k" }] as const

  it.effect("goes with the text and is kept no longer than needed", () =>
    house(
      Effect.gen(function* () {
        const { chat, keptFiles } = yield* Outside
        const here = yield* room
        keptFiles.set("k", new Uint8Array([1, 2]))
        chat.failing.set("deliver", failed("retry"))
        yield* say(here, "look", { files })
        yield* settle
        assert.deepStrictEqual(yield* Outbox.use(({ neededFiles }) => neededFiles), new Set(["k"]))
        chat.failing.clear()
        yield* pass(5)
        assert.deepStrictEqual(chat.shown(here)[0]?.post.files, [{ name: "chart.png", data: new Uint8Array([1, 2]) }])
        assert.strictEqual(keptFiles.size, 0)
      })
    )
  )

  it.effect("that is lost is said to be lost", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room
        yield* say(here, "look", { files })
        yield* settle
        assert.match((yield* texts).join(), /^look\n.*chart\.png could not be read/)
      })
    )
  )
})

describe("Words that are said twice", () => {
  it.effect("are not taken for each other, also where the second try is looked for by another server", () =>
    Effect.gen(function* () {
      const { chat } = yield* Outside
      yield* serving(
        Effect.gen(function* () {
          const here = yield* room
          yield* say(here, "Done.", { key: "one" })
          yield* pass(5)
          // Nothing arrives, and nobody hears that.
          chat.knobs.before = ({ what }) => (what === "deliver" ? failed("unclear") : Effect.void)
          yield* say(here, "Done.", { key: "two" })
          yield* pass(200)
        })
      )
      chat.knobs.before = () => Effect.void
      yield* serving(pass(400))
      assert.deepStrictEqual(yield* texts, ["Done.", "Done."])
    }).pipe(Effect.provide(outside()))
  )

  it.effect("go under a name that no other installation gives", () =>
    Effect.gen(function* () {
      const nonces = yield* Effect.forEach([1, 2], () =>
        house(
          Effect.gen(function* () {
            yield* say(yield* room, "Hello.")
            yield* settle
            return (yield* tries).map(({ nonce }) => nonce)
          })
        )
      )
      assert.notStrictEqual(nonces[0]?.[0], nonces[1]?.[0])
      for (const nonce of nonces.flat()) assert.isAtMost(nonce?.length ?? 99, 25)
    })
  )
})

describe("A platform that hangs", () => {
  it.effect("with many channels is in nobody's way", () =>
    house(
      Effect.gen(function* () {
        const { chat, delivered } = yield* Outside
        chat.knobs.before = () => Effect.never
        for (let n = 0; n < 40; n++) {
          const channel_id = ChannelId.make(`discord:${n}`)
          yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "discord", name: `${n}` }))
          yield* say(channel_id, `text ${n}`, { key: `k${n}` })
        }
        const here = yield* House.room("here")
        yield* say(here.channel_id, "hello")
        yield* settle
        assert.deepStrictEqual(delivered, ["hello"])
        assert.lengthOf(chat.did("deliver"), 16)
      })
    )
  )
})
