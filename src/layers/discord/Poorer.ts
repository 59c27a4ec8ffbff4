/** A post without what Discord refuses of it: its words are worth more than what hangs on them. */
import { DiscordAPIError } from "@discordjs/rest"
import { RESTJSONErrorCodes as Code } from "discord-api-types/v10"
import { discordLimit, split } from "../../domain/chat/Split.ts"
import * as Sentence from "../../domain/chat/Sentence.ts"
import type { ChatPost } from "../../services/ChatPlatform.ts"
import { hasCode } from "./Errors.ts"

/** An answer to a message needs Read Message History; Discord says so by a code of its own, or by the field. */
const refusesReference = (error: unknown): boolean =>
  hasCode(error, Code.CannotReplyWithoutPermissionToReadMessageHistory) ||
  (hasCode(error, Code.InvalidFormBodyOrContentType) &&
    error instanceof DiscordAPIError &&
    "errors" in error.rawError &&
    typeof error.rawError.errors === "object" &&
    error.rawError.errors !== null &&
    "message_reference" in error.rawError.errors)

const refusesFiles = (error: unknown): boolean => hasCode(error, Code.MissingPermissions, Code.RequestEntityTooLarge)

/** Undefined where nothing can be left out. */
export const without = (error: unknown, post: ChatPost): ChatPost | undefined => {
  const { files = [], replyTo, ...rest } = post
  if (replyTo !== undefined && refusesReference(error)) return { ...rest, files }
  if (files.length === 0 || !refusesFiles(error)) return undefined
  const note = Sentence.notAttached(
    files.map(({ name }) => name),
    hasCode(error, Code.RequestEntityTooLarge)
  )
  const shown = split(post.content, discordLimit - note.length - 1)[0] ?? ""
  const content = shown === "" ? note : `${shown}\n${note}`
  return { ...rest, content, ...(replyTo !== undefined && { replyTo }) }
}
