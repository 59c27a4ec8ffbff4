/** `loop chat`: talks to a channel; the answer streams, Ctrl-C stops it. Lines of a pipe are messages, one after another. */
import { randomUUID } from "node:crypto"
import { Cause, Effect, Option, Queue, Ref, Schema, Stream } from "effect"
import { Command, Flag } from "effect/cli"
import { ask } from "./Ask.ts"
import { answerTo, complaint } from "./Answer.ts"
import { emptyView, finish, show } from "./ChatView.ts"
import { Client } from "./Client.ts"
import { type Failure, failure } from "./Failure.ts"
import { type Keyboard, keyboard } from "./Keyboard.ts"
import { withoutProgress, write } from "./Screen.ts"
import type { ApiEvent } from "./Sse.ts"

const ChannelRef = Schema.Struct({ channel_id: Schema.String })

/** The named channel, else the one of the current directory. */
const channelOf = Effect.fnUntraced(function* (named: Option.Option<string>) {
  if (Option.isSome(named)) return named.value
  const { value } = yield* ask("POST /api/channels", ChannelRef, {
    body: { dir_path: process.cwd(), platform: "local" }
  })
  return value.channel_id
})

const ends = new Set(["message.updated", "run.ended", "reconnected", "reset"])

/** One message and its answer; the complaint when it has no good end. */
const turn = Effect.fnUntraced(function* (
  channel: string,
  content: string,
  feed: Queue.Dequeue<ApiEvent, Failure | Cause.Done>,
  keys: Keyboard
) {
  const client = yield* Client
  const view = yield* Ref.make(emptyView)
  const path = { id: channel }
  const stop = client.call("POST /api/channels/{id}/stop", { path })

  yield* Queue.clear(feed)
  const message_id = randomUUID()
  yield* client.call("POST /api/channels/{id}/messages", { path, body: { content, message_id } })

  const answer = Effect.gen(function* () {
    for (let look = true; ;) {
      const done = look ? yield* answerTo(channel, message_id) : undefined
      if (done !== undefined) return done
      const event = yield* Effect.catchIf(Queue.take(feed), Cause.isDone, () => failure("The server went away."))
      const [next, text] = show(yield* Ref.get(view), event, keys.isTerminal)
      yield* Ref.set(view, next)
      yield* write(text)
      look = ends.has(event.type)
    }
  })
  const stopOnKey = Queue.take(keys.interrupts).pipe(Effect.andThen(stop), Effect.forever)
  const done = yield* Effect.raceFirst(answer, stopOnKey).pipe(Effect.onInterrupt(() => Effect.ignore(stop)))

  // What was not streamed: errors, and answers that came while the connection was lost.
  for (const { content } of done.said) {
    const event = { type: "message.created", data: { is_bot: true, content } }
    const [next, text] = show(yield* Ref.get(view), event, keys.isTerminal)
    yield* Ref.set(view, next)
    yield* write(text)
  }
  yield* write(finish(yield* Ref.get(view)))
  return complaint(done)
})

/** The next line; undefined at the end of the input, or when Ctrl-C is typed at the prompt. */
const nextLine = Effect.fnUntraced(function* (keys: Keyboard) {
  yield* Queue.clear(keys.interrupts)
  yield* keys.prompt
  return yield* Effect.raceFirst(
    Effect.catch(Queue.take(keys.lines), () => Effect.undefined),
    Effect.as(Queue.take(keys.interrupts), undefined)
  )
})

const talk = Effect.fnUntraced(
  function* (named: Option.Option<string>) {
    const client = yield* Client
    const channel = yield* channelOf(named)
    const { events } = yield* client.follow(channel)
    // Somebody is about to write: the agent's process can start while they do.
    yield* Effect.forkChild(
      Effect.ignore(client.call("POST /api/channels/{id}/prepare", { path: { id: channel } }), { log: "Debug" })
    )
    const feed = yield* Stream.toQueue(events, { capacity: "unbounded" })
    const keys = yield* keyboard
    let complaints = 0
    for (;;) {
      const line = yield* nextLine(keys)
      if (line === undefined) break
      if (line.trim() === "") continue
      const wrong = yield* turn(channel, line, feed, keys)
      if (wrong !== undefined) complaints++
    }
    if (!keys.isTerminal && complaints > 0) {
      return yield* failure(
        `${complaints} of the messages had no good answer. "loop runs --channel ${channel}" shows why.`
      )
    }
  },
  Effect.scoped,
  withoutProgress
)

export const chat = Command.make(
  "chat",
  {
    channel: Flag.String("channel").pipe(
      Flag.withAlias("c"),
      Flag.withDescription("A channel's id; without it, the channel of the current directory"),
      Flag.optional
    )
  },
  ({ channel }) => talk(channel)
).pipe(Command.withDescription("Talk to a channel; Ctrl-C stops the answer, Ctrl-D leaves"))
