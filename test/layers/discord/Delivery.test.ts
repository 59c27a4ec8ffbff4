/** What we say on Discord: once, to whom it is meant, and with a reason when it cannot be said. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { ChannelId, MessageId } from "../../../src/domain/Ids.ts"
import type { Logged } from "../../support/discord/rest/Log.ts"
import { Permission } from "../../support/discord/world/Permissions.ts"
import { connect, dial } from "./platform.ts"

const says = ({ method, route }: Logged) => method === "POST" && route === "/channels/{channel_id}/messages"
const contents = (messages: ReadonlyArray<{ readonly content: string }>) => messages.map(({ content }) => content)

describe("A post", () => {
  it.live("is said with its buttons and files, as an answer, and under its nonce", () =>
    Effect.gen(function* () {
      const { general, here, platform, server, userSays } = yield* connect()
      const asked = yield* userSays(general, server.owner, "?")
      const id = yield* platform.deliver(
        here,
        {
          content: "look",
          buttons: [[{ id: "stop:1", label: "Stop", style: "danger" }]],
          files: [{ name: "a.txt", data: new TextEncoder().encode("abc") }],
          replyTo: MessageId.make(asked.id)
        },
        "n1"
      )
      const [, said] = server.messages(general)
      assert.deepInclude(said, { id, content: "look", authorId: server.bot.id, nonce: "n1" })
      assert.strictEqual(said?.reference?.messageId, asked.id)
      assert.deepInclude(said?.attachments[0], { filename: "a.txt", size: 3 })
      assert.include(JSON.stringify(said?.components), '"custom_id":"stop:1"')
      assert.deepInclude(server.requests.find(says)?.body, { nonce: "n1", enforce_nonce: true })
    })
  )

  it.live("that answers a message which is gone is said all the same", () =>
    Effect.gen(function* () {
      const { general, here, platform, remove, server, userSays } = yield* connect()
      const asked = yield* userSays(general, server.owner, "?")
      yield* remove(asked)
      yield* platform.deliver(here, { content: "late", replyTo: MessageId.make(asked.id) }, "n1")
      assert.deepStrictEqual(contents(server.messages(general)), ["late"])
    })
  )

  for (const [allow, users, everyone] of [
    ["none", false, false],
    ["users", true, false],
    ["all", true, true]
  ] as const) {
    it.live(`notifies ${allow === "none" ? "nobody" : allow} where allow_mentions is "${allow}"`, () =>
      Effect.gen(function* () {
        const { general, here, platform, server, userSays } = yield* connect(
          { everyonePermissions: 0x7f_ff_ff_ff_ff_ffn },
          { allowMentions: Effect.succeed(allow) }
        )
        const content = `<@${server.owner.id}> @everyone`
        const id = yield* platform.deliver(here, { content }, "n1")
        yield* platform.edit(here, id, { content: `${content}!` })
        const [said] = server.messages(general)
        assert.strictEqual(said?.content, `${content}!`)
        assert.strictEqual(said?.mentions.includes(server.owner.id), users)
        assert.strictEqual(said?.mentionEveryone, everyone)
        const asked = yield* userSays(general, server.owner, "?")
        yield* platform.deliver(here, { content: "yes", replyTo: MessageId.make(asked.id) }, "n2")
        assert.strictEqual(server.messages(general).at(-1)?.mentions.includes(server.owner.id), users)
      })
    )
  }

  it.live("that calls us ourselves does so, even where nobody is notified", () =>
    Effect.gen(function* () {
      const { here, hears, platform, server } = yield* connect()
      yield* platform.deliver(here, { content: `<@${server.bot.id}> go on` }, "n1")
      const { message } = yield* hears("Said")
      assert.isTrue(message.own)
      assert.isTrue(message.mentionsUs)
    })
  )

  it.live("is changed, with what it showed before taken away, and removed, even when it is gone already", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      const id = yield* platform.deliver(
        here,
        { content: "1", buttons: [[{ id: "a", label: "A", style: "primary" }]] },
        "n1"
      )
      yield* platform.edit(here, id, { content: "2" })
      assert.deepInclude(server.messages(general)[0], { content: "2", components: [] })
      yield* platform.remove(here, id)
      yield* platform.remove(here, id)
      assert.isEmpty(server.messages(general))
    })
  )

  it.live("is announced by typing", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      yield* platform.typing(here)
      assert.lengthOf(server.typing(general), 1)
    })
  )
})

describe("A post that may have arrived", () => {
  it.live("is unclear, and said again under its nonce is there once", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      server.faults.loseAnswer(says)
      const failed = yield* Effect.flip(platform.deliver(here, { content: "once" }, "n1"))
      assert.strictEqual(failed.outcome, "unclear")
      const id = yield* platform.deliver(here, { content: "once" }, "n1")
      assert.strictEqual(server.messages(general)[0]?.id, id)
      assert.lengthOf(server.messages(general), 1)
      assert.lengthOf(server.requests.filter(says), 2)
    })
  )

  it.live("and whose nonce may be forgotten is looked for, also far behind", () =>
    Effect.gen(function* () {
      const { general, here, platform, server, userSays } = yield* connect()
      const since = yield* Clock.currentTimeMillis
      for (let n = 0; n < 110; n += 1) yield* userSays(general, server.owner, `before it ${n}`)
      server.faults.loseAnswer(says)
      yield* Effect.flip(platform.deliver(here, { content: " once\n" }, "n1"))
      yield* server.forgetNonces
      for (let n = 0; n < 130; n += 1) yield* userSays(general, server.owner, `m${n}`)
      const id = yield* platform.deliver(here, { content: " once\n" }, "n1", { since, look: true })
      const mine = server.messages(general).filter(({ authorId }) => authorId === server.bot.id)
      assert.deepStrictEqual(
        mine.map((each) => each.id),
        [id]
      )
    })
  )

  it.live("and has not is said, also when the same words were said before", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      const since = yield* Clock.currentTimeMillis
      const first = yield* platform.deliver(here, { content: "Stopped." }, "n1")
      // Discord does not promise to tell nonces with the history.
      Object.assign(server.messages(general)[0]!, { nonce: undefined })
      server.faults.fail(says, 500)
      yield* Effect.flip(platform.deliver(here, { content: "Stopped." }, "n2"))
      const second = yield* platform.deliver(here, { content: "Stopped." }, "n2", { since, look: true })
      assert.notStrictEqual(first, second)
      assert.deepStrictEqual(contents(server.messages(general)), ["Stopped.", "Stopped."])
    })
  )

  it.live("is known by its button, whatever it says by now, and need not be said again", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      const since = yield* Clock.currentTimeMillis
      const buttons = [[{ id: "stop:1", label: "Stop", style: "danger" as const }]]
      server.faults.loseAnswer(says)
      yield* Effect.flip(platform.deliver(here, { content: "Starting", buttons }, "n1"))
      yield* server.forgetNonces
      Object.assign(server.messages(general)[0]!, { nonce: undefined })
      const id = yield* platform.deliver(here, { content: "Thinking", buttons }, "n1", { since, look: true })
      assert.strictEqual(server.messages(general)[0]?.id, id)
      const other = [[{ ...buttons[0]![0]!, id: "stop:2" }]]
      const absent = platform.deliver(here, { content: "Starting", buttons: other }, "n2", {
        since,
        look: true,
        only: true
      })
      assert.strictEqual((yield* Effect.flip(absent)).outcome, "gone")
      assert.lengthOf(server.messages(general), 1)
    })
  )

  it.live("is none of those that are known to be something else, also behind a restart", () =>
    Effect.gen(function* () {
      const { here, platform, server } = yield* connect()
      const since = yield* Clock.currentTimeMillis
      const first = yield* platform.deliver(here, { content: "Done." }, "n1")
      Object.assign(server.messages(server.general)[0]!, { nonce: undefined })
      const { hears, platform: next } = yield* dial(server)
      yield* hears("Connected")
      const second = yield* next.deliver(here, { content: "Done." }, "n2", { since, look: true, others: [first] })
      assert.notStrictEqual(first, second)
      assert.deepStrictEqual(contents(server.messages(server.general)), ["Done.", "Done."])
    })
  )

  it.live("in a channel where nothing was ever written is said", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      const since = yield* Clock.currentTimeMillis
      yield* platform.deliver(here, { content: "first" }, "n1", { since, look: true })
      assert.deepStrictEqual(contents(server.messages(general)), ["first"])
    })
  )

  it.live("stays unclear where the history may not be read", () =>
    Effect.gen(function* () {
      const { botMay, general, here, platform, server } = yield* connect()
      yield* botMay(general, { deny: Permission.readMessageHistory })
      const since = yield* Clock.currentTimeMillis
      server.faults.loseAnswer(says)
      yield* Effect.flip(platform.deliver(here, { content: "x" }, "n1"))
      yield* server.forgetNonces
      const failed = yield* Effect.flip(platform.deliver(here, { content: "x" }, "n1", { since, look: true }))
      assert.strictEqual(failed.outcome, "unclear")
      assert.include(failed.detail, "Read Message History")
      assert.lengthOf(server.messages(general), 1)
    })
  )
})

describe("A post that Discord does not take", () => {
  it.live("for a moment waits for it", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      server.faults.rateLimit(says, { retryAfter: 0.2 })
      yield* platform.deliver(here, { content: "soon" }, "n1")
      assert.deepStrictEqual(contents(server.messages(general)), ["soon"])
    })
  )

  it.live("for long is tried again when Discord says", () =>
    Effect.gen(function* () {
      const { here, platform, server } = yield* connect()
      server.faults.rateLimit(says, { retryAfter: 600 })
      const failed = yield* Effect.flip(platform.deliver(here, { content: "later" }, "n1"))
      assert.strictEqual(failed.outcome, "retry")
      assert.isAtLeast(failed.afterMs ?? 0, 599_000)
      assert.isAtMost(failed.afterMs ?? 0, 601_000)
    })
  )

  it.live("because everything is limited keeps all else from being asked, too", () =>
    Effect.gen(function* () {
      const { here, platform, server } = yield* connect()
      server.faults.rateLimit(says, { retryAfter: 600, scope: "global" })
      yield* Effect.flip(platform.deliver(here, { content: "one" }, "n1"))
      const failed = yield* Effect.flip(platform.typing(here))
      assert.strictEqual(failed.outcome, "retry")
      assert.isAbove(failed.afterMs ?? 0, 500_000)
      assert.isEmpty(server.requests.filter(({ route }) => route === "/channels/{channel_id}/typing"))
    })
  )

  it.live("because it is broken is tried again, and looked for, as it may have been taken", () =>
    Effect.gen(function* () {
      const { general, here, platform, server } = yield* connect()
      const since = yield* Clock.currentTimeMillis
      server.faults.fail(says, 503, 2)
      const failed = yield* Effect.flip(platform.deliver(here, { content: "x" }, "n1"))
      assert.deepInclude(failed, { outcome: "unclear", afterMs: null })
      assert.lengthOf(server.requests.filter(says), 1)
      // It was looked for and is not there: that is no reason to give it up.
      const again = yield* Effect.flip(platform.deliver(here, { content: "x" }, "n1", { since, look: true }))
      assert.strictEqual(again.outcome, "retry")
      server.faults.fail(({ method, route }) => method === "GET" && route === "/channels/{channel_id}/messages", 500, 3)
      const blind = yield* Effect.flip(platform.deliver(here, { content: "x" }, "n1", { since, look: true }))
      assert.strictEqual(blind.outcome, "retry")
      assert.lengthOf(server.requests.filter(says), 2)
      yield* platform.deliver(here, { content: "x" }, "n1", { since, look: true })
      assert.deepStrictEqual(contents(server.messages(general)), ["x"])
    })
  )

  it.live("with its files is said without them, and says what to allow", () =>
    Effect.gen(function* () {
      const { botMay, general, here, platform, server } = yield* connect()
      yield* botMay(general, { deny: Permission.attachFiles })
      const files = [{ name: "answer.md", data: new TextEncoder().encode("abc") }]
      const buttons = [[{ id: "retry:1", label: "Retry", style: "primary" as const }]]
      yield* platform.deliver(here, { content: "y".repeat(2000), files, buttons }, "n1")
      const [said] = server.messages(general)
      assert.match(said?.content ?? "", /^y+\n\(`answer.md` .*Attach Files/)
      assert.isAtMost(said?.content.length ?? 9999, 2000)
      assert.include(JSON.stringify(said?.components), "retry:1")
    })
  )

  it.live("as an answer to a message, for want of its history, is said by itself", () =>
    Effect.gen(function* () {
      const { botMay, general, here, platform, server, userSays } = yield* connect()
      const asked = yield* userSays(general, server.owner, "?")
      yield* botMay(general, { deny: Permission.readMessageHistory })
      yield* platform.deliver(here, { content: "all the same", replyTo: MessageId.make(asked.id) }, "n1")
      assert.deepStrictEqual(contents(server.messages(general)), ["?", "all the same"])
    })
  )

  it.live("in a thread that was closed and locked meanwhile is said once that is open again", () =>
    Effect.gen(function* () {
      const { archiveThread, createThread, general, lockThread, platform, server } = yield* connect()
      const thread = yield* createThread(general, server.owner, "closed")
      yield* lockThread(thread)
      yield* archiveThread(thread)
      yield* platform.deliver(ChannelId.make(`discord:${thread.id}`), { content: "done" }, "n1")
      assert.include(contents(server.messages(thread)), "done")
    })
  )

  it.live("in such a thread for want of a permission is given up and says what to allow", () =>
    Effect.gen(function* () {
      const { archiveThread, botMay, createThread, general, lockThread, platform, server } = yield* connect()
      const thread = yield* createThread(general, server.owner, "closed")
      yield* lockThread(thread)
      yield* archiveThread(thread)
      yield* botMay(general, { deny: Permission.manageThreads })
      const failed = yield* Effect.flip(
        platform.deliver(ChannelId.make(`discord:${thread.id}`), { content: "done" }, "n1")
      )
      assert.strictEqual(failed.outcome, "gone")
      assert.include(failed.detail, "Manage Threads")
    })
  )

  it.live("because the channel is gone is given up", () =>
    Effect.gen(function* () {
      const { deleteChannel, general, here, platform } = yield* connect()
      yield* deleteChannel(general)
      const failed = yield* Effect.flip(platform.deliver(here, { content: "x" }, "n1"))
      assert.strictEqual(failed.outcome, "gone")
      assert.include(failed.detail, "not there")
    })
  )

  it.live("because something is not allowed is given up and says what to allow", () =>
    Effect.gen(function* () {
      const { botMay, general, here, platform } = yield* connect()
      yield* botMay(general, { deny: Permission.sendMessages })
      const failed = yield* Effect.flip(platform.deliver(here, { content: "x" }, "n1"))
      assert.strictEqual(failed.outcome, "gone")
      assert.include(failed.detail, "Send Messages")
    })
  )

  it.live("because it is too long is given up with Discord's reason", () =>
    Effect.gen(function* () {
      const { here, platform, server } = yield* connect()
      const failed = yield* Effect.flip(platform.deliver(here, { content: "x".repeat(2001) }, "n1"))
      server.takeViolations()
      assert.strictEqual(failed.outcome, "gone")
      assert.include(failed.detail, "50035")
    })
  )
})

describe("What was written before", () => {
  it.live("is read over pages, oldest first, with the roles of its authors", () =>
    Effect.gen(function* () {
      const { general, here, person, platform, role, server, userSays } = yield* connect()
      const crew = yield* role(server.guild, "crew")
      const bob = yield* person(server.guild, "bob", [crew])
      const said: Array<string> = []
      for (let n = 0; n < 150; n += 1)
        said.push((yield* userSays(general, n % 2 === 0 ? bob : server.owner, `m${n}`)).id)
      const all = yield* platform.history(here, null, 1000)
      assert.deepStrictEqual(
        all.map(({ id }) => String(id)),
        said
      )
      assert.deepStrictEqual(all[0]?.author.roles, [crew.id, server.guild.id])
      assert.lengthOf(
        server.requests.filter(({ route }) => route === "/guilds/{guild_id}/members/{user_id}"),
        2
      )
      const newest = yield* platform.history(here, null, 3)
      assert.deepStrictEqual(contents(newest), ["m147", "m148", "m149"])
      const next = yield* platform.history(here, MessageId.make(said[10]!), 120)
      assert.deepStrictEqual([next.length, next[0]?.content, next.at(-1)?.content], [120, "m11", "m130"])
    })
  )

  it.live("is found one by one, or not", () =>
    Effect.gen(function* () {
      const { general, here, platform, server, userSays } = yield* connect()
      const said = yield* userSays(general, server.owner, "it")
      assert.strictEqual((yield* platform.message(here, MessageId.make(said.id)))?.content, "it")
      assert.isUndefined(yield* platform.message(here, MessageId.make("123456789012345678")))
      const lost = yield* Effect.flip(platform.history(ChannelId.make("discord:123456789012345678"), null, 10))
      assert.strictEqual(lost.outcome, "gone")
    })
  )
})
