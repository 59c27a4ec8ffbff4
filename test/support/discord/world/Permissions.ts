/** What the bot may do, computed as Discord documents it: everyone, roles, then the overwrites of the channel. */
import type { Channel, Guild, Overwrite } from "./Model.ts"
import type { World } from "./World.ts"

export const Permission = {
  addReactions: 1n << 6n,
  administrator: 1n << 3n,
  manageChannels: 1n << 4n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readMessageHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  manageThreads: 1n << 34n,
  createPublicThreads: 1n << 35n,
  createPrivateThreads: 1n << 36n,
  sendMessagesInThreads: 1n << 38n
} as const

const all = Object.values(Permission).reduce((sum, bit) => sum | bit, 0n)

/** What everybody may in a new guild, as far as the server looks at it. */
export const everyoneDefault =
  Permission.addReactions |
  Permission.viewChannel |
  Permission.sendMessages |
  Permission.embedLinks |
  Permission.attachFiles |
  Permission.readMessageHistory |
  Permission.mentionEveryone |
  Permission.createPublicThreads |
  Permission.createPrivateThreads |
  Permission.sendMessagesInThreads

const overwrite = (permissions: bigint, by: ReadonlyArray<Overwrite>): bigint => {
  const deny = by.reduce((sum, one) => sum | one.deny, 0n)
  const allow = by.reduce((sum, one) => sum | one.allow, 0n)
  return (permissions & ~deny) | allow
}

export const inGuild = (guild: Guild, userId: string): bigint => {
  if (guild.ownerId === userId) return all
  const roles = [guild.id, ...(guild.members.get(userId)?.roles ?? [])]
  const permissions = roles.reduce((sum, id) => sum | (guild.roles.get(id)?.permissions ?? 0n), 0n)
  return (permissions & Permission.administrator) === 0n ? permissions : all | permissions
}

/** A thread has those of its parent; a direct channel allows all. */
export const inChannel = (world: World, channel: Channel, userId: string): bigint => {
  const guild = channel.guildId === undefined ? undefined : world.guilds.get(channel.guildId)
  if (guild === undefined) return all
  if (channel.thread !== undefined) {
    const parent = world.channels.get(channel.parentId ?? "")
    return parent === undefined ? 0n : inChannel(world, parent, userId)
  }
  const base = inGuild(guild, userId)
  if ((base & Permission.administrator) !== 0n || guild.ownerId === userId) return base
  const roles = guild.members.get(userId)?.roles ?? []
  const of = (matches: (one: Overwrite) => boolean) => channel.overwrites.filter(matches)
  return overwrite(
    overwrite(
      overwrite(
        base,
        of(({ id }) => id === guild.id)
      ),
      of(({ id, type }) => type === 0 && id !== guild.id && roles.includes(id))
    ),
    of(({ id, type }) => type === 1 && id === userId)
  )
}

export const may = (world: World, channel: Channel, userId: string, permission: bigint): boolean =>
  (inChannel(world, channel, userId) & permission) === permission

export const botMay = (world: World, channel: Channel, permission: bigint): boolean =>
  may(world, channel, world.bot.user.id, permission)
