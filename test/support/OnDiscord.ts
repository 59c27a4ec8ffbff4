/**
 * The whole program on the test's Discord: the server as a child process that knows no other platform, what people write
 * there and what they see. Whoever owns the guild owns this Loop, unless the keys say otherwise.
 */
import { Context, Effect, Layer } from "effect"
import { neededPermissions } from "../../src/domain/chat/Invite.ts"
import * as DiscordServer from "./discord/DiscordServer.ts"
import type { Channel, Message, User } from "./discord/world/Model.ts"
import * as Program from "./Program.ts"

type Matches = (message: Message) => boolean

export class OnDiscord extends Context.Service<
  OnDiscord,
  DiscordServer.DiscordServer & {
    /** A text channel of its own. */
    readonly room: (name: string) => Effect.Effect<Channel>
    /** Somebody (the owner, when absent) writes with a mention of the bot. */
    readonly calls: (channel: Channel, text: string, by?: User) => Effect.Effect<Message>
    /** Waits for something that the bot has said; dies with what is there and the server's log. */
    readonly sees: (channel: Channel, matches: Matches) => Effect.Effect<Message>
    /** What the bot has said, as people see it now, oldest first. */
    readonly said: (channel: Channel) => ReadonlyArray<string>
    /** The same without status messages and the lines that they become. */
    readonly answers: (channel: Channel) => ReadonlyArray<string>
    /** Waits until it is connected and its commands are there. */
    readonly ready: Effect.Effect<void>
  }
>()("loop/test/OnDiscord") {}

export const says =
  (text: string): Matches =>
  ({ content }) =>
    content === text

export const has =
  (text: string): Matches =>
  ({ content }) =>
    content.includes(text)

/** The line under an answer that has been given. */
export const isFooter: Matches = ({ components, content }) =>
  /^-# (\d+ (h|min|s) ?)+$/.test(content) && components.length === 0

interface Button {
  readonly custom_id: string
  readonly label: string
}

const buttons = ({ components }: Message): ReadonlyArray<Button> =>
  components.flatMap((row) => (row["components"] ?? []) as ReadonlyArray<Button>)

/** The button with that label, for `click`; dies where there is none. */
export const button = (message: Message, label: string): string => {
  const found = buttons(message).find((one) => one.label === label)
  if (found === undefined) throw new Error(`No ${label} on: ${JSON.stringify(message.components)}`)
  return found.custom_id
}

export const hasButton =
  (label: string): Matches =>
  (message) =>
    buttons(message).some((one) => one.label === label)

/** Both, with nothing started yet. */
export const make = Effect.fnUntraced(function* (keys: Readonly<Record<string, unknown>> = {}) {
  const server = yield* DiscordServer.make({ botPermissions: neededPermissions })
  const program = yield* Program.make({
    platforms: ["discord"],
    discord_token: server.token,
    discord_app_id: server.applicationId,
    discord_guild_id: server.guild.id,
    discord_api_url: server.api,
    permissions: { owners: { users: [server.owner.id] } },
    ...keys
  })
  const ours = (channel: Channel) => server.messages(channel).filter(({ authorId }) => authorId === server.bot.id)
  const waits = <A>(found: Effect.Effect<A>, seen: () => unknown) =>
    Effect.timeoutOrElse(found, {
      duration: "60 seconds",
      orElse: () =>
        Effect.die(
          new Error(`Never came.\nseen: ${JSON.stringify(seen(), null, 1)}\nlog: ${program.log().slice(-4000)}`)
        )
    })
  const discord = OnDiscord.of({
    ...server,
    room: (name) => server.people.channel(server.guild, { name }),
    calls: (channel, text, by = server.owner) => server.people.userSays(channel, by, `<@${server.bot.id}> ${text}`),
    sees: (channel, matches) =>
      waits(
        server.until(() => ours(channel).find(matches)),
        () => server.messages(channel).map(({ components, content }) => ({ content, components }))
      ),
    said: (channel) => ours(channel).map(({ content }) => content),
    answers: (channel) =>
      ours(channel).flatMap((message) => (isFooter(message) || hasButton("Stop")(message) ? [] : [message.content])),
    ready: Effect.asVoid(
      waits(
        server.until(() => server.gateway.connected() && server.world.commands.size > 0),
        () => server.requests.slice(-20).map(({ method, route }) => `${method} ${route}`)
      )
    )
  })
  return Context.make(Program.Program, program).pipe(Context.add(OnDiscord, discord))
})

/** One running server for many tests. */
export const onDiscord = (keys?: Readonly<Record<string, unknown>>) =>
  Layer.effectContext(
    Effect.gen(function* () {
      const both = yield* make(keys)
      yield* Context.get(both, Program.Program).start()
      yield* Context.get(both, OnDiscord).ready
      return both
    })
  ).pipe(Layer.provideMerge(Program.imageReady))
