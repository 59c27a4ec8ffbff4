/** The real discord.js, pointed at the test's Discord. */
import { Client, type ClientEvents, type ClientOptions, GatewayIntentBits, type TextChannel } from "discord.js"
import { Deferred, Effect } from "effect"
import * as Server from "../../../support/discord/DiscordServer.ts"

export const intents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildMessageReactions,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent
]

export interface Bot {
  readonly client: Client
  /** Waits for an event, also one that was there; `times` counts those that match. */
  readonly hears: <Name extends keyof ClientEvents>(
    name: Name,
    matches?: (...args: ClientEvents[Name]) => boolean,
    times?: number
  ) => Effect.Effect<ClientEvents[Name]>
  /** What it has heard so far. */
  readonly heard: <Name extends keyof ClientEvents>(name: Name) => ReadonlyArray<ClientEvents[Name]>
}

export const call = <A>(act: () => Promise<A>) => Effect.promise(act)

/** For what has another type in each kind of channel. */
export const done = (act: () => Promise<unknown>) => Effect.promise(act)

/** What a promise is rejected with. */
export const refusal = (act: () => Promise<unknown>) =>
  Effect.promise(() =>
    act().then(
      () => Promise.reject(new Error("It was not refused.")),
      (error: unknown) =>
        error as { readonly code?: number; readonly status?: number; readonly name: string; readonly message: string }
    )
  )

/** A client that ends with the scope; not logged in yet. */
export const makeBot = (server: Server.DiscordServer, options: Partial<ClientOptions> = {}) =>
  Effect.gen(function* () {
    const client = yield* Effect.acquireRelease(
      Effect.sync(() => new Client({ intents, ...options, rest: { api: server.api, ...options.rest } })),
      (client) => Effect.promise(() => client.destroy())
    )
    const heard: Array<readonly [string, ReadonlyArray<unknown>]> = []
    const looks = new Set<() => void>()
    const emit = client.emit.bind(client)
    client.emit = (name: string, ...args: Array<unknown>) => {
      heard.push([name, args])
      for (const look of looks) look()
      return (emit as (name: string, ...args: Array<unknown>) => boolean)(name, ...args)
    }
    client.on("error", () => undefined)
    const of = <Name extends keyof ClientEvents>(name: Name) =>
      heard.filter(([of]) => of === name).map(([, args]) => args as ClientEvents[Name])
    const bot: Bot = {
      client,
      heard: of,
      hears: <Name extends keyof ClientEvents>(
        name: Name,
        matches: (...args: ClientEvents[Name]) => boolean = () => true,
        times = 1
      ) =>
        Effect.suspend(() => {
          const found = Deferred.makeUnsafe<ClientEvents[Name]>()
          const look = () => {
            const wanted = of(name).filter((args) => matches(...args))[times - 1]
            if (wanted === undefined) return
            looks.delete(look)
            Deferred.doneUnsafe(found, Effect.succeed(wanted))
          }
          looks.add(look)
          look()
          return Deferred.await(found)
        })
    }
    return bot
  })

/** Logged in, with its guilds. */
export const login = (server: Server.DiscordServer, options: Partial<ClientOptions> = {}) =>
  Effect.gen(function* () {
    const bot = yield* makeBot(server, options)
    yield* call(() => bot.client.login(server.token))
    yield* bot.hears("clientReady")
    return bot
  })

/** A Discord with the bot on it, and the channel `general` as the bot sees it. */
export const enter = (options: Server.Options = {}, client: Partial<ClientOptions> = {}) =>
  Effect.gen(function* () {
    const server = yield* Server.make(options)
    const bot = yield* login(server, client)
    const general = bot.client.channels.cache.get(server.general.id) as TextChannel
    return { server, bot, general, ...server.people }
  })
