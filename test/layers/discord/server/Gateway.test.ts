/** The gateway of the test's Discord: sessions of the real discord.js begin, break and go on. */
import { assert, describe, it } from "@effect/vitest"
import { GatewayIntentBits, Partials } from "discord.js"
import { Effect } from "effect"
import * as DiscordServer from "../../../support/discord/DiscordServer.ts"
import { call, enter, login, makeBot, refusal } from "./bot.ts"

/** discord.js gives out an identify every five seconds; a test need not wait for the second. */
const atOnce = { ws: { buildIdentifyThrottler: () => Promise.resolve({ waitForIdentify: () => Promise.resolve() }) } }

describe("a Discord for tests: the gateway", () => {
  it.live("a session begins with the bot's user, its guilds, and what is in them", () =>
    Effect.gen(function* () {
      const server = yield* DiscordServer.make()
      const thread = yield* server.people.createThread(server.general, server.owner, "old")
      const { client } = yield* login(server)
      assert.strictEqual(client.user?.id, server.bot.id)
      assert.strictEqual(client.application?.id, server.applicationId)
      const guild = client.guilds.cache.get(server.guild.id)
      assert.deepStrictEqual([...(guild?.channels.cache.keys() ?? [])], [server.general.id, thread.id])
      assert.strictEqual(guild?.roles.cache.size, 2)
      assert.strictEqual(
        guild?.members.me?.permissions.bitfield,
        server.guild.roles.values().reduce((all, { permissions }) => all | permissions, 0n)
      )
      assert.strictEqual(server.gateway.identified[0]?.intents, 0x9601)
    })
  )

  it.live("a cut connection is resumed with what was missed", () =>
    Effect.gen(function* () {
      const { bot, deleteChannel, channel, server, userSays } = yield* enter()
      const other = yield* channel(server.guild, { name: "other" })
      const outage = yield* server.gateway.outage
      yield* userSays(server.general, server.owner, "missed")
      yield* deleteChannel(other)
      assert.isFalse(server.gateway.connected())
      yield* outage.over
      yield* bot.hears("shardResume")
      yield* bot.hears("messageCreate", ({ content }) => content === "missed")
      yield* bot.hears("channelDelete", ({ id }) => id === other.id)
      assert.lengthOf(server.gateway.identified, 1)
      assert.lengthOf(server.gateway.resumed, 1)
      yield* userSays(server.general, server.owner, "after")
      yield* bot.hears("messageCreate", ({ content }) => content === "after")
    })
  )

  it.live.each([
    ["a cut", (gateway) => gateway.drop],
    ["close code 4000", (gateway) => gateway.close(4000)],
    ["close code 1006", (gateway) => gateway.close(1006)],
    ["a request to reconnect", (gateway) => gateway.reconnect]
  ] as ReadonlyArray<[string, (gateway: DiscordServer.DiscordServer["gateway"]) => Effect.Effect<void>]>)(
    "%s is followed by a resume",
    ([, act]) =>
      Effect.gen(function* () {
        const { bot, server } = yield* enter()
        yield* act(server.gateway)
        yield* bot.hears("shardResume")
        assert.lengthOf(server.gateway.identified, 1)
      })
  )

  it.live.each([
    ["an invalid session", (gateway) => gateway.invalidate(false)],
    ["close code 4009", (gateway) => gateway.close(4009)],
    ["close code 1000", (gateway) => gateway.close(1000)],
    ["a session that Discord has forgotten", (gateway) => Effect.andThen(gateway.reconnect, gateway.forget)]
  ] as ReadonlyArray<[string, (gateway: DiscordServer.DiscordServer["gateway"]) => Effect.Effect<void>]>)(
    "%s is followed by a new session, and what happened between is not told",
    ([, act]) =>
      Effect.gen(function* () {
        const { bot, server, userSays } = yield* enter({}, atOnce)
        yield* act(server.gateway)
        yield* userSays(server.general, server.owner, "lost")
        yield* bot.hears("shardReady", () => true, 2)
        assert.lengthOf(server.gateway.identified, 2)
        const last = yield* userSays(server.general, server.owner, "after")
        yield* bot.hears("messageCreate", ({ id }) => id === last.id)
        assert.deepStrictEqual(
          bot.heard("messageCreate").map(([{ content }]) => content),
          ["after"]
        )
        assert.deepStrictEqual(server.gateway.resumed, [])
      })
  )

  it.live.each([
    ["4004", "Authentication failed"],
    ["4013", "Used invalid intents"],
    ["4010", "Invalid shard"]
  ] as ReadonlyArray<[string, string]>)("after close code %s the bot does not come back", ([code, text]) =>
    Effect.gen(function* () {
      const { bot, server } = yield* enter()
      yield* server.gateway.close(Number(code))
      const [error] = yield* bot.hears("shardError")
      assert.strictEqual(error.message, text)
      const [event] = yield* bot.hears("shardDisconnect")
      assert.strictEqual(event.code, Number(code))
    })
  )

  it.live("intents that are not switched on are refused with 4014, a wrong token is refused", () =>
    Effect.gen(function* () {
      const server = yield* DiscordServer.make({ messageContent: false })
      const bot = yield* makeBot(server)
      yield* Effect.sync(() => void bot.client.login(server.token).catch(() => undefined))
      yield* server.until(() => server.gateway.closed.includes(4014))
      const other = yield* makeBot(server)
      const error = yield* refusal(() => other.client.login("wrong"))
      assert.strictEqual(error.message, "An invalid token was provided.")
    })
  )

  it.live("without the intent a message has content only if it mentions the bot or is said to it alone", () =>
    Effect.gen(function* () {
      const { bot, directChannel, server, userSays } = yield* enter(
        { messageContent: false },
        {
          intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
          partials: [Partials.Channel]
        }
      )
      const heard = (id: string) =>
        Effect.map(
          bot.hears("messageCreate", (one) => one.id === id),
          ([one]) => one.content
        )
      const plain = yield* userSays(server.general, server.owner, "plain")
      assert.strictEqual(yield* heard(plain.id), "")
      const named = yield* userSays(server.general, server.owner, "hey", { mentions: [server.bot] })
      assert.strictEqual(yield* heard(named.id), `hey <@${server.bot.id}>`)
      const alone = yield* userSays(yield* directChannel(server.owner), server.owner, "alone")
      assert.strictEqual(yield* heard(alone.id), "alone")
      const general = yield* call(() => bot.client.channels.fetch(server.general.id))
      const fetched = general?.isTextBased() === true ? yield* call(() => general.messages.fetch(plain.id)) : undefined
      assert.strictEqual(fetched?.content, "")
    })
  )

  it.live("events need their intent", () =>
    Effect.gen(function* () {
      const { bot, react, server, userSays } = yield* enter(
        {},
        {
          intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessageReactions],
          partials: [Partials.Message, Partials.Reaction, Partials.User]
        }
      )
      const said = yield* userSays(server.general, server.owner, "unheard")
      yield* react(said, server.owner, "👀")
      yield* bot.hears("messageReactionAdd")
      assert.deepStrictEqual(bot.heard("messageCreate"), [])
    })
  )

  it.live("a client whose heartbeats are not answered leaves and resumes", () =>
    Effect.gen(function* () {
      const { bot, server } = yield* enter({ heartbeatInterval: 40 })
      yield* server.until(() => server.gateway.heartbeats.length > 1)
      server.gateway.withholdAcks = true
      yield* server.until(() => server.gateway.resumed.length > 0)
      server.gateway.withholdAcks = false
      yield* bot.hears("shardResume")
    })
  )
})
