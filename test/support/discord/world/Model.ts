/** What there is on the test's Discord. Ids are snowflakes, instants are epoch milliseconds. */
export type Json = Record<string, unknown>

export interface User {
  readonly id: string
  readonly username: string
  readonly globalName: string | null
  readonly bot: boolean
}

export interface Role {
  readonly id: string
  readonly guildId: string
  name: string
  permissions: bigint
  position: number
  /** Only the bot's own role has one. */
  readonly botId?: string
}

export interface Member {
  readonly userId: string
  readonly joinedAt: number
  roles: Array<string>
}

export interface Guild {
  readonly id: string
  readonly name: string
  readonly ownerId: string
  readonly roles: Map<string, Role>
  readonly members: Map<string, Member>
}

export interface Overwrite {
  readonly id: string
  /** 0 a role, 1 a member. */
  readonly type: 0 | 1
  allow: bigint
  deny: bigint
}

export interface ThreadState {
  readonly ownerId: string
  archived: boolean
  locked: boolean
  /** Minutes. */
  autoArchive: number
  archiveChangedAt: number
  /** When each member joined. */
  readonly members: Map<string, number>
  messageCount: number
}

export const ChannelType = {
  text: 0,
  dm: 1,
  category: 4,
  announcementThread: 10,
  thread: 11,
  privateThread: 12
} as const

export interface Channel {
  readonly id: string
  readonly type: number
  readonly guildId: string | undefined
  name: string
  topic: string | null
  parentId: string | null
  position: number
  slowmode: number
  lastMessageId: string | null
  readonly overwrites: Array<Overwrite>
  /** Of a direct channel: the person on the other side. */
  readonly recipientId?: string
  readonly thread?: ThreadState
}

export interface Attachment {
  readonly id: string
  readonly filename: string
  readonly description: string | undefined
  readonly size: number
  readonly contentType: string | undefined
  readonly url: string
}

export const MessageType = {
  default: 0,
  channelNameChange: 4,
  threadCreated: 18,
  reply: 19,
  chatInputCommand: 20,
  threadStarter: 21,
  contextMenuCommand: 23
} as const

export const MessageFlag = {
  suppressEmbeds: 4,
  hasThread: 32,
  ephemeral: 64,
  loading: 128,
  componentsV2: 32_768
} as const

export interface Message {
  readonly id: string
  readonly channelId: string
  readonly authorId: string
  readonly type: number
  readonly createdAt: number
  content: string
  editedAt: number | undefined
  /** Every content that people could see before the present one, oldest first. */
  readonly edits: Array<string>
  attachments: Array<Attachment>
  embeds: Array<Json>
  components: Array<Json>
  flags: number
  mentions: Array<string>
  mentionRoles: Array<string>
  mentionEveryone: boolean
  /** As the author gave it; undefined when absent. */
  allowedMentions: Json | undefined
  readonly reference: { readonly channelId: string; readonly messageId: string } | undefined
  readonly nonce: string | number | undefined
  readonly interactionId: string | undefined
  /** Emoji, then who. */
  readonly reactions: Map<string, Set<string>>
}

/** An answer to an interaction, as the bot gave it. */
export interface InteractionAnswer {
  /** Discord's callback type: 4 message, 5 deferred, 6 deferred update, 7 update, 8 choices, 9 modal. */
  readonly type: number
  readonly data: Json
  /** The message that was made or changed. */
  readonly messageId: string | undefined
}

export interface Interaction {
  readonly id: string
  readonly token: string
  /** 2 command, 3 component, 4 autocomplete, 5 modal. */
  readonly type: number
  readonly userId: string
  readonly channelId: string
  readonly createdAt: number
  readonly data: Json
  /** The message whose component was used. */
  readonly messageId: string | undefined
  answer: InteractionAnswer | undefined
  /** Messages sent after the first answer. */
  readonly followups: Array<string>
  /** True: fifteen minutes are over, its webhook is gone. */
  expired: boolean
  /** True: three seconds are over, a first answer is refused. */
  missed: boolean
}

export interface CommandOption {
  readonly type: number
  readonly name: string
  readonly description: string
  readonly required?: boolean
  readonly autocomplete?: boolean
  readonly choices?: ReadonlyArray<{ readonly name: string; readonly value: string | number }>
  readonly options?: ReadonlyArray<CommandOption>
}

export interface Command {
  readonly id: string
  readonly version: string
  /** 1 slash, 2 user menu, 3 message menu. */
  readonly type: number
  readonly name: string
  readonly description: string
  readonly guildId: string | undefined
  readonly options: ReadonlyArray<CommandOption>
  /** As the bot registered it. */
  readonly given: Json
}
