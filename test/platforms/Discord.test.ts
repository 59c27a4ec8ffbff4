/** People on Discord, through the real discord.js, to the mailbox and back. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { neededPermissions } from "../../src/domain/chat/Invite.ts"
import * as Discord from "../../src/layers/discord/Discord.ts"
import { channelIdOf } from "../../src/layers/discord/Places.ts"
import * as Platforms from "../../src/layers/Platforms.ts"
import * as Store from "../../src/layers/store/index.ts"
import { Channels } from "../../src/services/Channels.ts"
import { ChatPlatforms } from "../../src/services/ChatPlatform.ts"
import { Messages } from "../../src/services/Messages.ts"
import * as DiscordServer from "../support/discord/DiscordServer.ts"
import type { Channel, Message } from "../support/discord/world/Model.ts"
import { actors } from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import { face } from "../support/People.ts"

/** Waits for what is there as soon as others have done their work. */
const eventually = <A, E, R>(look: Effect.Effect<A | undefined | false, E, R>) =>
  look.pipe(
    Effect.flatMap((seen) =>
      seen === undefined || seen === false ? Effect.fail("not yet" as const) : Effect.succeed(seen)
    ),
    Effect.retry({ schedule: Schedule.spaced("10 millis") })
  )

const stored = (channel: Channel) =>
  Effect.map(
    Messages.use((messages) => messages.list(channelIdOf(channel.id), { limit: 100 })),
    (all) => all.filter(({ is_bot }) => !is_bot).toReversed()
  )
const contents = (channel: Channel) => Effect.map(stored(channel), (all) => all.map(({ content }) => content))
const row = (channel: Channel) =>
  Channels.use((channels) => channels.get(channelIdOf(channel.id))).pipe(
    Effect.catchTag("ChannelNotFound", () => Effect.undefined)
  )

/** A supervisor on a Discord whose owner is an owner here, too. */
const onDiscord = <A, E, R>(
  body: (server: DiscordServer.DiscordServer) => Effect.Effect<A, E, R>,
  keys: Readonly<Record<string, unknown>> = {}
) =>
  Effect.gen(function* () {
    const server = yield* DiscordServer.make({ botPermissions: neededPermissions })
    const chat = Layer.effect(
      ChatPlatforms,
      Effect.map(
        Discord.make({
          token: server.token,
          appId: server.applicationId,
          guildId: server.guild.id,
          apiUrl: server.api,
          allowMentions: Effect.succeed("none")
        }),
        (platform) => new Map([["discord", platform]])
      )
    )
    const supervisor = Layer.unwrap(
      Effect.map(Outside, (outside) =>
        actors.pipe(
          Layer.provideMerge(Platforms.layer),
          Layer.provideMerge(chat),
          Layer.provideMerge(outside.layer),
          Layer.provideMerge(Store.layer(outside.database))
        )
      )
    )
    const config = {
      platforms: ["local", "discord"],
      discord_token: server.token,
      discord_app_id: server.applicationId,
      permissions: { owners: { users: [server.owner.id] } },
      ...keys
    }
    return yield* body(server).pipe(
      Effect.provide(face),
      Effect.provide(supervisor),
      Effect.provide(outsideLayer(config))
    )
  })

const calls = (server: DiscordServer.DiscordServer, text: string) => `<@${server.bot.id}> ${text}`
const says = (text: string) => (message: Message) => message.content.includes(text)

describe("On Discord", () => {
  it.live("a call is answered in its channel, and who has no role gets one line and leaves nothing", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { general, people } = server
        yield* eventually(Effect.sync(server.gateway.connected))
        const eve = yield* people.person(server.guild, "eve")
        yield* people.userSays(general, eve, calls(server, "let me in"))
        yield* server.untilMessage(general, says("I do not know you yet"))
        yield* people.userSays(general, server.owner, calls(server, "hello"))
        yield* server.untilMessage(general, says("Answer to: hello"))
        assert.deepStrictEqual(yield* contents(general), ["hello"])
        assert.strictEqual((yield* row(general))?.name, "general")
      })
    )
  )

  it.live("what was written while the session was lost is answered once, in its order", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { general, people } = server
        const write = (text: string) => people.userSays(general, server.owner, calls(server, text))
        yield* eventually(Effect.sync(server.gateway.connected))
        yield* write("one")
        yield* server.untilMessage(general, says("Answer to: one"))
        const outage = yield* server.gateway.outage
        yield* server.gateway.forget
        yield* write("two")
        yield* write("three")
        yield* outage.over
        yield* server.untilMessage(general, says("Answer to: three"))
        yield* write("four")
        yield* server.untilMessage(general, says("Answer to: four"))
        assert.deepStrictEqual(yield* contents(general), ["one", "two", "three", "four"])
        assert.deepStrictEqual((yield* Outside).prompts(), ["one", "two", "three", "four"])
      })
    )
  )

  it.live("a thread is a channel with its name, follows its renaming, and goes with its channel", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { people } = server
        yield* eventually(Effect.sync(server.gateway.connected))
        const room = yield* people.channel(server.guild, { name: "room" })
        yield* people.userSays(room, server.owner, calls(server, "hello"))
        yield* eventually(row(room))
        const thread = yield* people.createThread(room, server.owner, "ideas")
        const met = yield* eventually(row(thread))
        assert.deepInclude(met, { name: "ideas", parent_id: channelIdOf(room.id) })
        yield* people.renameThread(thread, server.owner, "plans")
        yield* eventually(Effect.map(row(thread), (now) => now?.name === "plans"))
        yield* people.deleteChannel(room)
        yield* eventually(Effect.map(row(room), (now) => now === undefined))
        assert.isUndefined(yield* row(thread))
      })
    )
  )

  it.live("files of a message lie in the work directory", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { general, people } = server
        const dir = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-discord-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
        )
        const channel_id = channelIdOf(general.id)
        yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "discord", dir_path: dir }))
        yield* eventually(Effect.sync(server.gateway.connected))
        const attachments = [{ filename: "notes.txt", bytes: new TextEncoder().encode("hello") }]
        const said = yield* people.userSays(general, server.owner, calls(server, "look"), { attachments })
        const [message] = yield* eventually(Effect.map(stored(general), (all) => all.length > 0 && all))
        const path = join(dir, ".loop", "inbox", said.id, "notes.txt")
        assert.deepStrictEqual(
          message?.attachments.map((each) => each.path),
          [path]
        )
        assert.strictEqual(readFileSync(path, "utf8"), "hello")
      })
    )
  )

  it.live("a message that waits is changed and dropped with what its author does there", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const world = yield* Outside
        const { general, people } = server
        yield* eventually(Effect.sync(server.gateway.connected))
        world.when("one", () => Effect.never)
        yield* people.userSays(general, server.owner, calls(server, "one"))
        yield* eventually(Effect.sync(() => world.prompts().length === 1))
        const two = yield* people.userSays(general, server.owner, calls(server, "two"))
        const three = yield* people.userSays(general, server.owner, calls(server, "three"))
        yield* eventually(Effect.map(stored(general), (all) => all.length === 3))
        yield* people.edit(two, calls(server, "two, better"))
        yield* people.remove(three)
        yield* eventually(Effect.map(stored(general), (all) => all.some(({ state }) => state === "dropped")))
        assert.deepStrictEqual(
          (yield* stored(general)).map(({ content, state }) => [content, state]),
          [
            ["one", "running"],
            ["two, better", "queued"],
            ["three", "dropped"]
          ]
        )
      })
    )
  )
})
