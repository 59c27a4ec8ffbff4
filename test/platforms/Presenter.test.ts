/** What people see of a run while it is going on: one message that tells what it does, and that we type. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import type { ChatPost } from "../../src/services/ChatPlatform.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { Messages } from "../../src/services/Messages.ts"
import { StatusMessages } from "../../src/services/StatusMessages.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"
import { failed } from "../support/ScriptedChat.ts"
import { asking, tool, working } from "../support/Scripts.ts"

const { during, ended, house, pass, serving, settle } = House

const here = { channel_id: ChannelId.make("discord:1") }

const room = Channels.use((channels) => channels.upsert({ ...here, platform: "discord", name: "general" }))

let ids = 100
const post = (content: string) =>
  Conversations.use((conversations) =>
    conversations.post(House.owner, {
      ...here,
      content,
      author_name: "Ada",
      message_id: MessageId.make(String(++ids))
    })
  )

const shown = Effect.map(Outside, ({ chat }) => chat.shown(here.channel_id))
const texts = Effect.map(shown, (all) => all.map(({ post }) => post.content))
const labels = (post: ChatPost | undefined) => (post?.buttons ?? []).flat().map(({ label }) => label)
const calls = (what: "edit" | "typing") => Effect.map(Outside, ({ chat }) => chat.did(what).map(({ at }) => at))

/** How many of them there were in each minute. */
const perMinute = (times: ReadonlyArray<number>, minutes: number) =>
  Array.from({ length: minutes }, (_, n) => times.filter((at) => Math.floor(at / 60_000) === n).length)

describe("The status message of a run", () => {
  it.effect("tells what it does, how long it takes and who waits, with a button to stop it, and goes at the end", () =>
    house(
      Effect.gen(function* () {
        const { when } = yield* Outside
        const work = working("All done.")
        when("work", work.script)
        yield* room
        yield* post("work")
        yield* pass(3)
        const [status] = yield* shown
        assert.match(status?.post.content ?? "", /^`Bash`/)
        assert.deepStrictEqual(labels(status?.post), ["Stop"])
        assert.isTrue(status?.post.silent)
        yield* post("next")
        yield* pass(20)
        assert.match((yield* texts)[0] ?? "", /^`Bash` · 20 s\n.*1 message waits/)
        yield* work.release
        yield* pass(5)
        const [answer, line, ...others] = yield* texts
        assert.strictEqual(answer, "All done.")
        assert.match(line ?? "", /^-# 2[0-9] s$/)
        assert.strictEqual(others[0], "Answer to: next")
        assert.isFalse((yield* shown).some(({ post }) => labels(post).includes("Stop")))
        assert.deepStrictEqual(yield* StatusMessages.use(({ unclosed }) => unclosed), [])
      })
    )
  )

  it.effect("is taken away at the end where no line is wanted", () =>
    house(
      Effect.gen(function* () {
        yield* room
        yield* post("hello")
        yield* ended(here)
        yield* pass(3)
        assert.deepStrictEqual(yield* texts, ["Answer to: hello"])
      }),
      { run_footer: "none" }
    )
  )

  it.effect(
    "makes no more calls in the last minute of two busy hours than in the tenth, nor does typing",
    () =>
      house(
        Effect.gen(function* () {
          const { when } = yield* Outside
          when("work", (_, stage) =>
            Effect.gen(function* () {
              for (let step = 0; step < 1440; step++) {
                yield* tool(stage, `Tool${step}`, Effect.sleep("5 seconds"))
              }
              yield* stage.say("Done.")
            })
          )
          yield* room
          yield* post("work")
          yield* pass(7200, 15)
          const edits = perMinute(yield* calls("edit"), 119)
          const typing = perMinute(yield* calls("typing"), 119)
          assert.isAtMost(edits[0] ?? 99, 20)
          for (const count of edits.slice(11)) assert.isTrue(count >= 3 && count <= 4, JSON.stringify(edits))
          for (const count of typing) assert.isTrue(count >= 7 && count <= 9, JSON.stringify(typing))
        }),
        { container_timeout_sec: 9000 }
      ),
    120_000
  )

  it.effect(
    "changes the less often the more of them there are, so that all together stay below ten edits a second",
    () =>
      house(
        Effect.gen(function* () {
          const { when } = yield* Outside
          when("work", (_, stage) => Effect.forever(tool(stage, "Bash", Effect.sleep("1 second"))))
          for (let n = 0; n < 40; n++) {
            const channel_id = ChannelId.make(`discord:${n}`)
            yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "discord" }))
            const message_id = MessageId.make(`many-${n}`)
            yield* Conversations.use((conversations) =>
              conversations.post(House.owner, { channel_id, content: "work", author_name: "Ada", message_id })
            )
          }
          yield* pass(26)
          const times = (yield* calls("edit")).filter((at) => at > 6000)
          assert.isAtLeast(times.length, 40)
          assert.isAtMost(times.length, 220)
        }),
        { max_concurrent_runs: 40, max_kept_processes: 40 }
      )
  )

  it.effect("of a run in which nothing happens changes once a minute, for its time alone", () =>
    house(
      Effect.gen(function* () {
        const { when } = yield* Outside
        when("work", working().script)
        yield* room
        yield* post("work")
        yield* pass(3000, 15)
        for (const count of perMinute(yield* calls("edit"), 49).slice(11)) assert.strictEqual(count, 1)
      })
    )
  )

  it.effect("is told, and nobody types, while a person is waited for", () =>
    house(
      Effect.gen(function* () {
        const { when } = yield* Outside
        when("ask", asking())
        yield* room
        yield* post("ask")
        const approval = yield* House.asked(here)
        yield* pass(30)
        assert.include(yield* texts, "Waiting for an answer")
        const before = (yield* calls("typing")).length
        yield* pass(60)
        assert.lengthOf(yield* calls("typing"), before)
        const card = (yield* shown).find(({ post }) => labels(post).includes("Allow once"))
        assert.match(card?.post.content ?? "", /`Bash`[^]*"command": "ls"/)
        yield* House.decide(approval, "allow")
        yield* pass(10)
        const after = (yield* shown).find(({ id }) => id === card?.id)
        assert.deepStrictEqual(labels(after?.post), [])
        assert.match(after?.post.content ?? "", /Allowed/)
        assert.include(yield* texts, "Allow")
      }),
      { permission_mode: "ask" }
    )
  )

  it.effect("that cannot be posted hinders nothing", () =>
    house(
      Effect.gen(function* () {
        const { chat, when } = yield* Outside
        const work = working("All done.")
        when("work", work.script)
        chat.knobs.before = ({ given, what }) =>
          what === "typing" || (what === "deliver" && labels(given as ChatPost).includes("Stop"))
            ? failed("retry")
            : Effect.void
        yield* room
        yield* post("work")
        yield* pass(30)
        yield* work.release
        yield* ended(here)
        yield* pass(120, 10)
        assert.strictEqual((yield* texts)[0], "All done.")
        assert.deepStrictEqual(yield* StatusMessages.use(({ unclosed }) => unclosed), [])
      })
    )
  )

  it.effect("that somebody has deleted is not looked for at the end", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        chat.failing.set("remove", failed("gone"))
        yield* room
        yield* post("hello")
        yield* ended(here)
        yield* pass(300, 60)
        assert.lengthOf(chat.did("remove"), 1)
        assert.deepStrictEqual(yield* StatusMessages.use(({ unclosed }) => unclosed), [])
      })
    )
  )

  it.effect("is one message although the answer to its post was lost", () =>
    house(
      Effect.gen(function* () {
        const { chat, when } = yield* Outside
        const work = working("All done.")
        when("work", work.script)
        let lost = 2
        chat.knobs.after = ({ what }) => (what === "deliver" && lost-- > 0 ? failed("unclear") : Effect.void)
        yield* room
        yield* post("work")
        yield* pass(60)
        assert.lengthOf(yield* texts, 1)
        yield* work.release
        yield* pass(10)
        assert.deepStrictEqual(yield* texts, ["All done."])
      }),
      { run_footer: "none" }
    )
  )

  it.effect("goes on after a restart of the server, and is finished then", () =>
    Effect.gen(function* () {
      const { when } = yield* Outside
      const work = working("All done.")
      when("work", work.script)
      yield* serving(
        Effect.gen(function* () {
          yield* room
          yield* post("work")
          yield* pass(10)
          assert.lengthOf(yield* texts, 1)
        })
      )
      yield* serving(
        Effect.gen(function* () {
          yield* pass(30)
          assert.lengthOf(yield* texts, 1)
          yield* work.release
          yield* pass(10)
          const [answer, line, ...others] = yield* texts
          assert.match(line ?? "", /^-# /)
          assert.deepStrictEqual([answer, ...others], ["All done."])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  it.effect("of a run that ended while the platform was down is finished by the next server", () =>
    Effect.gen(function* () {
      const { chat } = yield* Outside
      yield* serving(
        Effect.gen(function* () {
          yield* room
          chat.failing.set("remove", failed("retry"))
          yield* post("hello")
          yield* ended(here)
          yield* pass(5)
        })
      )
      chat.failing.clear()
      yield* serving(
        Effect.gen(function* () {
          yield* pass(10)
          const [answer, line, ...others] = yield* texts
          assert.match(line ?? "", /^-# /)
          assert.deepStrictEqual([answer, ...others], ["Answer to: hello"])
          assert.deepStrictEqual(yield* StatusMessages.use(({ unclosed }) => unclosed), [])
        })
      )
    }).pipe(Effect.provide(outside()))
  )

  for (const [when, release] of [
    ["still goes on", false],
    ["has ended", true]
  ] as const) {
    it.effect(`whose post nobody heard of is found by its button, long after, where its run ${when}`, () =>
      Effect.gen(function* () {
        const { chat, when } = yield* Outside
        const work = working("All done.")
        when("work", work.script)
        const isStatus = (given: unknown) => labels(given as ChatPost).includes("Stop")
        chat.knobs.after = ({ given, what }) =>
          what === "deliver" && isStatus(given) ? failed("unclear") : Effect.void
        yield* serving(
          Effect.gen(function* () {
            yield* room
            yield* post("work")
            yield* pass(400)
            if (release) yield* work.release
            yield* pass(5)
          })
        )
        chat.knobs.after = () => Effect.void
        yield* serving(
          Effect.gen(function* () {
            yield* pass(30)
            assert.lengthOf(
              (yield* shown).filter(({ post }) => labels(post).includes("Stop")),
              release ? 0 : 1
            )
            if (!release) yield* work.release
            yield* pass(30)
            assert.deepStrictEqual(
              (yield* texts).map((text) => text.replace(/^-# .*/, "-#")),
              ["All done.", "-#"]
            )
            assert.deepStrictEqual(yield* StatusMessages.use(({ unclosed }) => unclosed), [])
          })
        )
      }).pipe(Effect.provide(outside()))
    )
  }

  it.effect("goes when its channel is deleted, and with it the typing", () =>
    house(
      Effect.gen(function* () {
        const { when } = yield* Outside
        when("work", working().script)
        yield* room
        yield* post("work")
        yield* pass(10)
        yield* during(Conversations.use((conversations) => conversations.remove(House.owner, here.channel_id)))
        const before = (yield* calls("typing")).length
        yield* pass(30)
        assert.isAtMost((yield* calls("typing")).length, before + 1)
      })
    )
  )
})

describe("The line about a run", () => {
  const streamed = Effect.fnUntraced(function* () {
    const { when } = yield* Outside
    when("work", (_, stage) =>
      Effect.gen(function* () {
        yield* stage.say("First.")
        yield* tool(stage, "Bash", Effect.void)
        yield* stage.say("Last.")
      })
    )
    yield* room
    yield* post("work")
    yield* ended(here)
  })

  it.effect("comes last, notifies nobody, and is no message of the conversation", () =>
    house(
      Effect.gen(function* () {
        yield* streamed()
        yield* pass(5)
        const all = (yield* shown).map(({ post }) => ({ text: post.content, silent: post.silent ?? false }))
        assert.deepStrictEqual(
          all.map(({ text }) => text.replace(/^-# .*/, "-#")),
          ["First.", "Last.", "-#"]
        )
        assert.deepStrictEqual(
          all.map(({ silent }) => silent),
          [false, false, true]
        )
        assert.deepStrictEqual(yield* House.said(here), ["First.", "Last."])
      })
    )
  )

  it.effect("is said once, although the answer to its post was lost and the server begins anew", () =>
    Effect.gen(function* () {
      const { chat } = yield* Outside
      const isLine = (given: unknown) => (given as ChatPost).content.startsWith("-# ")
      chat.knobs.after = ({ given, what }) => (what === "deliver" && isLine(given) ? failed("unclear") : Effect.void)
      yield* serving(Effect.andThen(streamed(), pass(5)))
      chat.knobs.after = () => Effect.void
      yield* serving(pass(30))
      const lines = (yield* texts).filter((text) => text.startsWith("-# "))
      assert.lengthOf(lines, 1)
      assert.isAbove(chat.did("deliver").filter(({ given }) => isLine(given)).length, 1)
    }).pipe(Effect.provide(outside()))
  )

  it.effect("that cannot be said leaves the answer as it is: said", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        chat.knobs.before = ({ given, what }) =>
          what === "deliver" && (given as ChatPost).content.startsWith("-# ") ? failed("gone") : Effect.void
        yield* streamed()
        yield* pass(5)
        const all = yield* Messages.use((messages) => messages.list(here.channel_id, { limit: 9 }))
        assert.deepStrictEqual(
          all.filter(({ is_bot }) => is_bot).map(({ state }) => state),
          ["sent", "sent"]
        )
      })
    )
  )
})

describe("A run that failed", () => {
  it.effect("has a button to try it again under its sentence, and one that answered has none", () =>
    house(
      Effect.gen(function* () {
        const { knobs } = yield* Outside
        knobs.opening = () => Effect.die(new Error("no box today"))
        yield* room
        yield* post("hello")
        yield* ended(here)
        yield* settle
        const [sentence, line] = (yield* shown).slice(-2)
        assert.deepStrictEqual(labels(sentence?.post), ["Retry"])
        assert.match(line?.post.content ?? "", /^-# /)
        knobs.opening = () => Effect.void
        yield* post("again")
        yield* ended(here, 2)
        yield* settle
        const answer = (yield* shown).find(({ post }) => post.content === "Answer to: again")
        assert.isUndefined(answer?.post.buttons)
        assert.isDefined(answer)
      })
    )
  )
})

describe("Without streaming", () => {
  it.effect("only the last text is said", () =>
    house(
      Effect.gen(function* () {
        const { when } = yield* Outside
        when("work", (_, stage) =>
          Effect.gen(function* () {
            yield* stage.say("First.")
            yield* tool(stage, "Bash", Effect.void)
            yield* stage.say("Last.")
          })
        )
        yield* room
        yield* post("work")
        yield* ended(here)
        yield* pass(3)
        assert.deepStrictEqual(yield* texts, ["Last."])
      }),
      { run_footer: "none", streaming_enabled: false }
    )
  )
})
