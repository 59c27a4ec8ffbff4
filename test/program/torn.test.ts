/** The server is killed in the middle of a prompt line: the agent has read half of a message that is longer than any pipe. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** Not a word of it is for the scripted model. */
const padding = "x".repeat(400_000)

const ask = Effect.fnUntraced(function* (channel: Talk.Channel, name: string) {
  const message = randomUUID()
  const content = `say: ${name}\n${padding}`
  yield* Talk.attempt("POST", `${channel.path}/messages`, { content, message_id: message })
  return message
})

it.live("killed in the middle of writing a long prompt, the server answers the message once", () =>
  Effect.gen(function* () {
    const program = yield* Program.make()
    yield* Effect.gen(function* () {
      // The first line goes to a new process, the second one to a process that is kept.
      for (const lines of [1, 2]) {
        yield* program.start({ when: "within", write: lines, from: "message" })
        const channel = yield* Talk.makeChannel()
        const before = lines === 1 ? [] : ["before"]
        for (const text of before) {
          yield* ask(channel, text)
          yield* Talk.eventually(channel.said, (all) => all.includes(text))
        }
        const text = `once ${lines}`
        const message = yield* ask(channel, text)
        yield* program.ended
        assert.match(program.log(), /killed within write/)
        yield* program.start()
        assert.strictEqual((yield* channel.settled(message)).state, "replied")
        assert.deepStrictEqual(yield* channel.said, [...before, text])
        assert.lengthOf(
          program.api.requests.filter(({ prompt }) => prompt.includes(text)),
          1
        )
        assert.deepStrictEqual((yield* channel.ask("say: and on")).said, ["and on"])
        yield* program.kill
      }
    }).pipe(Effect.provideService(Program.Program, program))
  }).pipe(Effect.scoped, Effect.provide(Program.imageReady))
)
