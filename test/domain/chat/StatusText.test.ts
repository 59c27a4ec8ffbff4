import { assert, describe, it } from "@effect/vitest"
import type { Schema } from "effect"
import * as fc from "fast-check"
import { footer, spokenMillis } from "../../../src/domain/chat/Footer.ts"
import * as StatusText from "../../../src/domain/chat/StatusText.ts"
import type { EventType, LiveEvent } from "../../../src/domain/ChannelEvent.ts"
import { ChannelId, RunId } from "../../../src/domain/Ids.ts"

const event = (type: Exclude<EventType, "run.text">, data: Schema.Json): LiveEvent => ({
  id: 1,
  type,
  at: 0,
  channel_id: ChannelId.make("discord:1"),
  run_id: RunId.make("r"),
  data
})
const told = (...events: ReadonlyArray<LiveEvent>) => events.reduce(StatusText.hear, StatusText.initial(0, 0))
const shown = (...events: ReadonlyArray<LiveEvent>) => StatusText.show(told(...events), 0, false)
const started = (name: string, input: unknown) =>
  event("run.tool", { state: "started", name, input_summary: JSON.stringify(input) })
const asked = (id: string) => event("approval.requested", { approval_id: id })
const decided = (id: string) => event("approval.decided", { approval_id: id })

describe("A status", () => {
  it("tells what the run does now", () => {
    assert.strictEqual(shown(), "Starting")
    assert.strictEqual(StatusText.show(told(), 0, true), "Waiting for other work to end")
    assert.strictEqual(shown(event("run.thinking", { text: "" })), "Thinking")
    assert.strictEqual(shown(started("Bash", { command: "npm test" })), "`Bash` `npm test`")
    assert.strictEqual(shown(started("mcp__loop__send_file", { path: "a.png" })), "`loop: send_file` `a.png`")
    assert.strictEqual(shown(started("Bash", {}), event("run.tool", { state: "succeeded", name: "Bash" })), "Thinking")
    assert.strictEqual(
      shown(event("run.retry", { text: "The model API answered 529." })),
      "The model API answered 529."
    )
    assert.strictEqual(shown(asked("a"), asked("b"), decided("a")), "Waiting for an answer")
    assert.strictEqual(shown(asked("a"), decided("a")), "Starting")
    assert.strictEqual(shown(event("queue.changed", { total: 2, queue: [] })), "Starting\n-# 2 messages wait")
  })

  it("shows a call on one short line, whatever its input is", () =>
    fc.assert(
      fc.property(fc.string(), fc.jsonValue(), fc.integer({ min: 0, max: 400 }), (name, input, cut) => {
        const line = StatusText.toolLine(name, JSON.stringify({ command: input }).slice(0, cut))
        assert.notMatch(line, /\n/)
        assert.isAtMost(line.length, 2 * (60 + 80) + 10)
        assert.strictEqual((line.match(/`/g) ?? []).length % 2, 0)
      })
    ))

  it("changes by time alone at most once in five seconds, later once a minute", () => {
    const at = (seconds: number) => StatusText.show(told(), seconds * 1000, false)
    assert.strictEqual(at(4), "Starting")
    assert.strictEqual(at(14), "Starting · 10 s")
    assert.strictEqual(at(125), "Starting · 2 min")
    assert.strictEqual(at(7199), "Starting · 1 h 59 min")
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8_000_000 }), (now) => {
        const next = StatusText.nextChange(told(), now) ?? 0
        assert.isAbove(next, now)
        assert.strictEqual(StatusText.show(told(), next - 1, false), StatusText.show(told(), now, false))
        assert.notStrictEqual(StatusText.show(told(), next, false), StatusText.show(told(), now, false))
      })
    )
    assert.isUndefined(StatusText.nextChange(told(asked("a")), 0))
  })

  it("is one with what it was where an event changes nothing", () => {
    const before = told(event("run.thinking", {}))
    assert.strictEqual(StatusText.hear(before, event("message.created", {})), before)
  })
})

describe("The line under an answer", () => {
  const run = {
    durationMs: 72_500,
    costUsd: 0.1234,
    usage: { input_tokens: 1000, output_tokens: 999, cache_read_tokens: 1_500_000, cache_write_tokens: 0 }
  }

  it("tells what is wanted of it", () => {
    assert.isNull(footer("none", run))
    assert.strictEqual(footer("time", run), "-# 1 min 12 s")
    assert.strictEqual(footer("full", run), "-# 1 min 12 s · $0.12 · 1.5M tokens read, 999 written")
    assert.match(footer("full", { ...run, costUsd: 0.001 }) ?? "", /less than \$0\.01/)
    assert.match(footer("full", { ...run, costUsd: 0 }) ?? "", /\$0\.00/)
  })

  it("says times as people do", () => {
    const said = [0, 59_999, 60_000, 61_000, 3_600_000, 7_260_000].map(spokenMillis)
    assert.deepStrictEqual(said, ["0 s", "59 s", "1 min", "1 min 1 s", "1 h", "2 h 1 min"])
  })
})
