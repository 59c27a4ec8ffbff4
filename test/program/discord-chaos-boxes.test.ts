/** The whole program, with boxes: the gateway breaks and the server is killed (-9) at random while people write on Discord. */
import { assert, layer } from "@effect/vitest"
import { Context, Effect } from "effect"
import { make, OnDiscord } from "../support/OnDiscord.ts"
import * as Program from "../support/Program.ts"
import { randomOf } from "../support/Random.ts"

const channels = 4
const messages = 60
const drops = 10
const kills = 3

const chaos = Effect.gen(function* () {
  const { kill, start } = yield* Program.Program
  const { answers, calls, gateway, requests, room, sees, until } = yield* OnDiscord
  const { below, pick, shuffled } = randomOf(7)
  const rooms = yield* Effect.forEach(Array.from({ length: channels }).keys(), (n) => room(`room-${n}`))
  const expected = new Map(rooms.map((each) => [each, [] as Array<string>]))
  const letters = shuffled(rooms.flatMap((each) => Array.from({ length: messages / channels }, () => each)))
  const troubles = shuffled([
    ...Array.from({ length: drops }, () => "drop" as const),
    ...Array.from({ length: kills }, () => "kill" as const)
  ])
  const connections = () => gateway.identified.length + gateway.resumed.length
  for (const [index, trouble] of troubles.entries()) {
    for (const each of letters.splice(0, Math.ceil(letters.length / (troubles.length - index)))) {
      const wanted = expected.get(each) ?? []
      const text = `${each.name}, number ${wanted.length + 1}`
      wanted.push(text)
      yield* calls(each, `say: ${text}`)
    }
    // What is going on goes on for a while.
    const later = requests.length + below(12)
    yield* Effect.timeoutOption(
      until(() => requests.length >= later),
      "3 seconds"
    )
    const before = connections()
    if (trouble === "drop") yield* pick([gateway.drop, gateway.reconnect, gateway.close(4000)])
    else {
      yield* kill
      yield* start()
    }
    yield* until(() => connections() > before)
  }
  for (const each of rooms) {
    yield* sees(each, ({ content }) => content === expected.get(each)?.at(-1))
    yield* until(() => answers(each).length >= (expected.get(each) ?? []).length)
  }
  for (const each of rooms) assert.deepStrictEqual(answers(each), expected.get(each), each.name)
})

layer(Program.imageReady, { timeout: "5 minutes", excludeTestServices: true })("The whole program", (it) => {
  it.effect(
    `answers each of ${messages} messages once and in order over ${drops} broken connections and ${kills} deaths`,
    () =>
      Effect.gen(function* () {
        const both = yield* make({ max_concurrent_runs: channels })
        yield* Context.get(both, Program.Program).start()
        yield* Context.get(both, OnDiscord).ready
        yield* Effect.provide(chaos, both)
      }).pipe(Effect.scoped),
    300_000
  )
})
