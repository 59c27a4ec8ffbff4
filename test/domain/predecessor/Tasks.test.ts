import { assert, describe, it } from "@effect/vitest"
import { ChannelId } from "../../../src/domain/Ids.ts"
import { channelOf, instantOf, taskOf } from "../../../src/domain/predecessor/Rows.ts"
import { sortOut } from "../../../src/domain/predecessor/Channels.ts"
import { judge } from "../../../src/domain/predecessor/Tasks.ts"

const now = Date.UTC(2026, 4, 4, 12)
const hour = 3_600_000
const channel = ChannelId.make("local:x")
const row = (columns: object) => judge(taskOf({ id: 1, channel_id: "x", prompt: "p", ...columns }), channel, now)
const task = (columns: object) => {
  const judged = row(columns)
  if (typeof judged === "string") throw new Error(judged)
  return judged.task
}
const at = (hours: number) => new Date(now + hours * hour).toISOString()

describe("the predecessor's tasks", () => {
  it("reads its instants however they were written", () => {
    const noon = Date.UTC(2026, 4, 4, 12)
    for (const text of [
      "2026-05-04 12:00:00",
      "2026-05-04T12:00:00Z",
      "2026-05-04 14:00:00.000000001+02:00",
      "2026-05-04 12:00:00 +0000 UTC",
      "2026-05-04 07:00:00 -0500 EST m=+0.1"
    ]) {
      assert.strictEqual(instantOf(text), noon, text)
    }
    for (const text of ["", "soon", "0001-01-01 00:00:00+00:00"]) assert.isUndefined(instantOf(text), text)
  })

  it("goes on where they were: what is due is caught up with for a day, an interval keeps its step", () => {
    const cron = { type: "cron", schedule: "0 9 * * *" }
    assert.strictEqual(task({ ...cron, next_run_at: at(5) }).next_run_at, now + 5 * hour)
    assert.strictEqual(task({ ...cron, next_run_at: at(-3) }).next_run_at, now - 3 * hour)
    assert.strictEqual(task({ ...cron, next_run_at: at(-900) }).next_run_at, Date.UTC(2026, 4, 5, 9))
    assert.strictEqual(task(cron).next_run_at, Date.UTC(2026, 4, 5, 9))
    assert.strictEqual(
      task({ type: "interval", schedule: "7h", next_run_at: at(-50) }).next_run_at,
      now + 6 * hour,
      "50 hours ago and 8 times 7 hours"
    )
  })

  it("takes a single instant from its text, which the predecessor stored otherwise", () => {
    const schedule = "2026-05-04T14:30:00+02:00"
    const once = task({ type: "once", schedule, next_run_at: "2026-05-04 14:30:00+00:00" })
    assert.strictEqual(once.next_run_at, Date.UTC(2026, 4, 4, 12, 30))
    assert.isFalse(task({ type: "once", schedule: "2026-05-01T00:00:00Z" }).enabled)
  })

  it("leaves what has no prompt or schedule, and switches off what is impossible", () => {
    assert.isString(row({ type: "cron", schedule: "0 9 * * *", prompt: " " }))
    assert.isString(row({ type: "cron", schedule: "" }))
    assert.isString(row({ type: "hourly", schedule: "1" }))
    for (const schedule of ["0 0 30 2 *", "TZ=Mars/Olympus 0 9 * * *", "* * * * * *"]) {
      assert.include(task({ type: "cron", schedule }), { enabled: false, next_run_at: null, schedule })
      assert.isNotNull(task({ type: "cron", schedule }).paused_reason)
    }
  })
})

describe("the predecessor's channels", () => {
  const sorted = (...rows: ReadonlyArray<object>) =>
    sortOut(
      rows.map((each) => channelOf({ ...each })),
      "discord"
    )

  it("hangs threads of threads in their channel, channels first, and takes none whose channel is not taken", () => {
    const { accepted, items } = sorted(
      { channel_id: "10003", parent_id: "10002" },
      { channel_id: "10002", parent_id: "10001" },
      { channel_id: "10001" },
      { channel_id: "20001", parent_id: "20002" },
      { channel_id: "20002", parent_id: "20001" },
      { channel_id: "30001", parent_id: "C9" },
      { channel_id: "C9", platform: "slack" },
      { channel_id: "10001/../x" },
      { channel_id: "40001", platform: "irc" }
    )
    assert.deepStrictEqual(
      accepted.map(({ channel_id, root }) => [channel_id, root]),
      [
        ["discord:10001", "discord:10001"],
        ["discord:10003", "discord:10001"],
        ["discord:10002", "discord:10001"]
      ]
    )
    assert.lengthOf(items, 6)
  })
})
