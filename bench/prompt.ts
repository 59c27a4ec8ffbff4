/** From a stored message to the prompt on its way to the agent, through the real store, actor and pool, with a kept process. */
import { commits } from "./commits.ts"
import { Effect } from "effect"
import * as AgentScripted from "../src/services/AgentScripted.ts"
import * as Actors from "./actors.ts"
import { quantile, type Figure } from "./figure.ts"
import { directory, report } from "./support.ts"

const warmUp = 50
const turns = 500

const measure = Effect.gen(function* () {
  const home = yield* directory
  let writtenAt = 0
  let writtenCommits = 0
  const layer = Actors.layer(home, AgentScripted.layer(), {}, () => {
    writtenAt = performance.now()
    writtenCommits = commits()
  })
  return yield* Effect.gen(function* () {
    const { create, post } = yield* Actors.talk
    const channel = yield* create("bench")
    const stored: Array<number> = []
    const accepted: Array<number> = []
    const prompt: Array<number> = []
    const whole: Array<number> = []
    let before = 0
    let storedCommits = 0
    let total = 0
    let cpu = process.cpuUsage()
    for (let turn = 0; turn < warmUp + turns; turn++) {
      // What the turn before still had to deliver is not this one's.
      yield* Effect.sleep("5 millis")
      const atStart = commits()
      const { at, ended, ...posted } = yield* post(channel, `turn ${turn}`)
      const atStored = commits()
      const end = yield* ended
      yield* Effect.sleep("5 millis")
      if (turn === warmUp - 1) cpu = process.cpuUsage()
      if (turn < warmUp) continue
      stored.push(posted.accepted - at)
      accepted.push(writtenAt - posted.accepted)
      prompt.push(writtenAt - at)
      whole.push(end - at)
      storedCommits += atStored - atStart
      before += writtenCommits - atStart
      total += commits() - atStart
    }
    const { system, user } = process.cpuUsage(cpu)
    const against = `${turns} turns, one channel, kept scripted process, file, synchronous=FULL`
    const figure = (what: string, value: number, unit: string, atMost?: number): Figure => {
      return { what, value, unit, against, ...(atMost !== undefined && { atMost }) }
    }
    return [
      figure("message handed in -> stored, p50", quantile(stored, 0.5), "ms"),
      figure("stored -> prompt written, p50", quantile(accepted, 0.5), "ms", 5),
      figure("stored -> prompt written, p99", quantile(accepted, 0.99), "ms", 50),
      figure("message handed in -> prompt written, p50", quantile(prompt, 0.5), "ms"),
      figure("message handed in -> prompt written, p99", quantile(prompt, 0.99), "ms"),
      figure("message handed in -> run ended, p50", quantile(whole, 0.5), "ms"),
      figure("processor time of a turn", (user + system) / 1000 / turns, "ms"),
      figure("commits until stored", storedCommits / turns, ""),
      figure("commits until the prompt is written", before / turns, ""),
      figure("commits of a turn that says one thing", total / turns, "")
    ]
  }).pipe(Effect.provide(layer))
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
