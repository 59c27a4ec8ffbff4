/** What channels hold in memory: those whose actor is resident (each has just had a turn), and those that were left alone. */
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import * as AgentScripted from "../src/services/AgentScripted.ts"
import * as Actors from "./actors.ts"
import { directory, report } from "./support.ts"

const thousands = 2
/** As many as are measured: what the process grows to by the work itself is there before. */
const warmUp = 1000 * thousands

/** What is left when the collector has given back its reserve, too. */
const megabytes = Effect.promise(async () => {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.({ type: "major", execution: "sync", flavor: "last-resort" })
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, rss } = process.memoryUsage()
  return { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 }
})

const measure = Effect.gen(function* () {
  const engine = yield* AgentScripted.makeWorld()
  const config = { container_keep_alive_sec: 0 }
  return yield* Effect.gen(function* () {
    const { create, post } = yield* Actors.talk
    let names = 0
    const visit = Effect.fnUntraced(function* (channels: number) {
      for (let index = 0; index < channels; index++) {
        const channel = yield* create(`bench ${++names}`)
        yield* (yield* post(channel, "hello")).ended
        yield* Fiber.interrupt(channel.watcher)
        // The world that the engine is played in is not part of the server.
        if (engine.processes instanceof Map) engine.processes.clear()
        engine.sessions.clear()
      }
      return yield* megabytes
    })
    const leave = Effect.andThen(TestClock.adjust("10 minutes"), megabytes)

    // The first tick gives the cluster its shards.
    yield* TestClock.adjust(1)
    yield* visit(warmUp)
    const before = yield* leave
    const resident = yield* visit(1000 * thousands)
    const left = yield* leave
    yield* visit(1000 * thousands)
    const again = yield* leave

    const against = `${1000 * thousands} channels after a turn each, collected`
    const later = `${1000 * thousands} more channels, passivated, collected`
    const perThousand = (from: number, to: number) => Math.max(0, (to - from) / thousands)
    return [
      {
        what: "1,000 resident channels",
        value: perThousand(before.rss, resident.rss),
        unit: "MB",
        against: `resident memory, ${against}`,
        atMost: 40
      },
      { what: "1,000 resident channels, heap", value: perThousand(before.heap, resident.heap), unit: "MB", against },
      {
        what: "1,000 passivated channels",
        value: perThousand(left.rss, again.rss),
        unit: "MB",
        against: `resident memory, ${later}`,
        atMost: 1
      },
      { what: "1,000 passivated channels, heap", value: perThousand(left.heap, again.heap), unit: "MB", against: later }
    ]
  }).pipe(Effect.provide(Actors.layer(yield* directory, engine.layer, config)))
}).pipe(Effect.provide(TestClock.layer()), Effect.scoped)

if (import.meta.main) await report(measure)
