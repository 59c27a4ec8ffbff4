/** What happens to guilds: founded, joined, their channels and roles changed. */
import type { Channel, Guild, Member, Role, User } from "./Model.ts"
import { ChannelType } from "./Model.ts"
import { Intent } from "./Intents.ts"
import * as Render from "./Render.ts"
import * as Threads from "./Threads.ts"
import type { World } from "./World.ts"

export const addUser = (world: World, username: string, bot = false): User => {
  const user: User = { id: world.nextId(), username, globalName: bot ? null : username, bot }
  world.users.set(user.id, user)
  return user
}

export const addMember = (world: World, guild: Guild, user: User, roles: ReadonlyArray<string> = []): Member => {
  const member: Member = { userId: user.id, joinedAt: world.now(), roles: [...roles] }
  guild.members.set(user.id, member)
  world.dispatch({
    name: "GUILD_MEMBER_ADD",
    intents: Intent.members,
    data: () => ({ ...Render.member(world, member), guild_id: guild.id })
  })
  return member
}

/** A guild whose owner is a person; the bot is in it with a role of its own. */
export const found = (
  world: World,
  name: string,
  owner: User,
  permissions: { readonly everyone: bigint; readonly bot: bigint }
): Guild => {
  const id = world.nextId()
  const botRole = world.nextId()
  const botId = world.bot.user.id
  const guild: Guild = {
    id,
    name,
    ownerId: owner.id,
    roles: new Map<string, Role>([
      [id, { id, guildId: id, name: "@everyone", permissions: permissions.everyone, position: 0 }],
      [
        botRole,
        { id: botRole, guildId: id, name: world.bot.user.username, permissions: permissions.bot, position: 1, botId }
      ]
    ]),
    members: new Map<string, Member>([
      [owner.id, { userId: owner.id, joinedAt: world.now(), roles: [] }],
      [botId, { userId: botId, joinedAt: world.now(), roles: [botRole] }]
    ])
  }
  world.guilds.set(id, guild)
  return guild
}

const tell = (world: World, name: string, channel: Channel) =>
  world.dispatch({ name, intents: Intent.guilds, channel, data: () => Render.channel(world, channel) })

export interface NewChannel {
  readonly name: string
  readonly type?: number | undefined
  readonly topic?: string | null | undefined
  readonly parentId?: string | null | undefined
}

/** Text channels have lower-case names without spaces. */
export const channelName = (type: number, name: string): string =>
  type === ChannelType.text ? name.toLowerCase().replaceAll(/\s+/g, "-") : name

export const addChannel = (world: World, guild: Guild, given: NewChannel): Channel => {
  const type = given.type ?? ChannelType.text
  const channel: Channel = {
    id: world.nextId(),
    type,
    guildId: guild.id,
    name: channelName(type, given.name),
    topic: given.topic ?? null,
    parentId: given.parentId ?? null,
    position: [...world.channels.values()].filter(({ guildId, thread }) => guildId === guild.id && !thread).length,
    slowmode: 0,
    lastMessageId: null,
    overwrites: []
  }
  world.channels.set(channel.id, channel)
  tell(world, "CHANNEL_CREATE", channel)
  return channel
}

export const channelUpdated = (world: World, channel: Channel) => tell(world, "CHANNEL_UPDATE", channel)

/** Its threads go with it, without a word of their own. */
export const removeChannel = (world: World, channel: Channel): void => {
  tell(world, "CHANNEL_DELETE", channel)
  const gone = [...world.channels.values()].filter(({ id, parentId, thread }) => {
    return id === channel.id || (thread !== undefined && parentId === channel.id)
  })
  for (const { id } of gone) {
    world.channels.delete(id)
    world.messages.delete(id)
  }
  world.changed()
}

/** Changes what a member or role may in a channel; who gains sight of it is told of its threads. */
export const overwrite = (
  world: World,
  channel: Channel,
  target: { readonly id: string; readonly type: 0 | 1 },
  change: { readonly allow?: bigint; readonly deny?: bigint }
): void => {
  const present = channel.overwrites.findIndex(({ id }) => id === target.id)
  if (present !== -1) channel.overwrites.splice(present, 1)
  const { allow = 0n, deny = 0n } = change
  if (allow !== 0n || deny !== 0n) channel.overwrites.push({ ...target, allow, deny })
  channelUpdated(world, channel)
  Threads.sync(world, channel)
}

export const addRole = (world: World, guild: Guild, name: string, permissions = 0n): Role => {
  const role: Role = { id: world.nextId(), guildId: guild.id, name, permissions, position: guild.roles.size }
  guild.roles.set(role.id, role)
  roleEvent(world, "GUILD_ROLE_CREATE", role)
  return role
}

export const roleEvent = (world: World, name: "GUILD_ROLE_CREATE" | "GUILD_ROLE_UPDATE", role: Role) =>
  world.dispatch({
    name,
    intents: Intent.guilds,
    data: () => ({ guild_id: role.guildId, role: Render.role(role) })
  })

export const removeRole = (world: World, role: Role): void => {
  const guild = world.guilds.get(role.guildId)
  guild?.roles.delete(role.id)
  for (const member of guild?.members.values() ?? []) member.roles = member.roles.filter((id) => id !== role.id)
  world.dispatch({
    name: "GUILD_ROLE_DELETE",
    intents: Intent.guilds,
    data: () => ({ guild_id: role.guildId, role_id: role.id })
  })
}

/** Told to a bot about others only with the privileged intent, about itself always. */
export const memberRoles = (world: World, guild: Guild, userId: string, roles: ReadonlyArray<string>): void => {
  const member = guild.members.get(userId)
  if (member === undefined) throw new Error(`${userId} is no member of ${guild.name}.`)
  member.roles = [...roles]
  world.dispatch({
    name: "GUILD_MEMBER_UPDATE",
    intents: userId === world.bot.user.id ? Intent.guilds : Intent.members,
    data: () => ({ ...Render.member(world, member), guild_id: guild.id })
  })
}
