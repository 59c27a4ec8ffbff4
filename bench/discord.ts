/**
 * How long a person on Discord waits until a command is acknowledged while a hundred runs are at work, each of them
 * shown in its channel: the real discord.js against the Discord of the tests, in the same process.
 */
import { Deferred, Effect, Layer } from "effect"
import { neededPermissions } from "../src/domain/chat/Invite.ts"
import * as Discord from "../src/layers/discord/Discord.ts"
import * as Inbox from "../src/layers/Inbox.ts"
import * as Events from "../src/platforms/Events.ts"
import * as Handlers from "../src/platforms/Handlers.ts"
import * as Presenter from "../src/platforms/Presenter.ts"
import * as AgentScripted from "../src/services/AgentScripted.ts"
import type { Script } from "../src/services/AgentScriptedProcess.ts"
import { ChatPlatforms } from "../src/services/ChatPlatform.ts"
import * as DiscordServer from "../test/support/discord/DiscordServer.ts"
import * as Actors from "./actors.ts"
import { quantile } from "./figure.ts"
import { directory, report } from "./support.ts"

const channels = 100
const commands = 300

/** Uses a tool after another, until the end. */
const busy =
  (over: Deferred.Deferred<void>): Script =>
  (prompt, stage) =>
    Effect.gen(function* () {
      for (let step = 0; !(yield* Deferred.isDone(over)); step++) {
        const toolUseId = `${prompt.promptId}-${step}`
        const input = { command: `make step-${step}` }
        yield* stage.tell({ _tag: "ToolStarted", uuid: `${toolUseId}-a`, toolUseId, name: "Bash", input })
        yield* Effect.raceFirst(Effect.sleep("5 seconds"), Deferred.await(over))
        yield* stage.tell({ _tag: "ToolEnded", uuid: `${toolUseId}-b`, toolUseId, isError: false, output: "done" })
      }
      yield* stage.say("Done.")
    })

const measure = Effect.gen(function* () {
  const server = yield* DiscordServer.make({ botPermissions: neededPermissions })
  const over = yield* Deferred.make<void>()
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
  const keys = { platforms: ["discord"], discord_token: server.token, discord_app_id: server.applicationId }
  const actors = Actors.layer(
    yield* directory,
    AgentScripted.layer(busy(over)),
    { max_concurrent_runs: channels, permissions: { owners: { users: [server.owner.id] } }, ...keys },
    undefined,
    chat
  )
  const face = Events.layer.pipe(Layer.provide(Handlers.layer), Layer.provide(Inbox.layer))
  const supervisor = Layer.merge(face, Presenter.layer).pipe(Layer.provideMerge(actors))
  return yield* Effect.gen(function* () {
    const { gateway, guild, interactions, messages, owner, people, until, world } = server
    yield* until(() => gateway.connected() && world.commands.size > 0)
    const rooms = yield* Effect.forEach(Array.from({ length: channels }).keys(), (n) =>
      people.channel(guild, { name: `room-${n}` })
    )
    for (const room of rooms) yield* people.userSays(room, owner, `<@${server.bot.id}> work`)
    yield* until(() => rooms.every((room) => messages(room).some(({ content }) => content.includes("make step"))))
    const waits: Array<number> = []
    for (let count = 0; count < commands; count++) {
      const at = performance.now()
      const asking = yield* interactions.slash(rooms[count % channels]!, owner, "loop", { subcommand: "status" })
      yield* asking.answered
      waits.push(performance.now() - at)
      yield* Effect.sleep("20 millis")
    }
    yield* Deferred.succeed(over, undefined)
    const against = `${commands} commands while ${channels} runs are shown, scripted engine, real discord.js, one process`
    return [
      { what: "discord: command -> acknowledged, p50", value: quantile(waits, 0.5), unit: "ms", against },
      { what: "discord: command -> acknowledged, p99", value: quantile(waits, 0.99), unit: "ms", against, atMost: 500 }
    ]
  }).pipe(Effect.provide(supervisor))
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
