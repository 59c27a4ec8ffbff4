/** The server is killed around the instants of tasks and started again: each instant is worked on once and accounted for. */
import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const Occurrence = Schema.Struct({
  occurrence_at: Schema.String,
  status: Schema.String,
  thread_id: Schema.optionalKey(Schema.String),
  ended_at: Schema.optionalKey(Schema.String)
})
const occurrencesOf = Schema.decodeUnknownSync(Schema.Array(Occurrence))

/** Each write is tried with LOOP_TEST_EVERY_CALL, every fifth from day to day. */
const step = process.env["LOOP_TEST_EVERY_CALL"] === undefined ? 5 : 1

/** Later than the request that makes the task, soon enough that nobody waits for long. */
const ahead = 700

/** A task due in a moment, under a server that kills itself at a write from the letter on; whether it did. */
const moment = Effect.fnUntraced(function* (when: "before" | "after", write: number) {
  const program = yield* Program.Program
  const name = `${when} write ${write};`
  const channel = yield* Talk.makeChannel()
  const due = new Date(Date.now() + ahead).toISOString()
  const draft = { channel_id: channel.id, type: "once", schedule: due, prompt: `say: work of ${name}`, catch_up: "all" }
  const { id } = (yield* Talk.call("POST", "/api/tasks", draft)).json as { readonly id: number }
  const runs = `/api/tasks/${id}/runs`

  const over = yield* Talk.eventually(
    Effect.map(Talk.attempt("GET", runs), (seen) => seen && occurrencesOf(seen.json)),
    (seen) => seen === undefined || seen[0]?.ended_at !== undefined
  )
  const killed = over === undefined
  if (killed) yield* Effect.andThen(program.ended, program.start())
  const occurrences = yield* Talk.eventually(
    Effect.map(Talk.get(runs), occurrencesOf),
    ([first]) => first?.ended_at !== undefined
  )

  assert.deepStrictEqual(
    occurrences.map(({ occurrence_at, status }) => [Date.parse(occurrence_at), status]),
    [[Date.parse(due), "ran"]],
    name
  )
  const ended = yield* Talk.get(`/api/runs?task_id=${id}`)
  assert.deepStrictEqual(
    (ended as ReadonlyArray<Talk.RunSeen>).map(({ result, status }) => [status, result]),
    [["completed", `work of ${name}`]],
    name
  )
  const thread = Talk.channel(occurrences[0]?.thread_id ?? "")
  const said = yield* Talk.eventually(thread.said, (all) => all.length > 0)
  assert.strictEqual(said.filter((text) => text.includes(`work of ${name}`)).length, 1, said.join("\n"))
  return killed
})

/** Kills at the first write since a task's letter, the second, … until there are no more of them; how many there were. */
const sweep = Effect.fnUntraced(function* (when: "before" | "after") {
  const program = yield* Program.make()
  return yield* Effect.gen(function* () {
    let kills = 0
    for (;;) {
      const write = 1 + kills * step
      yield* program.start({ when, write, from: "message" })
      if (!(yield* moment(when, write))) break
      kills++
      yield* program.kill
    }
    assert.notInclude(program.log(), '"level":"ERROR"')
    return kills
  }).pipe(Effect.provideService(Program.Program, program))
})

it.live(
  "killed before or after any write from a task's instant on, the server works on the instant once and says so once",
  () =>
    Effect.gen(function* () {
      const [before, after] = yield* Effect.all([sweep("before"), sweep("after")], { concurrency: 2 })
      assert.isAtLeast(before + after, Math.floor(20 / step))
    }).pipe(Effect.scoped, Effect.provide(Program.imageReady)),
  300_000
)
