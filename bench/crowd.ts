/** A hundred channels at once over the real store, actors and pool, each watched, and with a kept, scripted process. */
import { Effect } from "effect"
import * as AgentScripted from "../src/services/AgentScripted.ts"
import * as Actors from "./actors.ts"
import { quantile } from "./figure.ts"
import { directory, report } from "./support.ts"

const channels = 100
const turns = 10

const measure = Effect.gen(function* () {
  const written = new Map<string, number>()
  const mark = /#\d+\.\d+#/
  const layer = Actors.layer(yield* directory, AgentScripted.layer(), { max_concurrent_runs: channels }, (prompt) => {
    written.set(mark.exec(prompt)?.[0] ?? "", performance.now())
  })
  return yield* Effect.gen(function* () {
    const { create, post } = yield* Actors.talk
    const prompt: Array<number> = []
    const whole: Array<number> = []
    const ids = yield* Effect.forEach(Array.from({ length: channels }).keys(), (index) => create(`bench ${index}`))

    const converse = (counted: boolean) =>
      Effect.forEach(
        ids,
        Effect.fnUntraced(function* (channel, index) {
          for (let turn = 0; turn < (counted ? turns : 1); turn++) {
            const text = `#${index}.${turn}#`
            const { at, ended } = yield* post(channel, text)
            const end = yield* ended
            if (!counted) continue
            whole.push(end - at)
            prompt.push((written.get(text) ?? Number.NaN) - at)
          }
        }),
        { concurrency: "unbounded", discard: true }
      )
    yield* converse(false)
    const cpu = process.cpuUsage()
    const start = performance.now()
    yield* converse(true)
    const seconds = (performance.now() - start) / 1000

    const { system, user } = process.cpuUsage(cpu)
    const against = `${channels} channels at once, ${turns} turns each, scripted engine, file, synchronous=FULL`
    return [
      { what: "crowd: turns per second", value: (channels * turns) / seconds, unit: "/s", against },
      {
        what: "crowd: processor time of a turn",
        value: (user + system) / 1000 / (channels * turns),
        unit: "ms",
        against
      },
      { what: "crowd: message handed in -> prompt written, p50", value: quantile(prompt, 0.5), unit: "ms", against },
      { what: "crowd: message handed in -> prompt written, p99", value: quantile(prompt, 0.99), unit: "ms", against },
      { what: "crowd: message handed in -> run ended, p99", value: quantile(whole, 0.99), unit: "ms", against }
    ]
  }).pipe(Effect.provide(layer))
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
