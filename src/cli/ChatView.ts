/** What a terminal shows of a channel's events: a pure fold, so that text that comes twice is shown once. */
import { Option, Schema } from "effect"
import type { ApiEvent } from "./Sse.ts"

export interface View {
  /** Whole texts that were shown in this turn. */
  readonly texts: ReadonlyArray<string>
  /** Whether a line is begun and not ended. */
  readonly midLine: boolean
  /** The block that is being written, and how much of it is shown. */
  readonly open: { readonly uuid: string; readonly text: string } | undefined
}

export const emptyView: View = { texts: [], midLine: false, open: undefined }

type Step = readonly [View, string]

const decode = <A>(schema: Schema.ConstraintDecoder<A>) => Schema.decodeUnknownOption(schema)
const asText = decode(
  Schema.Struct({
    message_uuid: Schema.String,
    offset: Schema.Int,
    text: Schema.String,
    reset: Schema.optionalKey(Schema.Boolean)
  })
)
const asBlock = decode(Schema.Struct({ text: Schema.String }))
const asMessage = decode(Schema.Struct({ is_bot: Schema.Boolean, content: Schema.String }))
const asTool = decode(Schema.Struct({ name: Schema.String, state: Schema.String, input_summary: Schema.String }))

/** The view after an event, and what to write. Tools and notes are shown to people only, not to programs. */
export const show = (view: View, event: ApiEvent, forPeople: boolean): Step => {
  const some = <A>(value: Option.Option<A>, step: (value: A) => Step): Step =>
    Option.match(value, { onNone: () => [view, ""], onSome: step })
  switch (event.type) {
    case "run.text":
      return some(asText(event.data), (frame) => piece(view, frame))
    case "run.turn":
      return some(asBlock(event.data), ({ text }) => whole(view, text))
    case "message.created":
      return some(asMessage(event.data), ({ content, is_bot }) => (is_bot ? whole(view, content) : [view, ""]))
    case "run.tool":
      return some(asTool(event.data), ({ input_summary, name, state }) =>
        forPeople && state === "started" ? aside(view, `[${name}] ${input_summary}`) : [view, ""]
      )
    case "run.note":
      return some(asBlock(event.data), ({ text }) => (forPeople ? aside(view, text) : [view, ""]))
    case "run.retry":
      return forPeople ? aside(view, "(the model does not answer; trying again)") : [view, ""]
    case "approval.requested":
      return forPeople ? aside(view, "(the agent asks something; answer on the page that loop url opens)") : [view, ""]
    default:
      return [view, ""]
  }
}

/** Ends the line that is being written. */
export const finish = (view: View): string => (view.midLine ? "\n" : "")

const write = (view: View, text: string, open: View["open"]): Step => [
  { ...view, open, midLine: text === "" ? view.midLine : !text.endsWith("\n") },
  text
]

const aside = (view: View, text: string): Step => write(view, `${finish(view)}${text}\n`, undefined)

const piece = (view: View, frame: { message_uuid: string; offset: number; text: string; reset?: boolean }): Step => {
  const known = frame.reset !== true && view.open?.uuid === frame.message_uuid ? view.open : undefined
  const fresh = known === undefined ? frame.text : frame.text.slice(Math.max(0, known.text.length - frame.offset))
  if (fresh === "") return [view, ""]
  const open = { uuid: frame.message_uuid, text: (known?.text ?? "") + fresh }
  return write(view, known === undefined ? finish(view) + fresh : fresh, open)
}

/** A whole text: the rest of what is being written, nothing when it was shown, else all of it. */
const whole = (view: View, text: string): Step => {
  const said = text.trim()
  const seen = { ...view, texts: [...view.texts, said] }
  if (view.open !== undefined && text.startsWith(view.open.text)) {
    return write(seen, `${text.slice(view.open.text.length)}\n`, undefined)
  }
  return said === "" || view.texts.includes(said) ? [view, ""] : write(seen, `${finish(view)}${text}\n`, undefined)
}
