/** The server is killed at each write of a turn for which a kept process was there: its run names the process from the start. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomUUID } from "node:crypto"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** Fewer than a first turn has, which makes its process; what it needs for that is tested by itself. */
const writesOfFirst = 15

/** Two turns under a server that kills itself before a write; how many of them it lived through. */
const moment = Effect.fnUntraced(function* (write: number) {
  const program = yield* Program.Program
  const name = `before write ${write}`
  yield* program.start({ when: "before", write, from: "message" })
  const channel = yield* Talk.makeChannel()
  const messages = ["first", "second"].map((text) => ({ content: `say: ${text} ${name}`, message_id: randomUUID() }))
  let lived = 0
  for (const message of messages) {
    const posted = yield* Talk.attempt("POST", `${channel.path}/messages`, message)
    if (posted === undefined || (yield* channel.outcome(message.message_id)) === undefined) break
    lived++
  }
  yield* program.kill
  yield* program.start()
  for (const { content, message_id } of messages) {
    yield* channel.post(content, message_id)
    assert.strictEqual((yield* channel.settled(message_id)).state, "replied", name)
  }
  assert.deepStrictEqual(yield* channel.said, [`first ${name}`, `second ${name}`])
  assert.deepStrictEqual(
    (yield* channel.runs).map(({ attempt, message_ids, status }) => ({ attempt, message_ids, status })),
    messages.map(({ message_id }) => ({ attempt: 1, message_ids: [message_id], status: "completed" })),
    name
  )
  yield* program.kill
  return lived
})

it.live(
  "killed before any write of a kept process's turn, the server answers once",
  () =>
    Effect.gen(function* () {
      const program = yield* Program.make()
      let within = 0
      for (let write = writesOfFirst, lived = 0; lived < 2; write++) {
        lived = yield* Effect.provideService(moment(write), Program.Program, program)
        if (lived === 1) within++
      }
      assert.isAtLeast(within, 6)
      assert.notInclude(program.log(), '"level":"ERROR"')
    }).pipe(Effect.scoped, Effect.provide(Program.imageReady)),
  300_000
)
