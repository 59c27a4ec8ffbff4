/** Finds what a path names, and refuses as Discord does what is not there or not allowed. */
import { missingAccess, missingPermissions, unknownChannel, unknownGuild, unknownMessage } from "../world/ApiError.ts"
import type { Channel, Guild, Message } from "../world/Model.ts"
import { botMay, inGuild, Permission } from "../world/Permissions.ts"
import * as Messages from "../world/Messages.ts"
import type { Asked } from "./Router.ts"

export const guild = (asked: Asked): Guild => {
  const found = asked.world.guilds.get(asked.param("guild_id"))
  if (found === undefined) throw unknownGuild()
  return found
}

export const needInGuild = (asked: Asked, one: Guild, permission: bigint): void => {
  if ((inGuild(one, asked.world.bot.user.id) & permission) !== permission) throw missingPermissions()
}

/** A channel that the bot can see. */
export const channel = (asked: Asked): Channel => {
  const found = asked.world.channels.get(asked.param("channel_id"))
  if (found === undefined) throw unknownChannel()
  if (!botMay(asked.world, found, Permission.viewChannel)) throw missingAccess()
  return found
}

export const need = (asked: Asked, one: Channel, permission: bigint): void => {
  if (!botMay(asked.world, one, permission)) throw missingPermissions()
}

/** A message that people can see, too. */
export const message = (asked: Asked, one: Channel): Message => {
  const found = Messages.visible(asked.world, one.id).find(({ id }) => id === asked.param("message_id"))
  if (found === undefined) throw unknownMessage()
  return found
}

/** What the application may see of others' messages, as switched on in the developer portal. */
export const sight = (asked: Asked) => ({ content: asked.world.bot.privileged.messageContent })
