/** Our side of Discord against the Discord for tests: what it hears, in order, and what it says of itself. */
import { Deferred, Effect, Fiber, Logger, Schedule, Stream } from "effect"
import { make, type Options } from "../../../src/layers/discord/Discord.ts"
import { channelIdOf } from "../../../src/layers/discord/Places.ts"
import type { ChatEvent } from "../../../src/services/ChatPlatform.ts"
import type { PlatformHealth } from "../../../src/services/Platforms.ts"
import * as DiscordServer from "../../support/discord/DiscordServer.ts"
import type { Channel } from "../../support/discord/world/Model.ts"
import { neededPermissions } from "../../../src/domain/chat/Invite.ts"

const spaced = Schedule.spaced("10 millis")

export type Told<Tag extends ChatEvent["_tag"]> = Extract<ChatEvent, { readonly _tag: Tag }>

export const idOf = (channel: Channel) => channelIdOf(channel.id)

/** Connects without waiting for anything. */
export const dial = Effect.fnUntraced(function* (
  server: Pick<DiscordServer.DiscordServer, "api" | "applicationId" | "guild" | "token">,
  options: Partial<Options> = {}
) {
  const heard: Array<ChatEvent> = []
  const logged: Array<string> = []
  const waiting = new Set<() => void>()
  const logger = Logger.make(({ message }) => void logged.push(String(message)))
  const platform = yield* make({
    token: server.token,
    appId: server.applicationId,
    guildId: server.guild.id,
    apiUrl: server.api,
    allowMentions: Effect.succeed("none"),
    ...options
  }).pipe(Effect.provide(Logger.layer([logger])))
  const listening = yield* platform.events.pipe(
    Stream.runForEach((event) =>
      Effect.sync(() => {
        heard.push(event)
        for (const look of waiting) look()
      })
    ),
    Effect.provide(Logger.layer([logger])),
    Effect.forkScoped({ startImmediately: true })
  )

  /** Waits for an event, also one that is already there. */
  const hears = <Tag extends ChatEvent["_tag"]>(
    tag: Tag,
    matches: (event: Told<Tag>) => boolean = () => true
  ): Effect.Effect<Told<Tag>> =>
    Effect.gen(function* () {
      const found = yield* Deferred.make<Told<Tag>>()
      const look = () => {
        const event = heard.find((each): each is Told<Tag> => each._tag === tag && matches(each as Told<Tag>))
        if (event !== undefined) Deferred.doneUnsafe(found, Effect.succeed(event))
      }
      waiting.add(look)
      look()
      const event = yield* Deferred.await(found)
      waiting.delete(look)
      return event
    })

  const texts = () => heard.flatMap((event) => (event._tag === "Said" ? [event.message.content] : []))
  /** Waits until it says so of itself. */
  const untilHealth = (state: PlatformHealth["state"]): Effect.Effect<PlatformHealth> =>
    platform.health.pipe(
      Effect.flatMap((health) => (health.state === state ? Effect.succeed(health) : Effect.fail("not yet" as const))),
      Effect.retry({ schedule: spaced }),
      Effect.orDie
    )
  return { platform, heard, hears, texts, logged, untilHealth, over: Fiber.await(listening) }
})

export const connect = Effect.fnUntraced(function* (given: DiscordServer.Options = {}, options: Partial<Options> = {}) {
  const server = yield* DiscordServer.make({ botPermissions: neededPermissions, ...given })
  const dialled = yield* dial(server, options)
  yield* dialled.hears("Connected")
  return { server, general: server.general, here: idOf(server.general), ...server.people, ...dialled }
})
