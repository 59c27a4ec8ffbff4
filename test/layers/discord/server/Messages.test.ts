/** Messages on the test's Discord, as the real discord.js and people see them. */
import { assert, describe, it } from "@effect/vitest"
import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  type FetchMessagesOptions,
  type MessageCreateOptions,
  Partials
} from "discord.js"
import { Effect } from "effect"
import { Permission } from "../../../support/discord/world/Permissions.ts"
import { call, enter, refusal } from "./bot.ts"

describe("a Discord for tests: messages", () => {
  it.live("a person's message reaches the bot, and its reply is seen with who is notified", () =>
    Effect.gen(function* () {
      const { bot, general, server, userSays } = yield* enter()
      const said = yield* userSays(server.general, server.owner, "hello", { mentions: [server.bot] })
      const [heard] = yield* bot.hears("messageCreate", ({ id }) => id === said.id)
      assert.strictEqual(heard.content, `hello <@${server.bot.id}>`)
      assert.isTrue(heard.mentions.has(server.bot.id))
      assert.isTrue(heard.member?.roles.cache.has(server.guild.id))
      yield* call(() => heard.reply({ content: "  hi\n", allowedMentions: { repliedUser: false } }))
      yield* call(() => general.send({ content: `<@${server.owner.id}> @everyone`, allowedMentions: { parse: [] } }))
      const [, reply, quiet] = server.messages(server.general)
      assert.deepInclude(reply, { content: "hi", authorId: server.bot.id, type: 19, mentions: [] })
      assert.strictEqual(reply?.reference?.messageId, said.id)
      assert.deepInclude(quiet, { mentions: [], mentionEveryone: false, allowedMentions: { parse: [] } })
      yield* bot.hears("messageCreate", ({ id }) => id === quiet?.id)
    })
  )

  it.live("edits, deletions, reactions and typing are seen on both sides", () =>
    Effect.gen(function* () {
      const { bot, edit, general, react, remove, removeMany, server, userSays } = yield* enter()
      const mine = yield* call(() => general.send("one"))
      yield* call(() => mine.edit("two"))
      yield* call(() => mine.react("👀"))
      yield* call(() => general.sendTyping())
      const stored = yield* server.untilMessage(server.general, ({ content }) => content === "two")
      assert.deepStrictEqual(server.edits(stored), ["one"])
      assert.deepStrictEqual([...(stored.reactions.get("👀") ?? [])], [server.bot.id])
      assert.lengthOf(server.typing(server.general), 1)
      yield* call(() => mine.delete())
      assert.lengthOf(server.messages(server.general), 0)

      const theirs = yield* userSays(server.general, server.owner, "a")
      const others = [theirs, yield* userSays(server.general, server.owner, "b")]
      yield* react(theirs, server.owner, "✅")
      yield* bot.hears("messageReactionAdd", (_, user) => user.id === server.owner.id)
      yield* edit(theirs, "c")
      yield* bot.hears("messageUpdate", (before, after) => before.content === "a" && after.content === "c")
      yield* removeMany(server.general, others)
      const [gone] = yield* bot.hears("messageDeleteBulk")
      assert.strictEqual(gone.size, 2)
      const last = yield* userSays(server.general, server.owner, "d")
      yield* remove(last)
      yield* bot.hears("messageDelete", ({ id }) => id === last.id)
    })
  )

  it.live("files go both ways and are served under the address that a message names", () =>
    Effect.gen(function* () {
      const { bot, general, server, userSays } = yield* enter()
      const bytes = new TextEncoder().encode("a,b\n1,2\n")
      yield* userSays(server.general, server.owner, "look", {
        attachments: [{ filename: "a table.csv", bytes, contentType: "text/csv" }]
      })
      const [heard] = yield* bot.hears("messageCreate", ({ content }) => content === "look")
      const attachment = heard.attachments.first()
      assert.deepInclude(attachment, { name: "a_table.csv", size: 8, contentType: "text/csv" })
      const fetched = yield* call(() => fetch(attachment?.url ?? "").then((response) => response.text()))
      assert.strictEqual(fetched, "a,b\n1,2\n")
      yield* call(() => general.send({ files: [{ attachment: Buffer.from("out"), name: "out.txt" }] }))
      const sent = server.messages(server.general)[1]?.attachments[0]
      assert.deepInclude(sent, { filename: "out.txt", size: 3 })
      server.world.attachmentLimit = 2
      const error = yield* refusal(() => general.send({ files: [{ attachment: Buffer.from("out"), name: "o" }] }))
      assert.deepInclude(error, { code: 40_005, status: 413 })
    })
  )

  it.live("a message of 2,000 code points is taken, one of 2,001 and an empty one are refused", () =>
    Effect.gen(function* () {
      const { general, server } = yield* enter()
      yield* call(() => general.send("🦞".repeat(2000)))
      const long = yield* refusal(() => general.send("x".repeat(2001)))
      assert.deepInclude(long, { code: 50_035, status: 400 })
      assert.include(long.message, "Must be 2000 or fewer in length")
      assert.deepInclude(yield* refusal(() => general.send(" \n ")), { code: 50_006 })
      assert.lengthOf(server.messages(server.general), 1)
    })
  )

  it.live("too many rows, an id twice and too long embeds are refused", () =>
    Effect.gen(function* () {
      const { general } = yield* enter()
      const row = (...ids: ReadonlyArray<string>) =>
        new ActionRowBuilder<ButtonBuilder>().addComponents(
          ids.map((id) => new ButtonBuilder().setCustomId(id).setLabel(id).setStyle(ButtonStyle.Primary))
        )
      const refused = (message: MessageCreateOptions) =>
        Effect.map(
          refusal(() => general.send(message)),
          ({ code, message }) => [code, message]
        )
      const [code, rows] = yield* refused({
        content: "x",
        components: ["1", "2", "3", "4", "5", "6"].map((id) => row(id))
      })
      assert.strictEqual(code, 50_035)
      assert.include(rows, "Must be between 1 and 5")
      assert.include((yield* refused({ content: "x", components: [row("1", "1")] }))[1], "cannot be duplicated")
      const embeds = [{ description: "x".repeat(4000) }, { description: "x".repeat(2001) }]
      assert.include((yield* refused({ embeds }))[1], "exceeds maximum size of 6000")
    })
  )

  it.live("the bot and a person talk alone", () =>
    Effect.gen(function* () {
      const { bot, directChannel, server, userSays } = yield* enter({}, { partials: [Partials.Channel] })
      const person = yield* call(() => bot.client.users.fetch(server.owner.id))
      yield* call(() => person.send("psst"))
      const channel = yield* directChannel(server.owner)
      assert.strictEqual(server.messages(channel)[0]?.content, "psst")
      const said = yield* userSays(channel, server.owner, "what?")
      const [heard] = yield* bot.hears("messageCreate", ({ id }) => id === said.id)
      assert.deepStrictEqual([heard.guildId, heard.content], [null, "what?"])
    })
  )

  it.live("the same enforced nonce gives the earlier message", () =>
    Effect.gen(function* () {
      const { general, server } = yield* enter()
      const send = () => call(() => general.send({ content: "once", nonce: "n1", enforceNonce: true }))
      const first = yield* send()
      assert.strictEqual((yield* send()).id, first.id)
      yield* server.forgetNonces
      assert.notStrictEqual((yield* send()).id, first.id)
      assert.lengthOf(server.messages(server.general), 2)
    })
  )

  it.live("history comes newest first, before, after and around a message", () =>
    Effect.gen(function* () {
      const { general, server, userSays } = yield* enter()
      const said = yield* Effect.forEach(["1", "2", "3", "4", "5"], (text) =>
        userSays(server.general, server.owner, text)
      )
      const fetched = (query: FetchMessagesOptions) =>
        Effect.map(
          call(() => general.messages.fetch({ cache: false, ...query })),
          (all) => [...all.values()].map(({ content }) => content).join("")
        )
      const middle = said[2]?.id ?? ""
      assert.strictEqual(yield* fetched({ limit: 3 }), "543")
      assert.strictEqual(yield* fetched({ before: middle, limit: 1 }), "2")
      assert.strictEqual(yield* fetched({ after: middle, limit: 1 }), "4")
      assert.strictEqual(yield* fetched({ around: middle, limit: 3 }), "432")
    })
  )

  it.live("what is not there and what is not allowed is refused with Discord's codes", () =>
    Effect.gen(function* () {
      const { bot, botMay, deleteChannel, general, server, userSays } = yield* enter()
      const theirs = yield* userSays(server.general, server.owner, "mine")
      const code = (act: () => Promise<unknown>) => Effect.map(refusal(act), (error) => error.code)
      assert.strictEqual(yield* code(() => general.messages.fetch("1")), 10_008)
      assert.strictEqual(yield* code(() => general.messages.edit(theirs.id, "yours")), 50_005)
      assert.strictEqual(yield* code(() => general.messages.delete(theirs.id)), 50_013)
      const unknown = { content: "x", reply: { messageReference: "1" } }
      assert.strictEqual(yield* code(() => general.send(unknown)), 50_035)
      yield* botMay(server.general, { deny: Permission.sendMessages })
      assert.strictEqual(yield* code(() => general.send("x")), 50_013)
      yield* botMay(server.general, { deny: Permission.viewChannel })
      assert.strictEqual(yield* code(() => general.send("x")), 50_001)
      yield* deleteChannel(server.general)
      assert.strictEqual(yield* code(() => general.send("x")), 10_003)
      server.world.bot.token = "another"
      assert.deepInclude(yield* refusal(() => bot.client.application?.fetch() ?? Promise.resolve()), { status: 401 })
    })
  )
})
