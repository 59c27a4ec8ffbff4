/** A client of `/api/events` that keeps all it hears, and puts streamed texts together as a page does. */
import { Effect } from "effect"
import { Program } from "./Program.ts"
import * as Talk from "./Talk.ts"

export interface Heard {
  readonly id?: number
  readonly type: string
  readonly run_id?: string
  readonly data: Readonly<Record<string, unknown>>
}

const dataOf = (block: string): string | undefined => /^data: (.*)$/m.exec(block)?.[1]

/** Hears until the stream breaks. */
const hear = async (response: Response, heard: Array<Heard>) => {
  const decoder = new TextDecoder()
  let rest = ""
  for await (const chunk of response.body ?? []) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split("\n\n")
    rest = blocks.pop() ?? ""
    for (const data of blocks.map(dataOf)) if (data !== undefined) heard.push(JSON.parse(data) as Heard)
  }
}

/** What is being written in each run, by what was heard of it: as far as it is known now. */
const textsOf = (heard: ReadonlyArray<Heard>): ReadonlyMap<unknown, string> => {
  const texts = new Map<unknown, string>()
  for (const { data, type } of heard) {
    if (type !== "run.text") continue
    const before = texts.get(data["message_uuid"]) ?? ""
    if (data["reset"] === true) texts.clear()
    texts.set(data["message_uuid"], before.slice(0, Number(data["offset"])) + String(data["text"]))
  }
  return texts
}

/** Connected when this returns; disconnected with the scope. `after`: the last event that is known already. */
export const follow = Effect.fnUntraced(function* (channel: Talk.Channel, after?: number) {
  const program = yield* Program
  const heard: Array<Heard> = []
  const aborted = new AbortController()
  const headers = {
    authorization: `Bearer ${program.token()}`,
    ...(after !== undefined && { "last-event-id": `${after}` })
  }
  const response = yield* Effect.acquireRelease(
    Effect.promise(() =>
      fetch(`${program.url()}/api/events?channel_id=${encodeURIComponent(channel.id)}`, {
        headers,
        signal: aborted.signal
      })
    ),
    () => Effect.sync(() => aborted.abort())
  )
  void hear(response, heard).catch(() => undefined)
  const all = Effect.sync(() => heard)
  return {
    heard: heard as ReadonlyArray<Heard>,
    /** The id of the last event. */
    lastId: () => heard.findLast(({ id }) => id !== undefined)?.id,
    /** Waits for an event. */
    hears: (type: string, fits: (data: Heard["data"]) => boolean = () => true) =>
      Effect.map(
        Talk.eventually(all, (events) => events.some((event) => event.type === type && fits(event.data))),
        (events) => events.find((event) => event.type === type && fits(event.data))!
      ),
    /** Waits until a text that is being written is so. */
    shows: (isRight: (text: string) => boolean) =>
      Talk.eventually(all, (events) => [...textsOf(events).values()].some(isRight))
  }
})
