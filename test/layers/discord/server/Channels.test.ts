/** Channels and threads of the test's Discord, as the real discord.js and people see them. */
import { assert, describe, it } from "@effect/vitest"
import { ThreadAutoArchiveDuration } from "discord.js"
import { Effect } from "effect"
import { call, done, enter, refusal } from "./bot.ts"

describe("a Discord for tests: channels and threads", () => {
  it.live("the bot makes, renames and deletes channels, and hears of what others do", () =>
    Effect.gen(function* () {
      const { bot, channel, deleteChannel, memberRoles, person, role, server } = yield* enter()
      const guild = yield* call(() => bot.client.guilds.fetch(server.guild.id))
      const made = yield* call(() => guild.channels.create({ name: "My Work", topic: "a/b" }))
      assert.deepStrictEqual([made.name, made.topic], ["my-work", "a/b"])
      yield* call(() => made.setTopic("c"))
      assert.strictEqual(server.world.channels.get(made.id)?.topic, "c")
      assert.strictEqual((yield* call(() => guild.channels.fetch())).size, 2)
      yield* call(() => made.delete())
      assert.isUndefined(server.world.channels.get(made.id))

      const other = yield* channel(server.guild, { name: "other" })
      yield* bot.hears("channelCreate", ({ id }) => id === other.id)
      yield* deleteChannel(other)
      yield* bot.hears("channelDelete", ({ id }) => id === other.id)
      const admins = yield* role(server.guild, "admins")
      const grace = yield* person(server.guild, "grace")
      yield* memberRoles(server.guild, grace, [admins])
      const member = yield* call(() => guild.members.fetch(grace.id))
      assert.isTrue(member.roles.cache.has(admins.id))
    })
  )

  it.live("threads are opened from a message and without one, joined, renamed, archived, woken and deleted", () =>
    Effect.gen(function* () {
      const { archiveThread, bot, createThread, deleteThread, general, server, userSays } = yield* enter()
      const said = yield* userSays(server.general, server.owner, "start here")
      const [heard] = yield* bot.hears("messageCreate", ({ id }) => id === said.id)
      const fromMessage = yield* call(() => heard.startThread({ name: "from a message" }))
      assert.strictEqual(fromMessage.id, said.id)
      const again = refusal(() =>
        bot.client.rest.post(`/channels/${server.general.id}/messages/${said.id}/threads`, { body: { name: "again" } })
      )
      assert.strictEqual((yield* again).code, 160_004)
      const own = yield* call(() =>
        general.threads.create({ name: "own", autoArchiveDuration: ThreadAutoArchiveDuration.OneWeek })
      )
      yield* call(() => own.send("in it"))
      yield* done(() => own.setName("renamed"))
      const stored = yield* server.until(() => server.world.channels.get(own.id))
      assert.deepInclude(stored, { name: "renamed", parentId: server.general.id })
      assert.deepStrictEqual(
        server.messages(stored).map(({ content, type }) => [content, type]),
        [
          ["in it", 0],
          ["renamed", 4]
        ]
      )
      const theirs = yield* createThread(server.general, server.owner, "theirs")
      const [thread] = yield* bot.hears("threadCreate", ({ id }) => id === theirs.id)
      yield* done(() => thread.join())
      assert.isTrue(theirs.thread?.members.has(server.bot.id))
      yield* archiveThread(theirs)
      yield* bot.hears("threadUpdate", (_, after) => after.id === theirs.id && after.archived === true)
      const archived = yield* call(() => general.threads.fetchArchived())
      assert.deepStrictEqual([...archived.threads.keys()], [theirs.id])
      assert.strictEqual((yield* call(() => general.threads.fetchActive(false))).threads.size, 2)
      yield* call(() => thread.send("wakes it"))
      assert.isFalse(theirs.thread?.archived)
      yield* deleteThread(theirs)
      yield* bot.hears("threadDelete", ({ id }) => id === theirs.id)
      yield* done(() => own.delete())
      assert.isUndefined(server.world.channels.get(own.id))
    })
  )
})
