/** Lines this version does not know, and lines in shapes it does not know. */
import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { AgentEvent } from "../../../src/domain/AgentEvent.ts"
import * as Backlog from "../../../src/layers/claude/Backlog.ts"
import { initial } from "../../../src/layers/claude/State.ts"
import { translate } from "../../../src/layers/claude/Translate.ts"
import { cursorOf, decode } from "../../../src/layers/claude/Wire.ts"

const begin = { costTotal: 0, mode: null, begun: true }

const events = (...lines: ReadonlyArray<unknown>): ReadonlyArray<AgentEvent> => {
  let state = initial(begin)
  return lines.flatMap((line) => {
    const [next, told] = translate(state, decode(JSON.stringify(line)))
    state = next
    return told
  })
}

const result = {
  type: "result",
  uuid: "r",
  is_error: false,
  result: "done",
  terminal_reason: "completed",
  num_turns: 1
}

describe("A line of the engine", () => {
  it("of an unknown kind is kept by its name and passed over", () => {
    assert.deepStrictEqual(events({ type: "hologram", uuid: "1" }, { type: "system", subtype: "novel" }), [
      { _tag: "Unknown", type: "hologram" },
      { _tag: "Unknown", type: "system/novel" }
    ])
  })

  it("that is not JSON is passed over", () => {
    const [, told] = translate(initial(begin), decode("Warning: something"))
    assert.deepStrictEqual(told, [{ _tag: "Unknown", type: "not JSON" }])
  })

  it("of a known kind in an unknown shape is passed over", () => {
    assert.deepStrictEqual(events({ type: "assistant", message: "hi" }), [{ _tag: "Unknown", type: "assistant" }])
  })

  it("that is a result in an unknown shape still ends its turn", () => {
    const [ended] = events({ ...result, usage: "much" })
    assert.strictEqual(ended?._tag, "TurnEnded")
    assert.strictEqual(ended?._tag === "TurnEnded" ? ended.outcome : "", "failed")
  })

  it("may have any keys in any order and more of them", () => {
    const [ended] = events({ shiny: { new: true }, ...result, type: "result" })
    assert.strictEqual(ended?._tag === "TurnEnded" ? ended.text : "", "done")
  })

  it("never makes the translation fail, whatever it is", () => {
    const kind = fc.constantFrom("assistant", "user", "result", "system", "stream_event", "control_request", "x")
    const line = fc.record({ type: kind, subtype: fc.string(), message: fc.jsonValue(), event: fc.jsonValue() })
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.jsonValue())), (lines) => {
        events(...lines)
      })
    )
  })
})

describe("A turn's cost", () => {
  const costs = (...lines: ReadonlyArray<unknown>) =>
    events(...lines).flatMap((event) => (event._tag === "TurnEnded" ? [event.costUsd] : []))

  it("is what the result says of itself, whatever the running total", () => {
    const own = { "model-a": { costUSD: 0.25, inputTokens: 3 }, "model-b": { costUSD: 0.5 } }
    assert.deepStrictEqual(costs({ ...result, total_cost_usd: 9, model_usage_since_last_result: own }), [0.75])
  })

  it("is the difference of the running totals where it does not", () => {
    assert.deepStrictEqual(costs({ ...result, total_cost_usd: 0.5 }, { ...result, total_cost_usd: 0.75 }), [0.5, 0.25])
  })
})

describe("A subagent", () => {
  it("is heard by its tools and not by its words", () => {
    const inside = { parent_tool_use_id: "t0", uuid: "a" }
    const block = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "psst" } }
    const told = events(
      { type: "stream_event", ...inside, event: block },
      { type: "assistant", ...inside, message: { id: "m", content: [{ type: "text", text: "psst" }] } },
      { type: "assistant", ...inside, message: { id: "m", content: [{ type: "tool_use", id: "t1", name: "Read" }] } }
    )
    assert.deepStrictEqual(
      told.map(({ _tag }) => _tag),
      ["ToolStarted"]
    )
  })
})

describe("Background tasks", () => {
  it("are told when they begin and when they end", () => {
    const tasks = (...ids: ReadonlyArray<string>) => ({
      type: "system",
      subtype: "background_tasks_changed",
      uuid: ids.join(),
      tasks: ids.map((task_id) => ({ task_id, description: "tail" }))
    })
    assert.deepStrictEqual(events(tasks("a"), tasks("a", "b"), tasks("b"), tasks()), [
      { _tag: "BackgroundStarted", taskId: "a", description: "tail" },
      { _tag: "BackgroundStarted", taskId: "b", description: "tail" },
      { _tag: "BackgroundEnded", taskId: "a" },
      { _tag: "BackgroundEnded", taskId: "b" }
    ])
  })
})

describe("A backlog", () => {
  const lines = ["a", "b", "c"].map((uuid) => decode(JSON.stringify({ ...result, uuid })))
  const names = (backlog: Backlog.Backlog) => lines.flatMap(backlog.pass).map(cursorOf)

  it("begins behind the cursor", () => {
    assert.deepStrictEqual(names(Backlog.make("b")), ["c"])
    assert.deepStrictEqual(names(Backlog.make(null)), ["a", "b", "c"])
  })

  it("gives everything back when the cursor never comes", () => {
    const backlog = Backlog.make("z")
    assert.deepStrictEqual(names(backlog), [])
    assert.deepStrictEqual(backlog.release().map(cursorOf), ["a", "b", "c"])
    assert.deepStrictEqual(names(backlog), ["a", "b", "c"])
  })
})
