/** A channel as Discord tells it, cut down to what we use. */
import { ChannelType } from "discord-api-types/v10"
import type { ChannelId } from "../../domain/Ids.ts"

export interface Known {
  readonly id: string
  readonly type: ChannelType
  readonly name: string | null
  readonly guildId: string | null
  /** Of a thread its channel, of a channel its category. */
  readonly parentId: string | null
  readonly ownerId: string | null
}

const text = (value: unknown): string | null => (typeof value === "string" ? value : null)

/** The parts of a channel that every event has of it; further ones are looked for. */
export interface Told {
  readonly id: string
  readonly type: ChannelType
}

/** `guildId`: where the event names it apart. */
export const knownOf = (channel: Told, guildId?: string | null): Known => ({
  id: channel.id,
  type: channel.type,
  name: "name" in channel ? text(channel.name) : null,
  guildId: ("guild_id" in channel ? text(channel.guild_id) : null) ?? guildId ?? null,
  parentId: "parent_id" in channel ? text(channel.parent_id) : null,
  ownerId: "owner_id" in channel ? text(channel.owner_id) : null
})

export const isThread = ({ type }: { readonly type: ChannelType }): boolean =>
  type === ChannelType.PublicThread || type === ChannelType.PrivateThread || type === ChannelType.AnnouncementThread

/** Discord's own id of a channel of ours. */
export const snowflakeOf = (id: ChannelId): string => id.slice("discord:".length)
