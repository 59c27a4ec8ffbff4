/** The server is killed before and after each write of a turn and started again: nothing is lost, nothing done twice. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** How often the prompt stands in the conversation, as the model saw it last. */
const timesInConversation = (program: Program.Program["Service"], marker: string): number => {
  const last = program.api.requests.findLast(({ prompt }) => prompt.includes(marker))
  return (last?.body?.messages ?? [])
    .filter(({ role }) => role === "user")
    .flatMap(({ content }) => (typeof content === "string" ? [content] : content.map(({ text }) => text ?? "")))
    .filter((text) => text.includes(marker)).length
}

/** Each write is tried with LOOP_TEST_EVERY_CALL, every other from day to day. */
const step = process.env["LOOP_TEST_EVERY_CALL"] === undefined ? 2 : 1

/** One turn under a server that kills itself at a write of it; whether it did. The next server does so one write later. */
const moment = Effect.fnUntraced(function* (when: "before" | "after", write: number, side: Talk.Channel) {
  const program = yield* Program.Program
  const name = `${when} write ${write};`
  const channel = yield* Talk.makeChannel()
  const message = randomUUID()
  const call = { channel_id: side.id, content: `side of ${name}` }
  const content = `say: first of ${name}\nmcp: send_message ${JSON.stringify(call)}\nsay: last of ${name}`

  const posted = yield* Talk.attempt("POST", `${channel.path}/messages`, { content, message_id: message })
  const killed = posted === undefined || (yield* channel.outcome(message)) === undefined
  if (killed) yield* program.ended
  const boxes = yield* channel.boxes
  const begun = program.api.requests.some(({ prompt }) => prompt.includes(name))
  const killedAt = Date.now()
  const next = program.start({ when, write: write + step, from: "message" })
  if (posted === undefined) {
    // Whoever did not hear that it was accepted says it again; this time the server may live.
    yield* program.start()
    yield* channel.post(content, message)
  } else if (killed) yield* next
  const { state } = yield* channel.settled(message)

  assert.strictEqual(state, "replied", name)
  assert.deepStrictEqual(yield* channel.said, [`first of ${name}`, `last of ${name}`])
  assert.strictEqual((yield* side.said).filter((text) => text === `side of ${name}`).length, 1, name)
  const [run, ...others] = yield* channel.runs
  assert.deepInclude(run, { attempt: 1, message_ids: [message], status: "completed" }, name)
  assert.deepStrictEqual(others, [], name)
  assert.strictEqual(timesInConversation(program, `first of ${name}`), 1, name)
  // A turn that had begun goes on in the box it was in.
  const wentOn = begun && Date.parse(run?.ended_at ?? "") > killedAt
  if (wentOn) assert.deepStrictEqual(yield* channel.boxes, boxes, name)

  if (posted === undefined) yield* Effect.andThen(program.kill, next)
  return killed
})

/** Kills at the first write, the second, … until a turn has no more of them; how many there were. */
const sweep = Effect.fnUntraced(function* (when: "before" | "after") {
  const program = yield* Program.make()
  return yield* Effect.gen(function* () {
    yield* program.start({ when, write: 1, from: "message" })
    const side = yield* Talk.makeChannel()
    let write = 1
    while (yield* moment(when, write, side)) write += step
    assert.notInclude(program.log(), '"level":"ERROR"')
    return (write - 1) / step
  }).pipe(Effect.provideService(Program.Program, program))
})

it.live(
  "killed before or after any write, the server answers each message once and does each thing once",
  () =>
    Effect.gen(function* () {
      const [before, after] = yield* Effect.all([sweep("before"), sweep("after")], { concurrency: 2 })
      assert.isAtLeast(before + after, 20 / step)
    }).pipe(Effect.scoped, Effect.provide(Program.imageReady)),
  300_000
)
