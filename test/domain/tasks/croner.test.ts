/** Our instants against those of croner, an independent implementation. */
import { assert, it } from "@effect/vitest"
import { Cron as Croner } from "croner"
import { Result } from "effect"
import * as fc from "fast-check"
import * as Cron from "../../../src/domain/tasks/Cron.ts"
import { instantsOf, localAt, nextChange } from "../../../src/domain/tasks/Zone.ts"

const hour = 3_600_000
const zones = [
  "UTC",
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "America/Sao_Paulo",
  "Australia/Lord_Howe",
  "Asia/Kolkata",
  "Asia/Tokyo",
  "Africa/Cairo",
  "Africa/Casablanca",
  "Pacific/Chatham",
  "Pacific/Apia"
]

const field = (min: number, max: number) => {
  const value = fc.integer({ min, max })
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant("*") },
    { weight: 2, arbitrary: value.map(String) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: Math.ceil((max - min) / 2) }).map((step) => `*/${step}`) },
    { weight: 1, arbitrary: fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`) },
    { weight: 1, arbitrary: fc.uniqueArray(value, { minLength: 2, maxLength: 4 }).map((list) => list.join(",")) }
  )
}
const often = (part: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant("*") }, { weight: 1, arbitrary: part })
const expression = fc
  .tuple(field(0, 59), field(0, 23), often(field(1, 28)), often(field(1, 12)), often(field(0, 6)))
  .map((fields) => fields.join(" "))

const years = { min: Date.UTC(2023, 0, 1), max: Date.UTC(2029, 0, 1) }
const anywhere = fc.integer(years)

/** Every third triple begins close to a change of the clock: there is where implementations differ. */
const triple = fc
  .tuple(
    expression,
    fc.constantFrom(...zones),
    anywhere,
    fc.integer({ min: -26 * hour, max: 2 * hour }),
    fc.integer({ min: 0, max: 2 })
  )
  .map(([schedule, zone, start, before, close]) => {
    const change = close === 0 ? nextChange(zone, start, start + 366 * 24 * hour) : undefined
    return { schedule, zone, start: change === undefined ? start : change + before }
  })

type Difference = "left out" | "comes twice"

/**
 * Why the two differ. Decided: certain hours come once on each day. `left out`: the clock is put forward over the time;
 * ours comes at that moment, croner's on another day. `comes twice`: the clock is put back over it; croner takes the second
 * time as well, ours only the first.
 */
const explain = (zone: string, ours: number, theirs: number): Difference | undefined => {
  const atChange = nextChange(zone, ours - 1, ours) === ours
  if (atChange && localAt(zone, ours) - localAt(zone, ours - 1) > 1 && theirs > ours) return "left out"
  return instantsOf(zone, localAt(zone, theirs))[1] === theirs && ours > theirs ? "comes twice" : undefined
}

it("ten thousand schedules mean the same instants, but where a clock is changed and what comes then is decided", () => {
  const triples = fc.sample(triple, { numRuns: 10_000, seed: 20_260 })
  const counts: Record<Difference, number> = { "left out": 0, "comes twice": 0 }
  const unexplained: Array<string> = []
  for (const { schedule, start, zone } of triples) {
    const read = Cron.parse(schedule)
    assert.isTrue(Result.isSuccess(read), schedule)
    const ours = Cron.next(Result.getOrThrow(read), zone, start)
    const theirs = new Croner(schedule, { timezone: zone, paused: true }).nextRun(new Date(start))?.getTime()
    if (ours === theirs) continue
    const why = ours === undefined || theirs === undefined ? undefined : explain(zone, ours, theirs)
    if (why !== undefined) counts[why]++
    else unexplained.push(`${schedule} ${zone} ${new Date(start).toISOString()}: ${ours} ${theirs}`)
  }
  assert.deepStrictEqual(unexplained, [])
  assert.deepStrictEqual(counts, { "left out": 15, "comes twice": 7 })
})
