/** What people do: they write, edit, open threads, remove channels and roles. */
import { Effect } from "effect"
import { Intent } from "../world/Intents.ts"
import * as Guilds from "../world/Guilds.ts"
import * as Messages from "../world/Messages.ts"
import type { Channel, Guild, Member, Message, Role, User } from "../world/Model.ts"
import * as Threads from "../world/Threads.ts"
import type { World } from "../world/World.ts"

export interface Saying {
  readonly attachments?: ReadonlyArray<Messages.Upload>
  /** People and the bot; each is named at the end of what is said. */
  readonly mentions?: ReadonlyArray<{ readonly id: string }>
  readonly replyTo?: Message
  /** False: the reply does not notify whom it answers. */
  readonly ping?: boolean
}

export interface People {
  /** A person who is on the guild, with roles. */
  readonly person: (guild: Guild, username: string, roles?: ReadonlyArray<Role>) => Effect.Effect<User>
  /** Another bot that is on the guild. */
  readonly otherBot: (guild: Guild, username: string) => Effect.Effect<User>
  readonly role: (guild: Guild, name: string) => Effect.Effect<Role>
  readonly channel: (guild: Guild, given: Guilds.NewChannel) => Effect.Effect<Channel>
  readonly directChannel: (with_: User) => Effect.Effect<Channel>
  readonly userSays: (channel: Channel, author: User, content: string, saying?: Saying) => Effect.Effect<Message>
  readonly edit: (message: Message, content: string) => Effect.Effect<void>
  readonly remove: (message: Message) => Effect.Effect<void>
  /** Several at once, as moderators do. */
  readonly removeMany: (channel: Channel, messages: ReadonlyArray<Message>) => Effect.Effect<void>
  readonly react: (message: Message, user: User, emoji: string) => Effect.Effect<void>
  readonly createThread: (parent: Channel, by: User, name: string, from?: Message) => Effect.Effect<Channel>
  readonly archiveThread: (thread: Channel, archived?: boolean) => Effect.Effect<void>
  readonly lockThread: (thread: Channel, locked?: boolean) => Effect.Effect<void>
  readonly renameThread: (thread: Channel, by: User, name: string) => Effect.Effect<void>
  readonly addToThread: (thread: Channel, user: User) => Effect.Effect<void>
  readonly removeFromThread: (thread: Channel, user: User) => Effect.Effect<void>
  readonly deleteThread: (thread: Channel) => Effect.Effect<void>
  readonly renameChannel: (channel: Channel, name: string) => Effect.Effect<void>
  readonly deleteChannel: (channel: Channel) => Effect.Effect<void>
  readonly deleteRole: (role: Role) => Effect.Effect<void>
  readonly memberRoles: (guild: Guild, user: User, roles: ReadonlyArray<Role>) => Effect.Effect<void>
  readonly memberOf: (guild: Guild, user: User) => Member | undefined
  /** What the bot may in a channel, besides what its roles say: bits of `Permission`. */
  readonly botMay: (
    channel: Channel,
    change: { readonly allow?: bigint; readonly deny?: bigint }
  ) => Effect.Effect<void>
  /** The bot is thrown out of the guild. */
  readonly expelBot: (guild: Guild) => Effect.Effect<void>
}

const channelOf = (world: World, message: Message): Channel => {
  const found = world.channels.get(message.channelId)
  if (found === undefined) throw new Error(`The channel of the message ${message.id} is gone.`)
  return found
}

const say = (world: World, channel: Channel, author: User, content: string, saying: Saying): Message => {
  const named = (saying.mentions ?? []).map(({ id }) => `<@${id}>`)
  return Messages.post(world, channel, {
    authorId: author.id,
    content: [content, ...named].join(" "),
    uploads: saying.attachments ?? [],
    allowedMentions: saying.ping === false ? { parse: ["users", "roles", "everyone"], replied_user: false } : undefined,
    reference:
      saying.replyTo === undefined ? undefined : { channelId: saying.replyTo.channelId, messageId: saying.replyTo.id }
  })
}

const expel = (world: World, guild: Guild): void => {
  world.guilds.delete(guild.id)
  for (const channel of world.channels.values()) {
    if (channel.guildId === guild.id) world.channels.delete(channel.id)
  }
  world.dispatch({ name: "GUILD_DELETE", intents: Intent.guilds, data: () => ({ id: guild.id }) })
}

export const makePeople = (world: World): People => ({
  person: (guild, username, roles = []) =>
    Effect.sync(() => {
      const user = Guilds.addUser(world, username)
      Guilds.addMember(
        world,
        guild,
        user,
        roles.map(({ id }) => id)
      )
      return user
    }),
  otherBot: (guild, username) =>
    Effect.sync(() => {
      const user = Guilds.addUser(world, username, true)
      Guilds.addMember(world, guild, user)
      return user
    }),
  role: (guild, name) => Effect.sync(() => Guilds.addRole(world, guild, name)),
  channel: (guild, given) => Effect.sync(() => Guilds.addChannel(world, guild, given)),
  directChannel: (with_) => Effect.sync(() => Messages.directChannel(world, with_.id)),
  userSays: (channel, author, content, saying = {}) => Effect.sync(() => say(world, channel, author, content, saying)),
  edit: (message, content) =>
    Effect.sync(() => void Messages.edit(world, channelOf(world, message), message, { content })),
  remove: (message) => Effect.sync(() => Messages.remove(world, channelOf(world, message), message)),
  removeMany: (channel, messages) => Effect.sync(() => Messages.removeMany(world, channel, messages)),
  react: (message, user, emoji) =>
    Effect.sync(() => Messages.react(world, channelOf(world, message), message, emoji, user.id, true)),
  createThread: (parent, by, name, from) =>
    Effect.sync(() => Threads.open(world, parent, { name, ownerId: by.id, from })),
  archiveThread: (thread, archived = true) => Effect.sync(() => Threads.archive(world, thread, archived)),
  lockThread: (thread, locked = true) =>
    Effect.sync(() => {
      if (thread.thread !== undefined) thread.thread.locked = locked
      Threads.updated(world, thread)
    }),
  renameThread: (thread, by, name) =>
    Effect.sync(() => {
      Threads.rename(world, thread, name, by.id)
      Threads.updated(world, thread)
    }),
  addToThread: (thread, user) => Effect.sync(() => Threads.join(world, thread, user.id)),
  removeFromThread: (thread, user) => Effect.sync(() => Threads.leave(world, thread, user.id)),
  deleteThread: (thread) => Effect.sync(() => Threads.remove(world, thread)),
  renameChannel: (channel, name) =>
    Effect.sync(() => {
      channel.name = Guilds.channelName(channel.type, name)
      Guilds.channelUpdated(world, channel)
    }),
  deleteChannel: (channel) => Effect.sync(() => Guilds.removeChannel(world, channel)),
  deleteRole: (role) => Effect.sync(() => Guilds.removeRole(world, role)),
  memberRoles: (guild, user, roles) =>
    Effect.sync(() =>
      Guilds.memberRoles(
        world,
        guild,
        user.id,
        roles.map(({ id }) => id)
      )
    ),
  memberOf: (guild, user) => guild.members.get(user.id),
  botMay: (channel, change) =>
    Effect.sync(() => Guilds.overwrite(world, channel, { id: world.bot.user.id, type: 1 }, change)),
  expelBot: (guild) => Effect.sync(() => expel(world, guild))
})
