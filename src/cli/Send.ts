/** `loop send`: posts a message; with `--wait` prints the answer. */
import { randomUUID } from "node:crypto"
import { Console, Effect, Stream } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { answerTo, complaint } from "./Answer.ts"
import { Client } from "./Client.ts"
import { failure } from "./Failure.ts"
import { progress } from "./Screen.ts"

/** Events after which a message may have come to its end. */
const telling = new Set(["message.updated", "run.ended", "reconnected", "reset"])

const post = Effect.fnUntraced(function* (channel: string, content: string) {
  const client = yield* Client
  const message_id = randomUUID()
  yield* client.call("POST /api/channels/{id}/messages", { path: { id: channel }, body: { content, message_id } })
  return message_id
})

/** Subscribed first, posted then, and looked at once before any event: an answer cannot come too early. */
const sendAndWait = Effect.fnUntraced(function* (channel: string, content: string) {
  const client = yield* Client
  const { events } = yield* client.follow(channel)
  const id = yield* post(channel, content)
  const answer = yield* events.pipe(
    Stream.filter((event) => telling.has(event.type)),
    Stream.map(() => undefined),
    Stream.prepend([undefined]),
    Stream.mapEffect(() => answerTo(channel, id)),
    Stream.filter((answer) => answer !== undefined),
    Stream.runHead,
    Effect.flatMap(Effect.fromOption),
    Effect.catchTag("NoSuchElementError", () => failure("The server went away before there was an answer.")),
    progress("Waiting for the answer")
  )
  for (const message of answer.said) yield* Console.log(message.content)
  const wrong = complaint(answer)
  if (wrong !== undefined) return yield* failure(wrong)
}, Effect.scoped)

export const send = Command.make(
  "send",
  {
    channel: Flag.String("channel").pipe(
      Flag.withAlias("c"),
      Flag.withDescription("Where: a channel's id, such as local:… or the id alone")
    ),
    wait: Flag.Boolean("wait").pipe(
      Flag.withAlias("w"),
      Flag.withDescription("Wait for the answer and print it; exits 1 if the run failed"),
      Flag.withDefault(false)
    ),
    text: Argument.String("text").pipe(Argument.withDescription("What to say"), Argument.variadic({ min: 1 }))
  },
  Effect.fnUntraced(function* ({ channel, text, wait }) {
    const content = text.join(" ")
    if (wait) return yield* sendAndWait(channel, content)
    yield* Console.log(yield* post(channel, content))
  })
).pipe(
  Command.withDescription("Post a message to a channel"),
  Command.withExamples([
    { command: 'loop send --channel local:abc --wait "What changed today?"', description: "Ask, and print the answer" }
  ])
)
