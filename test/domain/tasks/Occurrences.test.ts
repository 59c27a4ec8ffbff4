import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { backOffMs, batch, type Due, judge } from "../../../src/domain/tasks/Occurrences.ts"
import * as Schedule from "../../../src/domain/tasks/Schedule.ts"
import { defaultOptions, type TaskOptions } from "../../../src/domain/tasks/Task.ts"

const hour = 3_600_000
const hourly = Result.getOrThrow(Schedule.read({ type: "interval", schedule: "1h" }, "UTC", 0))

const due = (now: number, options: Partial<TaskOptions> = {}, more: Partial<Due> = {}) =>
  judge({
    schedule: hourly,
    first: hour,
    now,
    options: { ...defaultOptions, ...options },
    failures: 0,
    notBefore: null,
    open: 0,
    ...more
  })

const ends = (...given: Parameters<typeof due>) => due(...given).verdicts.map(({ status }) => status)

describe("Instants that are due", () => {
  it("are each judged once, and the next one is named", () => {
    assert.deepStrictEqual(due(hour), {
      verdicts: [{ at: hour, status: "waiting", reason: null, aside: false }],
      next: 2 * hour
    })
    assert.deepStrictEqual(
      due(4 * hour + 5).verdicts.map(({ at }) => at),
      [hour, 2 * hour, 3 * hour, 4 * hour]
    )
  })

  it("that have passed are caught up with as the task says, within its window", () => {
    const now = 4 * hour + 5 * 60_000
    assert.deepStrictEqual(ends(now), ["missed", "missed", "missed", "waiting"])
    assert.deepStrictEqual(ends(now, { catch_up: "all" }), ["waiting", "waiting", "waiting", "waiting"])
    assert.deepStrictEqual(ends(now, { catch_up: "all", catch_up_window_sec: 7500 }), [
      "missed",
      "waiting",
      "waiting",
      "waiting"
    ])
    assert.deepStrictEqual(ends(now, { catch_up: "none" }), ["missed", "missed", "missed", "missed"])
    assert.deepStrictEqual(ends(now, { catch_up_window_sec: 60 }), ["missed", "missed", "missed", "missed"])
    assert.deepStrictEqual(
      due(now, { catch_up_window_sec: 7500 }).verdicts.map(({ reason }) => reason),
      [
        "Loop was not there in time.",
        "Loop was not there in time, and a later instant was run instead.",
        "Loop was not there in time, and a later instant was run instead.",
        null
      ]
    )
    // What is a few seconds late was not missed.
    for (const late of [5000, 60_000]) {
      assert.deepStrictEqual(ends(4 * hour + late, { catch_up: "none" }), ["missed", "missed", "missed", "waiting"])
    }
    assert.notInclude(ends(4 * hour + 60_001, { catch_up: "none" }), "waiting")
  })

  it("that are too many for one go follow in the next, and only the very last of all is caught up with", () => {
    const far = (batch + 100) * hour
    const first = due(far, { catch_up_window_sec: 10 * batch * 3600 })
    assert.strictEqual(first.verdicts.length, batch)
    assert.isTrue(first.verdicts.every(({ status }) => status === "missed"))
    assert.strictEqual(first.next, (batch + 1) * hour)
    const second = due(far, {}, { first: first.next! })
    assert.deepStrictEqual([second.verdicts.length, second.verdicts.at(-1)?.status], [100, "waiting"])
    assert.strictEqual(second.next, far + hour)
  })

  it("at which the last run is still at work are skipped, queued, or run beside it", () => {
    assert.deepStrictEqual(ends(hour, {}, { open: 1 }), ["skipped"])
    assert.deepStrictEqual(due(hour, { overlap: "queue" }, { open: 1 }).verdicts[0]?.aside, false)
    assert.deepStrictEqual(due(hour, { overlap: "allow" }, { open: 1 }).verdicts[0]?.aside, true)
    assert.deepStrictEqual(due(hour, { overlap: "allow" }).verdicts[0]?.aside, false)
    // Those of one look count for each other.
    const often = Result.getOrThrow(Schedule.read({ type: "interval", schedule: "10s" }, "UTC", 0))
    const together = (overlap: "skip" | "allow") =>
      due(20_000, { catch_up: "all", overlap }, { schedule: often, first: 10_000 }).verdicts
    assert.deepStrictEqual(
      together("skip").map(({ status }) => status),
      ["waiting", "skipped"]
    )
    assert.deepStrictEqual(
      together("allow").map(({ aside }) => aside),
      [false, true]
    )
  })

  it("are skipped while the task is held back, a minute after the first failure and an hour at most", () => {
    const held = due(hour, {}, { failures: 2, notBefore: hour + 1 })
    assert.deepInclude(held.verdicts[0], { status: "skipped", reason: "It was held back after 2 failures in a row." })
    assert.deepStrictEqual(ends(hour, {}, { failures: 2, notBefore: hour }), ["waiting"])
    assert.deepStrictEqual([1, 2, 3, 4, 9].map(backOffMs), [60_000, 120_000, 240_000, 480_000, hour])
  })
})
