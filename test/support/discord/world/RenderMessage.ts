/** Messages as the API writes them, for somebody who may or may not see what is said. */
import type { Channel, Interaction, Json, Message } from "./Model.ts"
import { MessageType } from "./Model.ts"
import * as Render from "./Render.ts"
import { instant } from "./Snowflake.ts"
import type { Sight, World } from "./World.ts"

/** Without the privileged intent only direct messages, own ones and those that mention the bot have content. */
const hidden = (world: World, message: Message, sight: Sight): boolean =>
  !sight.content &&
  world.channels.get(message.channelId)?.guildId !== undefined &&
  message.authorId !== world.bot.user.id &&
  !message.mentions.includes(world.bot.user.id)

const attachments = (message: Message): ReadonlyArray<Json> =>
  message.attachments.map((one) => ({
    id: one.id,
    filename: one.filename,
    size: one.size,
    url: one.url,
    proxy_url: one.url,
    ...(one.contentType !== undefined && { content_type: one.contentType }),
    ...(one.description !== undefined && { description: one.description })
  }))

/** Components get numbers in order of appearance. */
const numbered = (components: ReadonlyArray<Json>, next: { id: number }): ReadonlyArray<Json> =>
  components.map((one) => {
    const given = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null && value !== undefined))
    const id = typeof one["id"] === "number" && one["id"] > 0 ? one["id"] : ++next.id
    const inner = one["components"]
    return {
      ...given,
      id,
      ...(Array.isArray(inner) && { components: numbered(inner as ReadonlyArray<Json>, next) })
    }
  })

const embeds = (message: Message): ReadonlyArray<Json> =>
  message.embeds.map((one) => ({
    ...Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null && value !== undefined)),
    type: "rich"
  }))

export const interactionMetadata = (world: World, one: Interaction): Json => {
  const guildId = world.channels.get(one.channelId)?.guildId
  const origin = [...world.interactions.values()].find(
    ({ answer }) => answer?.data["custom_id"] === one.data["custom_id"]
  )
  return {
    id: one.id,
    type: one.type,
    user: Render.userById(world, one.userId),
    authorizing_integration_owners: { "0": guildId ?? "0" },
    ...(one.type === 3 && { interacted_message_id: one.messageId }),
    ...(one.type === 5 &&
      origin !== undefined && { triggering_interaction_metadata: interactionMetadata(world, origin) })
  }
}

const ofInteraction = (world: World, message: Message): Json => {
  const interaction = world.interactions.get(message.interactionId ?? "")
  if (interaction === undefined) return {}
  const named = interaction.type === 2
  return {
    application_id: world.bot.applicationId,
    webhook_id: world.bot.applicationId,
    interaction_metadata: interactionMetadata(world, interaction),
    ...(named && {
      interaction: {
        id: interaction.id,
        type: interaction.type,
        name: String(interaction.data["name"]),
        user: Render.userById(world, interaction.userId)
      }
    })
  }
}

const reactions = (world: World, message: Message): ReadonlyArray<Json> =>
  [...message.reactions].map(([name, who]) => ({
    emoji: { id: null, name },
    count: who.size,
    count_details: { burst: 0, normal: who.size },
    burst_colors: [],
    me_burst: false,
    me: who.has(world.bot.user.id)
  }))

const referenced = (world: World, message: Message, sight: Sight): Json => {
  if (message.reference === undefined) return {}
  const { channelId, messageId } = message.reference
  const target = world.messages.get(channelId)?.get(messageId)
  const guild_id = world.channels.get(channelId)?.guildId
  return {
    message_reference: {
      type: 0,
      channel_id: channelId,
      ...(message.type !== MessageType.threadCreated && { message_id: messageId }),
      ...(guild_id !== undefined && { guild_id })
    },
    ...((message.type === MessageType.reply || message.type === MessageType.threadStarter) && {
      referenced_message: target === undefined ? null : basic(world, target, sight)
    })
  }
}

const basic = (world: World, one: Message, sight: Sight): Json => {
  const blind = hidden(world, one, sight)
  const thread = world.channels.get(one.id)
  return {
    id: one.id,
    channel_id: one.channelId,
    author: Render.userById(world, one.authorId),
    type: one.type,
    content: blind ? "" : one.content,
    mentions: one.mentions.map((id) => Render.userById(world, id)),
    mention_roles: one.mentionRoles,
    mention_everyone: one.mentionEveryone,
    attachments: blind ? [] : attachments(one),
    embeds: blind ? [] : embeds(one),
    components: blind ? [] : numbered(one.components, { id: 0 }),
    timestamp: instant(one.createdAt),
    edited_timestamp: one.editedAt === undefined ? null : instant(one.editedAt),
    flags: one.flags,
    pinned: false,
    tts: false,
    ...(one.nonce !== undefined && { nonce: one.nonce }),
    ...(thread !== undefined && { thread: Render.channel(world, thread) }),
    ...ofInteraction(world, one)
  }
}

export const message = (world: World, one: Message, sight: Sight): Json => {
  const found = reactions(world, one)
  return {
    ...basic(world, one, sight),
    ...referenced(world, one, sight),
    ...(found.length > 0 && { reactions: found })
  }
}

/** As the gateway tells it: with the guild and who wrote as its member. */
export const messageEvent = (world: World, channel: Channel, one: Message, sight: Sight): Json => {
  const guild = channel.guildId === undefined ? undefined : world.guilds.get(channel.guildId)
  const memberOf = (id: string) => {
    const found = guild?.members.get(id)
    return found === undefined ? {} : { member: Render.memberWithoutUser(found) }
  }
  return {
    ...message(world, one, sight),
    channel_type: channel.type,
    mentions: one.mentions.map((id) => ({ ...Render.userById(world, id), ...memberOf(id) })),
    ...(guild !== undefined && { guild_id: guild.id, ...(one.interactionId === undefined && memberOf(one.authorId)) })
  }
}
