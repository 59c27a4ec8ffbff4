/** People, roles, guilds and channels as the API writes them. */
import type { Channel, Command, Guild, Json, Member, Role, User } from "./Model.ts"
import { ChannelType } from "./Model.ts"
import { inChannel } from "./Permissions.ts"
import { instant } from "./Snowflake.ts"
import type { World } from "./World.ts"

export const user = (one: User): Json => ({
  id: one.id,
  username: one.username,
  global_name: one.globalName,
  avatar: null,
  discriminator: one.bot ? "4242" : "0",
  public_flags: 0,
  flags: 0,
  banner: null,
  accent_color: null,
  avatar_decoration_data: null,
  collectibles: null,
  primary_guild: null,
  ...(one.bot && { bot: true })
})

export const userById = (world: World, id: string): Json => {
  const found = world.users.get(id)
  if (found === undefined) throw new Error(`There is no user ${id} in the test's Discord.`)
  return user(found)
}

/** The bot as it sees itself. */
export const self = (world: World): Json => ({
  ...user(world.bot.user),
  mfa_enabled: true,
  locale: "en-US",
  premium_type: 0,
  email: null,
  verified: true
})

/** As in a message event: without the user. */
export const memberWithoutUser = (member: Member): Json => ({
  avatar: null,
  banner: null,
  communication_disabled_until: null,
  flags: 0,
  joined_at: instant(member.joinedAt),
  nick: null,
  pending: false,
  premium_since: null,
  roles: member.roles,
  mute: false,
  deaf: false
})

export const member = (world: World, one: Member): Json => ({
  ...memberWithoutUser(one),
  user: userById(world, one.userId)
})

export const role = (one: Role): Json => ({
  id: one.id,
  name: one.name,
  permissions: one.permissions.toString(),
  position: one.position,
  color: 0,
  colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
  hoist: false,
  managed: one.botId !== undefined,
  mentionable: false,
  icon: null,
  unicode_emoji: null,
  flags: 0,
  ...(one.botId !== undefined && { tags: { bot_id: one.botId } })
})

export const guild = (one: Guild): Json => ({
  id: one.id,
  name: one.name,
  icon: null,
  description: null,
  home_header: null,
  splash: null,
  discovery_splash: null,
  features: [],
  banner: null,
  owner_id: one.ownerId,
  application_id: null,
  region: "deprecated",
  afk_channel_id: null,
  afk_timeout: 300,
  system_channel_id: null,
  system_channel_flags: 0,
  widget_enabled: false,
  widget_channel_id: null,
  verification_level: 0,
  roles: [...one.roles.values()].map(role),
  default_message_notifications: 0,
  mfa_level: 0,
  explicit_content_filter: 0,
  max_presences: null,
  max_members: 250_000,
  max_stage_video_channel_users: 50,
  max_video_channel_users: 25,
  vanity_url_code: null,
  premium_tier: 0,
  premium_subscription_count: 0,
  preferred_locale: "en-US",
  rules_channel_id: null,
  safety_alerts_channel_id: null,
  public_updates_channel_id: null,
  premium_progress_bar_enabled: false,
  nsfw: false,
  nsfw_level: 0,
  emojis: [],
  stickers: [],
  incidents_data: null
})

export const threadMember = (channel: Channel, userId: string): Json => ({
  id: channel.id,
  user_id: userId,
  join_timestamp: instant(channel.thread?.members.get(userId) ?? 0),
  flags: 0
})

const thread = (world: World, one: Channel): Json => {
  const state = one.thread
  if (state === undefined) return {}
  return {
    owner_id: state.ownerId,
    thread_metadata: {
      archived: state.archived,
      archive_timestamp: instant(state.archiveChangedAt),
      auto_archive_duration: state.autoArchive,
      locked: state.locked,
      create_timestamp: instant(state.archiveChangedAt)
    },
    message_count: state.messageCount,
    total_message_sent: state.messageCount,
    member_count: Math.min(state.members.size, 50),
    ...(state.members.has(world.bot.user.id) && { member: threadMember(one, world.bot.user.id) })
  }
}

export const channel = (world: World, one: Channel): Json => {
  const common = { id: one.id, type: one.type, flags: 0, last_message_id: one.lastMessageId }
  if (one.type === ChannelType.dm) {
    return { ...common, recipients: [userById(world, one.recipientId ?? "")] }
  }
  const inGuild = {
    ...common,
    guild_id: one.guildId,
    name: one.name,
    parent_id: one.parentId,
    rate_limit_per_user: one.slowmode
  }
  if (one.thread !== undefined) return { ...inGuild, ...thread(world, one) }
  return {
    ...inGuild,
    topic: one.topic,
    position: one.position,
    nsfw: false,
    permission_overwrites: one.overwrites.map(({ allow, deny, id, type }) => ({
      id,
      type,
      allow: allow.toString(),
      deny: deny.toString()
    }))
  }
}

/** As an interaction shows it: with the permissions of who acts. */
export const channelFor = (world: World, one: Channel, userId: string): Json => ({
  ...channel(world, one),
  permissions: inChannel(world, one, userId).toString()
})

export const command = (world: World, one: Command): Json => ({
  ...Object.fromEntries(Object.entries(one.given).filter(([, value]) => value !== undefined && value !== null)),
  id: one.id,
  application_id: world.bot.applicationId,
  version: one.version,
  type: one.type,
  name: one.name,
  description: one.description,
  default_member_permissions: one.given["default_member_permissions"]?.toString() ?? null,
  nsfw: one.given["nsfw"] === true,
  ...(one.guildId !== undefined && { guild_id: one.guildId })
})
