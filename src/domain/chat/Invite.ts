/** How the bot is invited to a Discord server, and what it has to be allowed there. */

/** Names as Discord's settings show them, with their bits: https://discord.com/developers/docs/topics/permissions */
const needed: ReadonlyArray<readonly [name: string, bit: bigint]> = [
  ["Manage Channels", 4n],
  ["Add Reactions", 6n],
  ["View Channels", 10n],
  ["Send Messages", 11n],
  ["Embed Links", 14n],
  ["Attach Files", 15n],
  ["Read Message History", 16n],
  ["Manage Threads", 34n],
  ["Create Public Threads", 35n],
  ["Create Private Threads", 36n],
  ["Send Messages in Threads", 38n]
]

const administrator = 1n << 3n

/** 395137109072. */
export const neededPermissions: bigint = needed.reduce((all, [, bit]) => all | (1n << bit), 0n)

/** What is missing of it, by name; an administrator may do everything. */
export const missingPermissions = (granted: bigint): ReadonlyArray<string> =>
  (granted & administrator) !== 0n
    ? []
    : needed.filter(([, bit]) => (granted & (1n << bit)) === 0n).map(([name]) => name)

/** `guildId` chooses the server already. */
export const inviteLink = (appId: string, guildId = ""): string => {
  const query = new URLSearchParams({
    client_id: appId,
    scope: "bot applications.commands",
    permissions: neededPermissions.toString(),
    ...(guildId !== "" && { guild_id: guildId })
  })
  return `https://discord.com/oauth2/authorize?${query.toString()}`
}
