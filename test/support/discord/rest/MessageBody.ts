/**
 * Checks what a message shall be, and refuses as Discord does.
 *
 * Content counts code points, not UTF-16 units: "Our API uses Python 3, so the API calculates length based on the
 * number of codepoints in the string" (github.com/discord/discord-api-docs/issues/1315). The description of the API
 * allows 4,000 of them, which holds for paying people; a bot has 2,000.
 */
import { emptyMessage, entityTooLarge, invalidForm } from "../world/ApiError.ts"
import type { Json } from "../world/Model.ts"
import { MessageFlag } from "../world/Model.ts"
import type { Upload } from "../world/Messages.ts"
import type { Asked } from "./Router.ts"

export const contentLimit = 2000
const embedLimit = 6000

export interface MessageBody {
  /** Undefined when the body has none. */
  readonly content: string | undefined
  readonly embeds: ReadonlyArray<Json> | undefined
  readonly components: ReadonlyArray<Json> | undefined
  readonly flags: number
  readonly allowedMentions: Json | undefined
  readonly uploads: ReadonlyArray<Upload>
  /** Attachments that an edit leaves; undefined when it leaves all. */
  readonly keep: ReadonlyArray<string> | undefined
}

const list = (value: unknown): ReadonlyArray<Json> | undefined =>
  value === null ? [] : Array.isArray(value) ? (value as ReadonlyArray<Json>) : undefined

export const codePoints = (text: string): number => [...text].length

const checkContent = (content: string | undefined) => {
  if (content !== undefined && codePoints(content) > contentLimit) {
    throw invalidForm(["content"], "BASE_TYPE_MAX_LENGTH", `Must be ${contentLimit} or fewer in length.`)
  }
}

const inEmbed = (embed: Json): number => {
  const texts = [
    embed["title"],
    embed["description"],
    (embed["author"] as Json | null | undefined)?.["name"],
    (embed["footer"] as Json | null | undefined)?.["text"],
    ...(list(embed["fields"]) ?? []).flatMap(({ name, value }) => [name, value])
  ]
  return texts.reduce<number>((sum, text) => sum + (typeof text === "string" ? codePoints(text) : 0), 0)
}

const checkEmbeds = (embeds: ReadonlyArray<Json>) => {
  if (embeds.length > 10) throw invalidForm(["embeds"], "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
  if (embeds.reduce((sum, embed) => sum + inEmbed(embed), 0) > embedLimit) {
    throw invalidForm(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", `Embed size exceeds maximum size of ${embedLimit}`)
  }
}

const checkComponents = (components: ReadonlyArray<Json>, v2: boolean) => {
  const tooMany = (path: ReadonlyArray<string>, what: number) =>
    invalidForm(path, "BASE_TYPE_BAD_LENGTH", `Must be between 1 and ${what} in length.`)
  if (!v2 && components.length > 5) throw tooMany(["components"], 5)
  const seen = new Set<unknown>()
  const walk = (some: ReadonlyArray<Json>, path: ReadonlyArray<string>) => {
    for (const [index, one] of some.entries()) {
      const here = [...path, String(index)]
      const inner = list(one["components"])
      if (one["type"] === 1 && ((inner?.length ?? 0) === 0 || (inner?.length ?? 0) > 5)) {
        throw tooMany([...here, "components"], 5)
      }
      const customId = one["custom_id"]
      if (typeof customId === "string") {
        if (codePoints(customId) > 100) {
          throw invalidForm([...here, "custom_id"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
        }
        if (seen.has(customId)) {
          throw invalidForm(here, "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
        }
        seen.add(customId)
      }
      if (inner !== undefined) walk(inner, [...here, "components"])
    }
  }
  walk(components, ["components"])
}

const uploadsOf = (asked: Asked, given: ReadonlyArray<Json> | undefined): ReadonlyArray<Upload> =>
  [...asked.files].map(([number, file]) => {
    const described = given?.find(({ id }) => String(id) === number)
    return {
      filename: String(described?.["filename"] ?? file.filename),
      bytes: file.bytes,
      contentType: file.contentType,
      description: (described?.["description"] ?? undefined) as string | undefined
    }
  })

/** Reads a body that creates or changes a message; `data` is where in it the message is. */
export const messageBody = (asked: Asked, data: Json): MessageBody => {
  const content = data["content"] === null ? "" : typeof data["content"] === "string" ? data["content"] : undefined
  const embeds = list(data["embeds"])
  const components = list(data["components"])
  const attachments = list(data["attachments"])
  const flags = typeof data["flags"] === "number" ? data["flags"] : 0
  const v2 = (flags & MessageFlag.componentsV2) !== 0
  if (v2 && ((content ?? "") !== "" || (embeds?.length ?? 0) > 0)) {
    const text = "The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
    throw invalidForm(["content"], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", text)
  }
  checkContent(content)
  checkEmbeds(embeds ?? [])
  checkComponents(components ?? [], v2)
  const uploads = uploadsOf(asked, attachments)
  if (uploads.some(({ bytes }) => bytes.length > asked.world.attachmentLimit)) throw entityTooLarge()
  if (uploads.length > 10) throw invalidForm(["attachments"], "BASE_TYPE_MAX_LENGTH", "Must be 10 or fewer in length.")
  return {
    content,
    embeds,
    components,
    flags,
    allowedMentions: (data["allowed_mentions"] as Json | null | undefined) ?? undefined,
    uploads,
    keep: attachments?.map(({ id }) => String(id))
  }
}

/** A message needs something to be seen. */
export const checkNotEmpty = (body: MessageBody): void => {
  const seen = [body.embeds, body.components, body.uploads].some((some) => (some?.length ?? 0) > 0)
  if (!seen && (body.content ?? "").trim() === "") throw emptyMessage()
}
