/** Gateway intents and which events they let through. */
export const Intent = {
  guilds: 1,
  members: 1 << 1,
  presences: 1 << 8,
  guildMessages: 1 << 9,
  guildReactions: 1 << 10,
  directMessages: 1 << 12,
  directReactions: 1 << 13,
  messageContent: 1 << 15
} as const

export const messagesOf = (channel: { readonly guildId: string | undefined }): number =>
  channel.guildId === undefined ? Intent.directMessages : Intent.guildMessages

export const reactionsOf = (channel: { readonly guildId: string | undefined }): number =>
  channel.guildId === undefined ? Intent.directReactions : Intent.guildReactions
