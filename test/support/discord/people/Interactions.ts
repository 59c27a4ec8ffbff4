/** What people do with a bot's commands, buttons and forms. */
import { Effect } from "effect"
import type { Channel, Command, Interaction, InteractionAnswer, Json, Message, User } from "../world/Model.ts"
import { inChannel } from "../world/Permissions.ts"
import * as Render from "../world/Render.ts"
import { message } from "../world/RenderMessage.ts"
import { timeOf } from "../world/Snowflake.ts"
import type { World } from "../world/World.ts"
import { fill, type Filled } from "./CommandOptions.ts"

/** An interaction under way. */
export interface Asking {
  readonly interaction: Interaction
  /** Waits for the bot's first answer. */
  readonly answered: Effect.Effect<InteractionAnswer>
  /** What the person sees as the answer now, also if nobody else does; undefined while there is none. */
  readonly shown: () => Message | undefined
  /** What was said after it. */
  readonly followups: () => ReadonlyArray<Message>
  /** Three seconds pass: a first answer is refused from now on. */
  readonly miss: Effect.Effect<void>
  /** Fifteen minutes pass: its webhook is gone. */
  readonly expire: Effect.Effect<void>
}

export interface Interactions {
  /** A slash command, filled in as its registration allows. Dies if Discord's client would not send it. */
  readonly slash: (channel: Channel, user: User, name: string, filled?: Filled) => Effect.Effect<Asking>
  /** What is suggested while `focused` is typed. */
  readonly autocomplete: (
    channel: Channel,
    user: User,
    name: string,
    filled: Filled & { readonly focused: string }
  ) => Effect.Effect<Asking>
  /** A button. Dies if the message has none with this id that can be clicked. */
  readonly click: (message: Message, customId: string, user: User) => Effect.Effect<Asking>
  /** A select menu with what was chosen in it. */
  readonly select: (
    message: Message,
    customId: string,
    values: ReadonlyArray<string>,
    user: User
  ) => Effect.Effect<Asking>
  /** An entry of a message's context menu. */
  readonly messageMenu: (message: Message, name: string, user: User) => Effect.Effect<Asking>
  /** Sends the form that was the answer to an earlier interaction: texts by custom id. */
  readonly submitModal: (asking: Asking, values: Readonly<Record<string, string>>) => Effect.Effect<Asking>
}

const refuse = (text: string): never => {
  throw new Error(`Discord would not let anyone do that: ${text}.`)
}

const who = (world: World, channel: Channel, user: User): Json => {
  const member = world.guilds.get(channel.guildId ?? "")?.members.get(user.id)
  if (channel.guildId === undefined) return { user: Render.user(user) }
  if (member === undefined) return refuse(`${user.username} is not on the guild`)
  return { member: { ...Render.member(world, member), permissions: inChannel(world, channel, user.id).toString() } }
}

const walk = (components: ReadonlyArray<Json>): ReadonlyArray<Json> =>
  components.flatMap((one) => {
    const inner = [
      one["components"] ?? [],
      one["component"] ?? [],
      one["accessory"] ?? []
    ].flat() as unknown as ReadonlyArray<Json>
    return [one, ...walk(inner)]
  })

/** The form's fields with what was typed, in the shape in which the form had them. */
const submitted = (components: ReadonlyArray<Json>, values: Readonly<Record<string, string>>): ReadonlyArray<Json> =>
  components.map((one, index) => {
    const { component, components: row, custom_id, type } = one
    const common = { type, id: index + 1 }
    if (Array.isArray(row)) return { ...common, components: submitted(row as ReadonlyArray<Json>, values) }
    if (component !== undefined) return { ...common, component: submitted([component as Json], values)[0] }
    return { ...common, custom_id, value: values[String(custom_id)] ?? one["value"] ?? "" }
  })

export const makeInteractions = (world: World): Interactions => {
  const command = (channel: Channel, name: string, type: number): Command =>
    [...(world.commands.get(channel.guildId ?? "") ?? []), ...(world.commands.get("") ?? [])].find(
      (one) => one.name === name && one.type === type
    ) ?? refuse(`the bot has registered no command ${name}`)

  const ask = (type: number, channel: Channel, user: User, data: Json, on?: Message): Asking => {
    const id = world.nextId()
    const interaction: Interaction = {
      id,
      token: `token-${id}`,
      type,
      userId: user.id,
      channelId: channel.id,
      createdAt: timeOf(id),
      data,
      messageId: on?.id,
      answer: undefined,
      followups: [],
      expired: false,
      missed: false
    }
    const person = who(world, channel, user)
    world.interactions.set(id, interaction)
    const { guildId } = channel
    world.dispatch({
      name: "INTERACTION_CREATE",
      intents: 0,
      data: () => ({
        id,
        application_id: world.bot.applicationId,
        type,
        data,
        token: interaction.token,
        version: 1,
        channel_id: channel.id,
        channel: Render.channelFor(world, channel, user.id),
        ...person,
        ...(guildId === undefined
          ? { context: 1 }
          : { context: 0, guild_id: guildId, guild: { id: guildId, locale: "en-US", features: [] } }),
        ...(on !== undefined && { message: message(world, on, { content: true }) }),
        app_permissions: inChannel(world, channel, world.bot.user.id).toString(),
        authorizing_integration_owners: { "0": guildId ?? "0" },
        attachment_size_limit: world.attachmentLimit,
        locale: "en-US",
        guild_locale: "en-US",
        entitlements: []
      })
    })
    const find = (messageId: string | undefined) => world.messages.get(channel.id)?.get(messageId ?? "")
    return {
      interaction,
      answered: world.until(() => interaction.answer),
      shown: () => find(interaction.answer?.messageId),
      followups: () => interaction.followups.flatMap((one) => find(one) ?? []),
      miss: Effect.sync(() => void (interaction.missed = true)),
      expire: Effect.sync(() => void (interaction.expired = true))
    }
  }

  const run = (type: 2 | 4, channel: Channel, user: User, name: string, filled: Filled, focused?: string): Asking => {
    const found = command(channel, name, 1)
    const filling = { world, channel, userId: user.id, ...(focused !== undefined && { focused }) }
    const data = { id: found.id, name, type: 1, ...fill(filling, found.options, filled) }
    return ask(type, channel, user, found.guildId === undefined ? data : { ...data, guild_id: found.guildId })
  }

  const channelOf = (one: Message): Channel =>
    world.channels.get(one.channelId) ?? refuse("the channel of the message is gone")

  const use = (one: Message, customId: string, user: User, more: Json): Asking => {
    const present = world.messages.get(one.channelId)?.get(one.id) ?? refuse("the message is gone")
    const component =
      walk(present.components).find((some) => some["custom_id"] === customId) ??
      refuse(`the message has nothing with the id ${customId}`)
    if (component["disabled"] === true) refuse(`${customId} is greyed out`)
    const data = { component_type: component["type"], custom_id: customId, id: 1, ...more }
    return ask(3, channelOf(one), user, data, present)
  }

  return {
    slash: (channel, user, name, filled = {}) => Effect.sync(() => run(2, channel, user, name, filled)),
    autocomplete: (channel, user, name, { focused, ...filled }) =>
      Effect.sync(() => run(4, channel, user, name, filled, focused)),
    click: (on, customId, user) => Effect.sync(() => use(on, customId, user, {})),
    select: (on, customId, values, user) => Effect.sync(() => use(on, customId, user, { values })),
    messageMenu: (on, name, user) =>
      Effect.sync(() => {
        const channel = channelOf(on)
        const found = command(channel, name, 3)
        const messages = { [on.id]: message(world, on, { content: true }) }
        return ask(2, channel, user, { id: found.id, name, type: 3, target_id: on.id, resolved: { messages } })
      }),
    submitModal: (asking, values) =>
      Effect.sync(() => {
        const { answer, channelId, messageId, userId } = asking.interaction
        if (answer?.type !== 9) return refuse("the answer is no form")
        const form = answer.data
        const components = submitted((form["components"] ?? []) as ReadonlyArray<Json>, values)
        const channel = world.channels.get(channelId) ?? refuse("the channel is gone")
        const user = world.users.get(userId) ?? refuse("the person is gone")
        const on = world.messages.get(channelId)?.get(messageId ?? "")
        return ask(5, channel, user, { custom_id: form["custom_id"], components }, on)
      })
  }
}
