import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as Schedule from "../../../src/domain/tasks/Schedule.ts"
import type { TaskType } from "../../../src/domain/tasks/Task.ts"

const at = (text: string) => Date.parse(text)
const now = at("2026-01-01T00:00:00Z")

/** The instants behind `from`, in UTC. */
const instants = (type: TaskType, schedule: string, zone: string, from: string, count = 3) =>
  Result.match(Schedule.read({ type, schedule }, zone, at(from)), {
    onFailure: (reason) => [reason],
    onSuccess: (read) =>
      Schedule.upcoming(read, at(from), count).map((instant) => new Date(instant).toISOString().slice(0, 16))
  })

const refusal = (type: TaskType, schedule: string, zone = "UTC") =>
  Result.match(Schedule.plan({ type, schedule }, zone, now), {
    onFailure: (reason) => reason,
    onSuccess: () => "it was taken"
  })

describe("cron", () => {
  it("takes numbers, names, lists, ranges, steps and nicknames", () => {
    const day = (schedule: string, count = 2) => instants("cron", schedule, "UTC", "2026-01-01T00:00:00Z", count)
    assert.deepStrictEqual(day("15,45 9-10 * jan mon"), ["2026-01-05T09:15", "2026-01-05T09:45"])
    assert.deepStrictEqual(day("*/20 0 * * *"), ["2026-01-01T00:20", "2026-01-01T00:40"])
    assert.deepStrictEqual(day("5/25 0 * * *"), ["2026-01-01T00:05", "2026-01-01T00:30"])
    assert.deepStrictEqual(day("0 0 * * 7"), ["2026-01-04T00:00", "2026-01-11T00:00"])
    assert.deepStrictEqual(day("0 12 * * FRI-SUN", 4), [
      "2026-01-02T12:00",
      "2026-01-03T12:00",
      "2026-01-04T12:00",
      "2026-01-09T12:00"
    ])
    assert.deepStrictEqual(day("@daily"), ["2026-01-02T00:00", "2026-01-03T00:00"])
    assert.deepStrictEqual(day("@Hourly"), ["2026-01-01T01:00", "2026-01-01T02:00"])
    assert.deepStrictEqual(day("@weekly"), ["2026-01-04T00:00", "2026-01-11T00:00"])
    assert.deepStrictEqual(day("@yearly", 1), ["2027-01-01T00:00"])
    assert.deepStrictEqual(day("0 0 29 2 *"), ["2028-02-29T00:00", "2032-02-29T00:00"])
    // Days and weekdays that are both restricted: either will do.
    assert.deepStrictEqual(day("0 0 13 * fri", 4), [
      "2026-01-02T00:00",
      "2026-01-09T00:00",
      "2026-01-13T00:00",
      "2026-01-16T00:00"
    ])
  })

  it("goes by the task's zone, not by UTC (W22)", () => {
    assert.deepStrictEqual(instants("cron", "0 9 * * *", "Asia/Kolkata", "2026-01-01T00:00:00Z", 1), [
      "2026-01-01T03:30"
    ])
    assert.deepStrictEqual(instants("cron", "0 9 * * *", "America/New_York", "2026-07-01T00:00:00Z", 1), [
      "2026-07-01T13:00"
    ])
  })

  it("that can never come, or is none, is refused with the reason (W19)", () => {
    assert.strictEqual(refusal("cron", "0 0 30 2 *"), "It never comes: no month that it names has a day 30.")
    assert.strictEqual(refusal("cron", "0 0 31 4,6,9,11 *"), "It never comes: no month that it names has a day 31.")
    assert.include(refusal("cron", "0 0 * *"), "five fields")
    assert.include(refusal("cron", "0 0 0 * * *"), "this one has 6")
    assert.include(refusal("cron", ""), "this one has 0")
    assert.include(refusal("cron", "61 * * * *"), "0-59")
    assert.include(refusal("cron", "*/0 * * * *"), "not understood")
    assert.include(refusal("cron", "5-1 * * * *"), "not understood")
    assert.include(refusal("cron", "H * * * *"), 'The minute "H" is not understood')
    assert.include(refusal("cron", "0 0 L * *"), 'The day of the month "L" is not understood')
    assert.include(refusal("cron", "0 0 * * 1#2"), "weekday")
    assert.include(refusal("cron", "? * * * *"), "not understood")
    assert.include(refusal("cron", "0 0 * * mond"), "not understood")
    assert.include(refusal("cron", "@reboot"), "@daily")
    assert.include(refusal("cron", "TZ=UTC 0 0 * * *"), "timezone")
    assert.strictEqual(refusal("cron", "0 0 30 2 mon"), "it was taken")
  })
})

describe("Where clocks are changed", () => {
  const days = (schedule: string, zone: string, from: string, count = 3) =>
    instants("cron", schedule, zone, from, count)

  it("in Europe a certain hour comes once a day: at the change when it is left out, the first time when it comes twice", () => {
    assert.deepStrictEqual(days("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z"), [
      "2026-03-29T01:00",
      "2026-03-30T00:30",
      "2026-03-31T00:30"
    ])
    assert.deepStrictEqual(days("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z"), [
      "2026-10-25T00:30",
      "2026-10-26T01:30",
      "2026-10-27T01:30"
    ])
    // Three minutes of an hour that is left out are one moment.
    assert.deepStrictEqual(days("0,20,40 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2), [
      "2026-03-29T01:00",
      "2026-03-30T00:00"
    ])
  })

  it("in America as well, and every hour is every hour that passes", () => {
    assert.deepStrictEqual(days("30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", 2), [
      "2026-03-08T07:00",
      "2026-03-09T06:30"
    ])
    assert.deepStrictEqual(days("30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", 2), [
      "2026-11-01T05:30",
      "2026-11-02T06:30"
    ])
    assert.deepStrictEqual(days("0 * * * *", "America/New_York", "2026-11-01T04:30:00Z", 4), [
      "2026-11-01T05:00",
      "2026-11-01T06:00",
      "2026-11-01T07:00",
      "2026-11-01T08:00"
    ])
    assert.deepStrictEqual(days("0 * * * *", "America/New_York", "2026-03-08T05:30:00Z"), [
      "2026-03-08T06:00",
      "2026-03-08T07:00",
      "2026-03-08T08:00"
    ])
  })

  it("at Lord Howe by half an hour: no quarter that passes is left out, none comes twice as one", () => {
    assert.deepStrictEqual(days("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", 2), [
      "2026-10-03T15:30",
      "2026-10-04T15:15"
    ])
    assert.deepStrictEqual(days("45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", 2), [
      "2026-04-04T14:45",
      "2026-04-05T15:15"
    ])
    const quarters = ["14:45", "15:00", "15:15", "15:30", "15:45", "16:00"]
    assert.deepStrictEqual(
      days("*/15 * * * *", "Australia/Lord_Howe", "2026-04-04T14:30:00Z", 6),
      quarters.map((time) => `2026-04-04T${time}`)
    )
    assert.deepStrictEqual(
      days("*/15 * * * *", "Australia/Lord_Howe", "2026-10-03T14:30:00Z", 6),
      quarters.map((time) => `2026-10-03T${time}`)
    )
    assert.deepStrictEqual(days("5 * * * *", "Australia/Lord_Howe", "2026-04-04T13:30:00Z"), [
      "2026-04-04T14:05",
      "2026-04-04T15:35",
      "2026-04-04T16:35"
    ])
    assert.deepStrictEqual(days("5 * * * *", "Australia/Lord_Howe", "2026-10-03T14:00:00Z"), [
      "2026-10-03T14:35",
      "2026-10-03T16:05",
      "2026-10-03T17:05"
    ])
  })

  it("midnight that is left out is the first moment of that day", () => {
    assert.deepStrictEqual(days("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00:00Z", 2), [
      "2026-04-23T22:00",
      "2026-04-24T21:00"
    ])
  })
})

describe("an interval", () => {
  it("takes weeks, days, hours, minutes and seconds, and keeps its beat", () => {
    assert.deepStrictEqual(instants("interval", "1h30m", "UTC", "2026-01-01T00:00:00Z", 2), [
      "2026-01-01T01:30",
      "2026-01-01T03:00"
    ])
    assert.deepStrictEqual(instants("interval", "2d", "Europe/Berlin", "2026-03-28T12:00:00Z", 1), ["2026-03-30T12:00"])
    assert.deepStrictEqual(instants("interval", "1.5h", "UTC", "2026-01-01T00:00:00Z", 1), ["2026-01-01T01:30"])
    const read = Result.getOrThrow(Schedule.read({ type: "interval", schedule: "10s" }, "UTC", 1000))
    assert.deepStrictEqual(Schedule.upcoming(read, 25_500, 2), [31_000, 41_000])
  })

  it("of nothing, of less, and of too little is refused with the reason (W20)", () => {
    assert.include(refusal("interval", "0s"), "zero")
    assert.include(refusal("interval", "-5m"), "negative")
    assert.include(refusal("interval", "9s"), "the shortest interval is 10s")
    assert.include(refusal("interval", "1ns"), "no interval")
    assert.include(refusal("interval", "soon"), "no interval")
    assert.include(refusal("interval", "99999d"), "ten years")
    assert.strictEqual(refusal("interval", "10s"), "it was taken")
  })
})

describe("once", () => {
  const once = (schedule: string, zone = "UTC") =>
    Result.match(Schedule.plan({ type: "once", schedule }, zone, now), {
      onFailure: (reason) => reason,
      onSuccess: ({ first }) => new Date(first).toISOString()
    })

  it("is an instant with any offset (W15)", () => {
    assert.strictEqual(once("2026-06-01T14:30:00+02:00"), "2026-06-01T12:30:00.000Z")
    assert.strictEqual(once("2026-06-01T10:00:00-05:00"), "2026-06-01T15:00:00.000Z")
    assert.strictEqual(once("2026-06-01T10:00:00.250Z"), "2026-06-01T10:00:00.250Z")
    assert.strictEqual(once("2026-06-01T05:45:00+05:45"), "2026-06-01T00:00:00.000Z")
  })

  it("is local time in the task's zone, and the change where the clock leaves it out", () => {
    assert.strictEqual(once("2026-06-01 14:30", "Europe/Berlin"), "2026-06-01T12:30:00.000Z")
    assert.strictEqual(once("2026-03-29T02:30", "Europe/Berlin"), "2026-03-29T01:00:00.000Z")
    assert.strictEqual(once("2026-10-25T02:30", "Europe/Berlin"), "2026-10-25T00:30:00.000Z")
  })

  it("that has passed, or never comes, is refused with the reason", () => {
    assert.strictEqual(once("2025-12-31T23:00:00Z"), "2025-12-31T23:00:00Z has passed already.")
    assert.strictEqual(once("2025-12-31T23:59:30Z"), "2025-12-31T23:59:30.000Z")
    assert.include(once("2026-02-30T10:00:00Z"), "no such day")
    assert.include(once("2026-06-01T25:00:00Z"), "no such day or time")
    assert.include(once("tomorrow"), "is no instant")
    assert.include(once("2026-06-01T10:00:00+25:00"), "no offset")
  })
})
