/** A whole supervisor with its chat face on the Discord for tests, through the real discord.js, on real time. */
import { Effect, Layer, Schedule } from "effect"
import { neededPermissions } from "../../src/domain/chat/Invite.ts"
import * as Discord from "../../src/layers/discord/Discord.ts"
import * as Inbox from "../../src/layers/Inbox.ts"
import * as Platforms from "../../src/layers/Platforms.ts"
import * as Store from "../../src/layers/store/index.ts"
import * as Events from "../../src/platforms/Events.ts"
import * as Handlers from "../../src/platforms/Handlers.ts"
import { ChatPlatforms } from "../../src/services/ChatPlatform.ts"
import * as DiscordServer from "./discord/DiscordServer.ts"
import { actors } from "./House.ts"
import { layer as outsideLayer, Outside } from "./Outside.ts"

/** Waits for what is there as soon as others have done their work. */
export const eventually = <A, E, R>(look: Effect.Effect<A | undefined | false, E, R>) =>
  look.pipe(
    Effect.flatMap((seen) =>
      seen === undefined || seen === false ? Effect.fail("not yet" as const) : Effect.succeed(seen)
    ),
    Effect.retry({ schedule: Schedule.spaced("10 millis") })
  )

const chatOn = (server: DiscordServer.DiscordServer) =>
  Layer.effect(
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

type Wrap = <A, E, R>(layer: Layer.Layer<A, E, R>) => Layer.Layer<A, E, R>

/** `around` is put between the supervisor and its world. */
export const supervisorOn = (server: DiscordServer.DiscordServer, around: Wrap = (layer) => layer) =>
  Layer.unwrap(
    Effect.map(Outside, (outside) =>
      Layer.provide(Events.layer, Handlers.layer).pipe(
        Layer.provide(Inbox.layer),
        Layer.provideMerge(actors),
        Layer.provideMerge(
          around(
            Platforms.layer.pipe(
              Layer.provideMerge(chatOn(server)),
              Layer.provideMerge(outside.layer),
              Layer.provideMerge(Store.layer(outside.database))
            )
          )
        )
      )
    )
  )

/** In its configuration the guild's owner is an owner, too. */
export const configOn = (server: DiscordServer.DiscordServer, keys: Readonly<Record<string, unknown>> = {}) => ({
  platforms: ["local", "discord"],
  discord_token: server.token,
  discord_app_id: server.applicationId,
  permissions: { owners: { users: [server.owner.id] } },
  ...keys
})

/** Begins when the bot is connected. */
export const onDiscord = <A, E, R>(
  body: (server: DiscordServer.DiscordServer) => Effect.Effect<A, E, R>,
  keys: Readonly<Record<string, unknown>> = {}
) =>
  Effect.gen(function* () {
    const server = yield* DiscordServer.make({ botPermissions: neededPermissions })
    return yield* eventually(Effect.sync(server.gateway.connected)).pipe(
      Effect.andThen(body(server)),
      Effect.provide(supervisorOn(server)),
      Effect.provide(outsideLayer(configOn(server, keys)))
    )
  })
