/** Who acts, as the rest of the house knows it. */
import type { ChatPlatform, Person } from "../services/ChatPlatform.ts"
import type { Subject } from "../services/Tokens.ts"

export const subjectOf = ({ name: platform }: Pick<ChatPlatform, "name">, { id, name, roles }: Person) =>
  ({ kind: "person", platform, person_id: id, name, roles }) satisfies Subject

/** What a platform tells of its own places, and what the bot itself wrote. */
export const system: Subject = { kind: "system" }
