/** What happens to messages, whoever does it: posted, edited, removed, reacted to. */
import type { Attachment, Channel, Json, Message } from "./Model.ts"
import { ChannelType, MessageFlag, MessageType } from "./Model.ts"
import { messagesOf, reactionsOf } from "./Intents.ts"
import { mentioned } from "./Mentions.ts"
import { messageEvent } from "./RenderMessage.ts"
import { compareIds, timeOf } from "./Snowflake.ts"
import * as Threads from "./Threads.ts"
import type { World } from "./World.ts"

export interface Upload {
  readonly filename: string
  readonly bytes: Uint8Array
  readonly contentType?: string | undefined
  readonly description?: string | undefined
}

export interface Draft {
  readonly authorId: string
  readonly content: string
  readonly type?: number
  readonly uploads?: ReadonlyArray<Upload>
  readonly embeds?: ReadonlyArray<Json>
  readonly components?: ReadonlyArray<Json>
  readonly flags?: number
  readonly allowedMentions?: Json | undefined
  readonly reference?: { readonly channelId: string; readonly messageId: string } | undefined
  readonly nonce?: string | number | undefined
  readonly interactionId?: string | undefined
}

export const of = (world: World, channelId: string): Map<string, Message> => {
  const found = world.messages.get(channelId)
  if (found !== undefined) return found
  const made = new Map<string, Message>()
  world.messages.set(channelId, made)
  return made
}

const isEphemeral = (message: Message) => (message.flags & MessageFlag.ephemeral) !== 0

/** As people see a channel, oldest first. */
export const visible = (world: World, channelId: string): ReadonlyArray<Message> =>
  [...of(world, channelId).values()]
    .filter((message) => !isEphemeral(message))
    .sort((left, right) => compareIds(left.id, right.id))

const event = (world: World, name: string, channel: Channel, message: Message) => {
  if (isEphemeral(message)) return world.changed()
  world.dispatch({
    name,
    intents: messagesOf(channel),
    channel,
    data: (sight) => messageEvent(world, channel, message, sight)
  })
}

/** Keeps a file and gives its address, signed as Discord signs them. */
export const store = (world: World, channelId: string, upload: Upload): Attachment => {
  const id = world.nextId()
  const filename = upload.filename.replaceAll(/[^\p{L}\p{N}._-]/gu, "_")
  const path = `/attachments/${channelId}/${id}/${encodeURIComponent(filename)}`
  world.files.set(path, { bytes: upload.bytes, contentType: upload.contentType })
  return {
    id,
    filename,
    description: upload.description,
    size: upload.bytes.length,
    contentType: upload.contentType,
    url: `${world.cdn}${path}?ex=7fffffff&is=0&hm=${id}`
  }
}

/** Discord cuts white space at both ends. */
export const post = (world: World, channel: Channel, draft: Draft): Message => {
  const id = world.nextId()
  const content = draft.content.trim()
  const repliedTo =
    draft.reference === undefined
      ? undefined
      : of(world, draft.reference.channelId).get(draft.reference.messageId)?.authorId
  const message: Message = {
    id,
    channelId: channel.id,
    authorId: draft.authorId,
    type: draft.type ?? (draft.reference === undefined ? MessageType.default : MessageType.reply),
    createdAt: timeOf(id),
    content,
    editedAt: undefined,
    edits: [],
    attachments: (draft.uploads ?? []).map((upload) => store(world, channel.id, upload)),
    embeds: [...(draft.embeds ?? [])],
    components: [...(draft.components ?? [])],
    flags: draft.flags ?? 0,
    ...mentioned(world, channel, content, draft.allowedMentions, repliedTo),
    allowedMentions: draft.allowedMentions,
    reference: draft.reference,
    nonce: draft.nonce,
    interactionId: draft.interactionId,
    reactions: new Map()
  }
  of(world, channel.id).set(id, message)
  if (isEphemeral(message)) {
    world.changed()
    return message
  }
  channel.lastMessageId = id
  if (channel.thread !== undefined) Threads.spokenIn(world, channel, message)
  event(world, "MESSAGE_CREATE", channel, message)
  return message
}

export interface Change {
  readonly content?: string | undefined
  readonly embeds?: ReadonlyArray<Json> | undefined
  readonly components?: ReadonlyArray<Json> | undefined
  readonly flags?: number | undefined
  readonly allowedMentions?: Json | undefined
  /** Ids of those that stay; absent, all do. */
  readonly keep?: ReadonlyArray<string> | undefined
  readonly uploads?: ReadonlyArray<Upload>
}

export const edit = (world: World, channel: Channel, message: Message, change: Change): Message => {
  const answered = (message.flags & MessageFlag.loading) !== 0
  if (change.content !== undefined) {
    if (!answered) message.edits.push(message.content)
    message.content = change.content.trim()
    message.allowedMentions = change.allowedMentions ?? message.allowedMentions
    const { mentions, mentionEveryone, mentionRoles } = mentioned(
      world,
      channel,
      message.content,
      message.allowedMentions,
      undefined
    )
    Object.assign(message, { mentions, mentionEveryone, mentionRoles })
  }
  if (change.embeds !== undefined) message.embeds = [...change.embeds]
  if (change.components !== undefined) message.components = [...change.components]
  const kept =
    change.keep === undefined ? message.attachments : message.attachments.filter(({ id }) => change.keep?.includes(id))
  message.attachments = [...kept, ...(change.uploads ?? []).map((upload) => store(world, channel.id, upload))]
  message.flags = ((change.flags ?? 0) & MessageFlag.suppressEmbeds) | (message.flags & ~MessageFlag.loading)
  // An answer that was announced and now given does not count as edited.
  if (!answered) message.editedAt = world.now()
  event(world, "MESSAGE_UPDATE", channel, message)
  return message
}

/** Says anew what has not changed in itself, such as that a thread hangs on it. */
export const touched = (world: World, channel: Channel, message: Message) =>
  event(world, "MESSAGE_UPDATE", channel, message)

const guildOf = (channel: Channel) => (channel.guildId === undefined ? {} : { guild_id: channel.guildId })

export const remove = (world: World, channel: Channel, message: Message): void => {
  of(world, channel.id).delete(message.id)
  if (isEphemeral(message)) return world.changed()
  const data = { id: message.id, channel_id: channel.id, ...guildOf(channel) }
  world.dispatch({ name: "MESSAGE_DELETE", intents: messagesOf(channel), channel, data: () => data })
}

export const removeMany = (world: World, channel: Channel, messages: ReadonlyArray<Message>): void => {
  for (const { id } of messages) of(world, channel.id).delete(id)
  const data = { ids: messages.map(({ id }) => id), channel_id: channel.id, ...guildOf(channel) }
  world.dispatch({ name: "MESSAGE_DELETE_BULK", intents: messagesOf(channel), channel, data: () => data })
}

export const react = (world: World, channel: Channel, message: Message, emoji: string, userId: string, on: boolean) => {
  const who = message.reactions.get(emoji) ?? new Set<string>()
  if (on === who.has(userId)) return
  if (on) who.add(userId)
  else who.delete(userId)
  if (who.size === 0) message.reactions.delete(emoji)
  else message.reactions.set(emoji, who)
  const data = {
    user_id: userId,
    channel_id: channel.id,
    message_id: message.id,
    emoji: { id: null, name: emoji },
    burst: false,
    type: 0,
    ...(on && { message_author_id: message.authorId }),
    ...guildOf(channel)
  }
  const name = on ? "MESSAGE_REACTION_ADD" : "MESSAGE_REACTION_REMOVE"
  world.dispatch({ name, intents: reactionsOf(channel), channel, data: () => data })
}

/** The direct channel with a person; made when it is first needed. */
export const directChannel = (world: World, userId: string): Channel => {
  const found = [...world.channels.values()].find(({ recipientId }) => recipientId === userId)
  if (found !== undefined) return found
  const made: Channel = {
    id: world.nextId(),
    type: ChannelType.dm,
    guildId: undefined,
    name: "",
    topic: null,
    parentId: null,
    position: 0,
    slowmode: 0,
    lastMessageId: null,
    overwrites: [],
    recipientId: userId
  }
  world.channels.set(made.id, made)
  return made
}
