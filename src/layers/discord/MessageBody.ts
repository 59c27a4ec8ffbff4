/** What is shown, as Discord takes it. */
import type { RawFile } from "@discordjs/rest"
import { type APIAllowedMentions, AllowedMentionsTypes } from "discord-api-types/v10"
import type { Config } from "../../domain/Config.ts"
import type { ChatPost } from "../../services/ChatPlatform.ts"
import { rowsOf } from "./Components.ts"

export type AllowMentions = Config["allow_mentions"]

/** Whom a text notifies. We ourselves may always be called: that is how a text of ours begins work. */
export const mentionsOf = (content: string, allow: AllowMentions, self: string | undefined): APIAllowedMentions => {
  switch (allow) {
    case "none":
      return {
        parse: [],
        users: self !== undefined && content.includes(`<@${self}>`) ? [self] : [],
        replied_user: false
      }
    case "users":
      return { parse: [AllowedMentionsTypes.User], replied_user: true }
    case "all":
      return {
        parse: [AllowedMentionsTypes.User, AllowedMentionsTypes.Role, AllowedMentionsTypes.Everyone],
        replied_user: true
      }
  }
}

export const filesOf = ({ files = [] }: ChatPost): Array<RawFile> =>
  files.map(({ data, name }) => ({ name, data: Buffer.from(data.buffer, data.byteOffset, data.byteLength) }))

/** `components` is there always, so that an edit takes away what is not said again. */
export const bodyOf = (post: ChatPost, allow: AllowMentions, self: string | undefined) => ({
  content: post.content,
  components: rowsOf(post.buttons),
  allowed_mentions: mentionsOf(post.content, allow, self),
  ...(post.files !== undefined &&
    post.files.length > 0 && { attachments: post.files.map(({ name }, id) => ({ id: String(id), filename: name })) })
})
