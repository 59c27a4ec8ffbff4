/** What the model API refuses: each row of its error table ends in a sentence with the next step, after so many tries. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const retries = 2

interface Row {
  readonly name: string
  readonly script: string
  readonly sentence: RegExp
  /** How often the API is asked the same. */
  readonly asked: number
}

const rows: ReadonlyArray<Row> = [
  { name: "400", script: "status 400", asked: 1, sentence: /\(400\): .* Change the message or use another model/ },
  { name: "401", script: "status 401", asked: 1, sentence: /key was refused \(401\)\. Set anthropic_api_key/ },
  { name: "403", script: "status 403", asked: 1, sentence: /\(403\): .* Check the rights of the key in config\.json/ },
  { name: "413", script: "status 413", asked: 1, sentence: /too large .*\(413\)\. Send it in smaller parts/ },
  { name: "429", script: "status 429", asked: retries + 1, sentence: /rate limit .*\(429\): .* Wait a little, then/ },
  { name: "500", script: "status 500", asked: retries + 1, sentence: /failed \(500\) .* Wait a few minutes, then/ },
  { name: "529", script: "status 529", asked: retries + 1, sentence: /overloaded \(529\) .* Wait a few minutes, then/ },
  {
    name: "a cut stream",
    script: "cut",
    asked: retries + 1,
    sentence: /127\.0\.0\.1:\d+ broke off .* Check the network/
  }
]

/** How often each request was made that carried the prompt. (After a 400 the CLI asks for less, which is no retry.) */
const timesAsked = ({ api }: Program.Program["Service"], script: string): ReadonlyArray<number> => {
  const times = new Map<string, number>()
  for (const { body, headers, prompt } of api.requests) {
    if (!prompt.endsWith(`: ${script}`)) continue
    const request = JSON.stringify([headers["anthropic-beta"], body])
    times.set(request, (times.get(request) ?? 0) + 1)
  }
  return [...times.values()]
}

/** Says something that fails; the sentence that tells why. It comes once, as the last word, and is the run's reason. */
const fails = Effect.fnUntraced(function* (channel: Talk.Channel, content: string) {
  const { run_id, said, state } = yield* channel.ask(content)
  const reason = said.at(-1) ?? ""
  assert.deepStrictEqual([state, said.indexOf(reason)], ["failed", said.length - 1])
  const run = (yield* channel.runs).find((one) => one.run_id === run_id)
  assert.deepInclude(run, { attempt: 1, reason, status: "failed" })
  return reason
})

/** One channel for all of them: no failure harms the next message. */
class Room extends Context.Service<Room, Talk.Channel>()("loop/test/Room") {}
const room = Layer.effect(Room, Talk.newChannel()).pipe(
  Layer.provideMerge(Program.layer({ anthropic_max_retries: retries }))
)

const real = { timeout: "3 minutes", excludeTestServices: true } as const

layer(room, real)("A refusal of the model API", (it) => {
  for (const { asked, name, script, sentence } of rows) {
    it.effect(`ends in a sentence with the next step: ${name}`, () =>
      Effect.gen(function* () {
        const program = yield* Program.Program
        const channel = yield* Room
        assert.match(yield* fails(channel, script), sentence)
        assert.deepStrictEqual([...new Set(timesAsked(program, script))], [asked])
        assert.deepStrictEqual((yield* channel.ask("say: fine")).said, ["fine"])
      })
    )
  }

  it.effect("ends in a sentence with the next step: no connection, until the address is mended", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const channel = yield* Room
      yield* program.configure({ anthropic_base_url: "http://127.0.0.1:9" })
      yield* Talk.logs("was edited and applies")
      const sentence =
        /^The model API at 127\.0\.0\.1:9 could not be reached: .*ECONNREFUSED.* Check the network of this/
      assert.match(yield* fails(channel, "say: nobody hears"), sentence)
      const run = (yield* channel.runs).at(-1)
      const events = (yield* Talk.get(`/api/runs/${run?.run_id}/events`)) as ReadonlyArray<{ readonly type: string }>
      assert.strictEqual(events.filter(({ type }) => type === "run.retry").length, retries)

      yield* program.configure({})
      yield* Talk.logs("was edited and applies", 2)
      assert.deepStrictEqual((yield* channel.ask("say: heard again")).said, ["heard again"])
    })
  )
})
