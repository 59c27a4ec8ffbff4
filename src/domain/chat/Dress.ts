/** What goes with a text on a chat platform: buttons, files, what it answers, which earlier message it replaces or stands under. */
import { Schema } from "effect"
import { MessageId } from "../Ids.ts"
import type { Button } from "./Words.ts"

const ButtonFields = Schema.Struct({
  id: Schema.String,
  label: Schema.String,
  style: Schema.Literals(["primary", "secondary", "success", "danger"]),
  disabled: Schema.optionalKey(Schema.Boolean),
  asks: Schema.optionalKey(Schema.String)
}) satisfies Schema.Codec<Button>

/** Rows of them. */
export const Buttons = Schema.Array(Schema.Array(ButtonFields))

/** Where a file's bytes come from when it is delivered. */
export const FileSource = Schema.Union([
  /** The whole text of the bot's message. */
  Schema.Struct({ name: Schema.String, from: Schema.Literal("message") }),
  Schema.Struct({ name: Schema.String, from: Schema.Literal("text"), text: Schema.String }),
  /** A file that was put aside; see `Outgoing`. */
  Schema.Struct({ name: Schema.String, from: Schema.Literal("kept"), id: Schema.String })
])
export type FileSource = typeof FileSource.Type

export const Dress = Schema.Struct({
  buttons: Schema.optionalKey(Buttons),
  files: Schema.optionalKey(Schema.Array(FileSource)),
  reply_to: Schema.optionalKey(MessageId),
  /** Changes the first part of this earlier bot message instead of saying something new. */
  edits: Schema.optionalKey(MessageId),
  /** A line under what was said before: nobody is notified of it, and its message has arrived without it. */
  footer: Schema.optionalKey(Schema.Literal(true))
})
export type Dress = typeof Dress.Type

const whole = "answer.md"
const elsewhere = `\n\n*It is too long to be shown here: the whole text is in ${whole}.*`

/** More parts than these would bury the conversation. */
export const mostParts = 5

/** One part of what is said. */
export interface Part {
  readonly content: string
  readonly dress: Dress | null
}

/**
 * The parts of a message from those that its text was split into: the first one answers `replyTo`, the last one carries
 * buttons and files. Of a text of too many parts only the beginning is shown (`shorter`: the first part of a split with
 * room for a note of that length), and all of it becomes a file.
 */
export const dressed = (
  texts: ReadonlyArray<string>,
  shorter: (noteLength: number) => string,
  more: { readonly replyTo?: MessageId; readonly buttons?: Dress["buttons"]; readonly files?: Dress["files"] }
): ReadonlyArray<Part> => {
  const { buttons, replyTo, files = [] } = more
  const tooLong = texts.length > mostParts
  const shown = tooLong ? [shorter(elsewhere.length) + elsewhere] : texts.length === 0 ? [""] : texts
  const attached = tooLong ? [{ name: whole, from: "message" as const }, ...files] : files
  return shown.map((content, n) => {
    const last = n === shown.length - 1
    const dress: Dress = {
      ...(last && buttons !== undefined && { buttons }),
      ...(last && attached.length > 0 && { files: attached }),
      ...(n === 0 && replyTo !== undefined && { reply_to: replyTo })
    }
    return { content, dress: Object.keys(dress).length === 0 ? null : dress }
  })
}
