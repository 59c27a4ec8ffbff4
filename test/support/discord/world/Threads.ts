/** What happens to threads: opened, joined, spoken in, archived, removed. */
import type { Channel, Message } from "./Model.ts"
import { ChannelType, MessageFlag, MessageType } from "./Model.ts"
import { Intent } from "./Intents.ts"
import * as Messages from "./Messages.ts"
import * as Render from "./Render.ts"
import { timeOf } from "./Snowflake.ts"
import type { World } from "./World.ts"

export interface NewThread {
  readonly name: string
  readonly ownerId: string
  /** Minutes. */
  readonly autoArchive?: number | undefined
  readonly isPrivate?: boolean
  /** The message it hangs on. */
  readonly from?: Message | undefined
}

const tell = (world: World, name: string, channel: Channel, extra: object = {}) =>
  world.dispatch({
    name,
    intents: Intent.guilds,
    channel,
    data: () => ({ ...Render.channel(world, channel), ...extra })
  })

export const updated = (world: World, thread: Channel) => tell(world, "THREAD_UPDATE", thread)

/** A thread from a message has the message's id; one without is announced in its channel. */
export const open = (world: World, parent: Channel, given: NewThread): Channel => {
  const id = given.from?.id ?? world.nextId()
  const at = given.from === undefined ? timeOf(id) : world.now()
  const thread: Channel = {
    id,
    type: given.isPrivate === true ? ChannelType.privateThread : ChannelType.thread,
    guildId: parent.guildId,
    name: given.name,
    topic: null,
    parentId: parent.id,
    position: 0,
    slowmode: 0,
    lastMessageId: null,
    overwrites: [],
    thread: {
      ownerId: given.ownerId,
      archived: false,
      locked: false,
      autoArchive: given.autoArchive ?? 4320,
      archiveChangedAt: at,
      members: new Map([[given.ownerId, at]]),
      messageCount: 0
    }
  }
  world.channels.set(id, thread)
  tell(world, "THREAD_CREATE", thread, { newly_created: true })
  if (given.from !== undefined) {
    given.from.flags |= MessageFlag.hasThread
    Messages.touched(world, parent, given.from)
    Messages.post(world, thread, {
      authorId: given.ownerId,
      content: "",
      type: MessageType.threadStarter,
      reference: { channelId: parent.id, messageId: given.from.id }
    })
  } else if (given.isPrivate !== true) {
    Messages.post(world, parent, {
      authorId: given.ownerId,
      content: given.name,
      type: MessageType.threadCreated,
      reference: { channelId: id, messageId: id }
    })
  }
  return thread
}

const membersChanged = (world: World, thread: Channel, added: ReadonlyArray<string>, removed: ReadonlyArray<string>) =>
  world.dispatch({
    name: "THREAD_MEMBERS_UPDATE",
    intents: Intent.guilds,
    channel: thread,
    data: () => ({
      id: thread.id,
      guild_id: thread.guildId,
      member_count: thread.thread?.members.size ?? 0,
      ...(added.length > 0 && { added_members: added.map((id) => Render.threadMember(thread, id)) }),
      ...(removed.length > 0 && { removed_member_ids: removed })
    })
  })

/** Whoever is added learns of the thread, also if it is old. */
export const join = (world: World, thread: Channel, userId: string): void => {
  if (thread.thread === undefined || thread.thread.members.has(userId)) return
  thread.thread.members.set(userId, world.now())
  if (userId === world.bot.user.id) tell(world, "THREAD_CREATE", thread)
  membersChanged(world, thread, [userId], [])
}

export const leave = (world: World, thread: Channel, userId: string): void => {
  if (thread.thread?.members.delete(userId) === true) membersChanged(world, thread, [], [userId])
}

/** Speaking joins, as being mentioned does, and wakes an archived thread. */
export const spokenIn = (world: World, thread: Channel, message: Message): void => {
  const state = thread.thread
  if (state === undefined) return
  if (message.type !== MessageType.threadStarter) state.messageCount += 1
  if (state.archived) archive(world, thread, false)
  for (const userId of [message.authorId, ...message.mentions]) join(world, thread, userId)
}

export const archive = (world: World, thread: Channel, archived: boolean): void => {
  if (thread.thread === undefined || thread.thread.archived === archived) return
  thread.thread.archived = archived
  thread.thread.archiveChangedAt = world.now()
  updated(world, thread)
}

/** A new name is announced in the thread itself. */
export const rename = (world: World, thread: Channel, name: string, byId: string): void => {
  thread.name = name
  Messages.post(world, thread, { authorId: byId, content: name, type: MessageType.channelNameChange })
}

export const remove = (world: World, thread: Channel): void => {
  const { guildId, id, parentId, type } = thread
  world.dispatch({
    name: "THREAD_DELETE",
    intents: Intent.guilds,
    channel: thread,
    data: () => ({ id, guild_id: guildId, parent_id: parentId, type })
  })
  world.channels.delete(id)
  world.messages.delete(id)
  world.changed()
}

/** What a bot hears when it gains sight of a channel: its threads. */
export const sync = (world: World, parent: Channel): void => {
  const threads = [...world.channels.values()].filter(
    ({ parentId, thread }) => parentId === parent.id && thread?.archived === false
  )
  const joined = threads.filter(({ thread }) => thread?.members.has(world.bot.user.id) === true)
  world.dispatch({
    name: "THREAD_LIST_SYNC",
    intents: Intent.guilds,
    channel: parent,
    data: () => ({
      guild_id: parent.guildId,
      channel_ids: [parent.id],
      threads: threads.map((thread) => Render.channel(world, thread)),
      members: joined.map((thread) => Render.threadMember(thread, world.bot.user.id))
    })
  })
}
