/** What became of a message. The messages tell it, events only when to look: nothing is missed, however late one looks. */
import { Effect, Schema } from "effect"
import { MessageState } from "../domain/Message.ts"
import { ask } from "./Ask.ts"

export const Message = Schema.Struct({
  message_id: Schema.String,
  is_bot: Schema.Boolean,
  content: Schema.String,
  state: MessageState,
  run_id: Schema.optionalKey(Schema.String)
})
export type Message = typeof Message.Type

const Run = Schema.Struct({ status: Schema.String, reason: Schema.optionalKey(Schema.String) })
const page = 100

export interface Answer {
  readonly state: Message["state"]
  /** What the bot said in the message's run, in order. */
  readonly said: ReadonlyArray<Message>
  /** Why, where it did not end well. */
  readonly reason: string | undefined
}

/** The messages that came after this one, oldest first, and the message itself in front. */
const sinceMessage = Effect.fnUntraced(function* (channel: string, id: string) {
  const found: Array<Message> = []
  for (let before: string | undefined; ;) {
    const { value: rows } = yield* ask("GET /api/channels/{id}/messages", Schema.Array(Message), {
      path: { id: channel },
      query: before === undefined ? { limit: page } : { limit: page, before }
    })
    const at = rows.findIndex((row) => row.message_id === id)
    found.push(...(at === -1 ? rows : rows.slice(0, at + 1)))
    if (at !== -1 || rows.length < page) return found.reverse()
    before = rows.at(-1)?.message_id
  }
})

/** How the message ended, or undefined while it waits or is worked on. */
export const answerTo = Effect.fn("answerTo")(function* (channel: string, id: string) {
  const rows = yield* sinceMessage(channel, id)
  const mine = rows.find((row) => row.message_id === id)
  if (mine === undefined) return { state: "dropped", said: [], reason: "it is no longer there" } satisfies Answer
  if (mine.state === "queued" || mine.state === "running") return undefined
  const said = mine.run_id === undefined ? [] : rows.filter((row) => row.is_bot && row.run_id === mine.run_id)
  const reason = mine.state === "replied" || mine.run_id === undefined ? undefined : yield* reasonOf(mine.run_id)
  return { state: mine.state, said, reason } satisfies Answer
})

const reasonOf = Effect.fnUntraced(function* (run: string) {
  return yield* ask("GET /api/runs/{id}", Run, { path: { id: run } }).pipe(
    Effect.map(({ value }) => value.reason),
    Effect.catch(() => Effect.undefined)
  )
})

/** What is said of a message that has no good end; undefined for one that was answered. */
export const complaint = ({ state, reason }: Answer): string | undefined => {
  const because = reason === undefined ? "" : `: ${reason.replace(/[.\s]+$/, "")}`
  switch (state) {
    case "replied":
      return undefined
    case "stopped":
      return `The run was stopped${because}. Send the message again if it is still needed.`
    case "dropped":
      return `The message was dropped${because}. Send it again if it is still needed.`
    default:
      return `The run failed${because}. "loop runs" shows more.`
  }
}
