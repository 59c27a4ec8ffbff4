/** Commands and channels on Discord, through the real discord.js. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule } from "effect"
import { neededPermissions } from "../../src/domain/chat/Invite.ts"
import * as Discord from "../../src/layers/discord/Discord.ts"
import * as Platforms from "../../src/layers/Platforms.ts"
import * as Store from "../../src/layers/store/index.ts"
import { ChatPlatforms } from "../../src/services/ChatPlatform.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { face } from "../support/Commanding.ts"
import * as DiscordServer from "../support/discord/DiscordServer.ts"
import { actors, owner } from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"

/** Waits for what is there as soon as others have done their work. */
const eventually = <A>(look: () => A | undefined | false) =>
  Effect.sync(look).pipe(
    Effect.filterOrFail((seen): seen is Exclude<A, false | undefined> => seen !== undefined && seen !== false),
    Effect.retry({ schedule: Schedule.spaced("10 millis") })
  )

/** A supervisor on a Discord whose owner is an owner here, too; its commands are declared. */
const onDiscord = <A, E, R>(body: (server: DiscordServer.DiscordServer) => Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const server = yield* DiscordServer.make({ botPermissions: neededPermissions })
    const discord = Discord.make({
      token: server.token,
      appId: server.applicationId,
      guildId: server.guild.id,
      apiUrl: server.api,
      allowMentions: Effect.succeed("none")
    })
    const chat = Layer.effect(
      ChatPlatforms,
      Effect.map(discord, (platform) => new Map([["discord", platform]]))
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
      discord_guild_id: server.guild.id,
      permissions: { owners: { users: [server.owner.id] } }
    }
    const declared = server.interactions
      .autocomplete(server.general, server.owner, "loop", {
        subcommand: "task",
        focused: "task_id",
        options: { task_id: "" }
      })
      .pipe(Effect.sandbox, Effect.retry({ schedule: Schedule.spaced("10 millis") }))
    return yield* Effect.andThen(declared, body(server)).pipe(
      Effect.provide(face),
      Effect.provide(supervisor),
      Effect.provide(outsideLayer(config))
    )
  })

describe("On Discord", () => {
  it.live("commands are declared, answered where they were given, and errors are shown to one person", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { general, interactions, people } = server
        const status = yield* interactions.slash(general, server.owner, "loop", { subcommand: "status" })
        yield* eventually(() => status.shown()?.content.startsWith("Loop is running."))
        const eve = yield* people.person(server.guild, "eve")
        const denied = yield* interactions.slash(general, eve, "loop", { subcommand: "status" })
        const told = yield* eventually(() =>
          [denied.shown(), ...denied.followups()].find((message) => message?.content.includes("I do not know you yet"))
        )
        const ephemeral = 64
        assert.strictEqual(told.flags & ephemeral, ephemeral)
      })
    )
  )

  it.live("a fork opens a thread on the message, and a directory gets one channel of its name", () =>
    onDiscord((server) =>
      Effect.gen(function* () {
        const { general, interactions, people } = server
        const message = yield* people.userSays(general, server.owner, `<@${server.bot.id}> hello`)
        yield* server.untilMessage(general, ({ content }) => content.includes("Answer to: hello"))
        const forked = yield* interactions.messageMenu(message, "Fork here", server.owner)
        const shown = yield* eventually(() => forked.shown()?.content.includes("<#") && forked.shown()?.content)
        assert.match(shown, /^The conversation goes on from there in <#\d+>\.$/)
        const ensure = Conversations.use((all) => all.ensure(owner, "/srv/app", "discord"))
        const made = yield* ensure
        assert.strictEqual((yield* ensure).channel_id, made.channel_id)
        assert.strictEqual(made.name, "app")
      })
    )
  )
})
