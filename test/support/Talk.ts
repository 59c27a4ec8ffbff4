/** Talking to the whole program over HTTP, as its owner: requests, channels, and waiting for what is to come. */
import { Effect, Schema } from "effect"
import { theRest } from "../../src/layers/demo/ScriptedModel.ts"
import { Program } from "./Program.ts"

export interface Answer {
  readonly status: number
  /** The body as JSON; null where it is empty. */
  readonly json: unknown
}

export const MessageSeen = Schema.Struct({
  message_id: Schema.String,
  author_name: Schema.String,
  is_bot: Schema.Boolean,
  content: Schema.String,
  state: Schema.String,
  run_id: Schema.optionalKey(Schema.String)
})
export type MessageSeen = typeof MessageSeen.Type

export const RunSeen = Schema.Struct({
  run_id: Schema.String,
  message_ids: Schema.Array(Schema.String),
  status: Schema.String,
  reason: Schema.optionalKey(Schema.String),
  attempt: Schema.Int,
  session_id: Schema.NullOr(Schema.String),
  ended_at: Schema.NullOr(Schema.String),
  cost_usd: Schema.Finite,
  result: Schema.optionalKey(Schema.String)
})
export type RunSeen = typeof RunSeen.Type

const ChannelSeen = Schema.Struct({
  session_id: Schema.NullOr(Schema.String),
  state: Schema.Literals(["idle", "running"]),
  run: Schema.optionalKey(RunSeen),
  queue: Schema.Array(
    Schema.Struct({
      message_id: Schema.String,
      content: Schema.String,
      waiting_for: Schema.Literals(["turn", "slot"])
    })
  )
})

const messagesOf = Schema.decodeUnknownSync(Schema.Array(MessageSeen))
const runsOf = Schema.decodeUnknownSync(Schema.Array(RunSeen))
const channelOf = Schema.decodeUnknownSync(ChannelSeen)

const request = async (program: Program["Service"], method: string, path: string, body?: unknown): Promise<Answer> => {
  const response = await fetch(`${program.url()}${path}`, {
    method,
    headers: { authorization: `Bearer ${program.token()}`, "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) })
  })
  const text = await response.text()
  return { status: response.status, json: text === "" ? null : JSON.parse(text) }
}

/** A request; undefined when the server went away under it. */
export const attempt = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const program = yield* Program
  return yield* Effect.promise(() => request(program, method, path, body).catch(() => undefined))
})

export const call = Effect.fnUntraced(function* (method: string, path: string, body?: unknown) {
  const program = yield* Program
  return yield* Effect.promise(() => request(program, method, path, body))
})

/** A request that must succeed; its JSON. */
export const get = Effect.fnUntraced(function* (path: string) {
  const { json, status } = yield* call("GET", path)
  if (status !== 200) return yield* Effect.die(new Error(`GET ${path}: ${status} ${JSON.stringify(json)}`))
  return json
})

/** Looks again and again until what is seen is right; dies with what was seen last, and the server's log. */
export const eventually = Effect.fnUntraced(function* <A, R>(
  look: Effect.Effect<A, never, R>,
  isRight: (seen: A) => boolean,
  seconds = 60
) {
  const program = yield* Program
  const end = performance.now() + seconds * 1000
  for (;;) {
    const seen = yield* look
    if (isRight(seen)) return seen
    if (performance.now() > end) {
      const log = program.log().slice(-4000)
      return yield* Effect.die(new Error(`Never came: ${isRight}\nseen: ${JSON.stringify(seen, null, 1)}\nlog: ${log}`))
    }
    yield* Effect.sleep("20 millis")
  }
})

/** Waits until the server has logged this, so many times. */
export const logs = (text: string, times = 1) =>
  Effect.flatMap(Program, (program) => eventually(Effect.sync(program.log), (log) => log.split(text).length > times))

const ended = new Set(["replied", "failed", "stopped", "dropped"])
const isEnd = (id: string) => (message: MessageSeen) => message.message_id === id && ended.has(message.state)

/** What can be done in one channel. */
export const channel = (id: string) => {
  const path = `/api/channels/${encodeURIComponent(id)}`
  const status = Effect.map(get(path), channelOf)
  /** Everything said, oldest first. */
  const messages = Effect.map(get(`${path}/messages?limit=200`), (all) => messagesOf(all).toReversed())
  const runs = Effect.map(get(`/api/runs?channel_id=${encodeURIComponent(id)}&limit=200`), (all) =>
    runsOf(all).toReversed()
  )
  /** The bot's words, in order. (A client that has lost the last line of an answer asks the model for the rest.) */
  const said = Effect.map(messages, (all) =>
    all.flatMap(({ content, is_bot }) => (is_bot && content !== theRest ? [content] : []))
  )
  /** The containers that run for it. */
  const boxes = Effect.flatMap(Program, ({ containers }) => containers.running(id)).pipe(
    Effect.map((all) => all.map(({ Id }) => Id))
  )
  const post = Effect.fnUntraced(function* (content: string, message_id?: string) {
    const body = message_id === undefined ? { content } : { content, message_id }
    const { json, status } = yield* call("POST", `${path}/messages`, body)
    if (status !== 202) return yield* Effect.die(new Error(`POST ${path}/messages: ${status} ${JSON.stringify(json)}`))
    return (json as { readonly message_id: string }).message_id
  })
  /** Waits until the message's run has ended and what the bot said of it is delivered, or until the server is gone; then undefined. */
  const outcome = (message_id: string) =>
    eventually(
      Effect.map(attempt("GET", `${path}/messages?limit=200`), (seen) => seen && messagesOf(seen.json)),
      (all) => all === undefined || (all.some(isEnd(message_id)) && all.every(({ state }) => state !== "sending"))
    ).pipe(Effect.map((all) => all?.find(isEnd(message_id))))
  const settled = (message_id: string) =>
    Effect.flatMap(outcome(message_id), (message) =>
      message === undefined ? Effect.die(new Error("The server is gone")) : Effect.succeed(message)
    )
  /** Says something and waits for the end of its run; what the bot said in it. */
  const ask = Effect.fnUntraced(function* (content: string) {
    const { run_id, state } = yield* settled(yield* post(content))
    const words = (yield* messages).filter((message) => message.is_bot && message.run_id === run_id)
    return { run_id, state, said: words.map((message) => message.content) }
  })
  return {
    id,
    path,
    status,
    messages,
    runs,
    said,
    boxes,
    post,
    outcome,
    settled,
    ask,
    stop: Effect.map(
      call("POST", `${path}/stop`),
      ({ json }) => json as { readonly stopped: boolean; readonly run_id?: string }
    ),
    patch: (changes: Readonly<Record<string, unknown>>) => call("PATCH", path, changes)
  }
}
export type Channel = ReturnType<typeof channel>

let names = 0

/** A new channel of the local platform. */
export const makeChannel = Effect.fnUntraced(function* () {
  const { json } = yield* call("POST", "/api/channels/create", { name: `test ${++names}` })
  return channel((json as { readonly channel_id: string }).channel_id)
})

/** One that is deleted with the scope: what a test leaves running in it is not in the way of the next. */
export const newChannel = () => Effect.acquireRelease(makeChannel(), ({ path }) => attempt("DELETE", path))
