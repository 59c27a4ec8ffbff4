/** Whose roles they are, as grants know them. */
import type { APIUser } from "discord-api-types/v10"

/**
 * Everybody has the role that has the guild's id (`@everyone`), and Discord tells it with nobody. Other bots have it, too,
 * but a grant to everybody is one to people: two bots would keep each other at work.
 */
export const rolesIn = (
  guild: string | null | undefined,
  member: { readonly roles: ReadonlyArray<string> } | undefined,
  user: Pick<APIUser, "bot"> | undefined
): ReadonlyArray<string> => {
  if (member === undefined) return []
  return guild === null || guild === undefined || user?.bot === true ? member.roles : [...member.roles, guild]
}
