/** What a chat command is: given by a subject in a channel, with options that have been checked against the catalogue. */
import type { Effect } from "effect"
import type { ChatCommand } from "../../../domain/chat/Words.ts"
import type { ChannelId } from "../../../domain/Ids.ts"
import type { CommandAnswer, ConversationError } from "../../../services/Conversations.ts"
import type { Subject } from "../../../services/Tokens.ts"
import type { Shared } from "../Shared.ts"

export interface Given {
  readonly shared: Shared
  readonly subject: Subject
  readonly id: ChannelId
  /** Required ones are there; none is empty; integers are digits, users and roles bare ids. */
  readonly options: Readonly<Record<string, string>>
}

export type Command = (given: Given) => Effect.Effect<CommandAnswer, ConversationError>

/** Commands by their names in the catalogue. */
export type Commands = Readonly<Record<ChatCommand["name"], Command>>
