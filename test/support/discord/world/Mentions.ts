/** Whom a message notifies: what its content names, as far as its author allows it. */
import type { Channel, Json } from "./Model.ts"
import type { World } from "./World.ts"

export interface Mentioned {
  readonly mentions: Array<string>
  readonly mentionRoles: Array<string>
  readonly mentionEveryone: boolean
}

const ids = (content: string, pattern: RegExp): ReadonlyArray<string> =>
  [...content.matchAll(pattern)].flatMap((match) => (match[1] === undefined ? [] : [match[1]]))

const strings = (value: unknown): ReadonlyArray<string> => (Array.isArray(value) ? value.map(String) : [])

/** @param allowed Discord's allowed mentions object; absent, everything counts and a reply notifies whom it answers. */
export const mentioned = (
  world: World,
  channel: Channel,
  content: string,
  allowed: Json | undefined,
  repliedTo: string | undefined
): Mentioned => {
  const guild = channel.guildId === undefined ? undefined : world.guilds.get(channel.guildId)
  const counts = (kind: string) => allowed === undefined || strings(allowed["parse"]).includes(kind)
  const named = (kind: string, id: string) => counts(kind) || strings(allowed?.[kind]).includes(id)
  const users = ids(content, /<@!?(\d+)>/g).filter((id) => world.users.has(id) && named("users", id))
  const replied = repliedTo !== undefined && (allowed === undefined || allowed["replied_user"] === true)
  return {
    mentions: [...new Set([...(replied ? [repliedTo] : []), ...users])],
    mentionRoles: [
      ...new Set(ids(content, /<@&(\d+)>/g).filter((id) => guild?.roles.has(id) === true && named("roles", id)))
    ],
    mentionEveryone: guild !== undefined && /@(everyone|here)\b/.test(content) && counts("everyone")
  }
}
