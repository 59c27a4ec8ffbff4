import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { RunInput } from "../../src/domain/RunState.ts"
import * as Inputs from "../support/RunInputs.ts"

const { actionsOf, anyInputs, anyStart, only, play } = Inputs

const always = (
  holds: (played: ReadonlyArray<Inputs.Played>) => void,
  inputs: fc.Arbitrary<ReadonlyArray<RunInput>> = anyInputs
) =>
  fc.assert(
    fc.property(anyStart, inputs, (start, given) => holds(play(start, given))),
    { numRuns: 500 }
  )

const leaves = ({ _tag }: { readonly _tag: string }) => _tag === "End" || _tag === "Restart"

const isEvent = (input: RunInput, ...tags: ReadonlyArray<string>) =>
  input._tag === "Agent" && tags.includes(input.event._tag)

describe("whatever reaches a run, in whatever order", () => {
  it("ends it once, and nothing follows the end", () =>
    always((played) => {
      const all = actionsOf(played)
      const end = all.findIndex(leaves)
      if (end !== -1) assert.strictEqual(end, all.length - 1)
      for (const { before, after, actions } of played) {
        assert.strictEqual(after.phase === "left", before.phase === "left" || actions.some(leaves))
      }
    }))

  it("says nothing of a turn before the prompt was received", () =>
    always((played) => {
      for (const { before, input, actions } of played) {
        if (before.received || !isEvent(input, "Text", "TextDelta", "Thinking", "ToolStarted", "ToolEnded")) continue
        for (const { _tag } of actions) assert.include(["Journal", "Interrupt"], _tag)
      }
    }))

  it("interrupts a turn that nobody asked for once, and puts nothing of it before anybody", () =>
    always((played) => {
      let unasked = false
      for (const { before, input, actions } of played) {
        const foreign = before.phase === "working" && !before.received && before.unasked
        if (foreign && isEvent(input, "Text", "ToolStarted", "Requested")) assert.deepStrictEqual(actions, [])
        if (isEvent(input, "TurnEnded")) unasked = false
        if (actions.some((action) => action._tag === "Journal" && action.type === "run.note") && !before.received) {
          const noted = actions.some(({ _tag }) => _tag === "Interrupt")
          if (noted) assert.isFalse(unasked)
          unasked = unasked || noted
        }
      }
    }))

  it("says every whole text once, and only one last word", () =>
    always((played) => {
      const keys = only("Say", played).map(({ key }) => key)
      assert.deepStrictEqual(keys, [...new Set(keys)])
    }))

  it("pauses and resumes in turn, and is paused exactly while somebody is waited for", () =>
    always((played) => {
      let paused = false
      for (const { after, actions } of played) {
        for (const { _tag } of actions) {
          if (_tag === "Pause") assert.isFalse(paused)
          if (_tag === "Resume") assert.isTrue(paused)
          if (_tag === "Pause" || _tag === "Resume") paused = _tag === "Pause"
        }
        if (after.phase !== "left") assert.strictEqual(paused, after.waiting.length > 0)
      }
    }))

  it("takes a message into the turn exactly when its uuid is replayed, and once", () =>
    always((played) => {
      for (const { before, after, input, actions } of played) {
        const absorbed = actions.flatMap((action) => (action._tag === "Absorb" ? [action.messageId] : []))
        const replayed =
          before.phase !== "left" && input._tag === "Agent" && input.event._tag === "PromptReceived"
            ? before.steered[input.event.promptId]
            : undefined
        const own = input._tag === "Agent" && input.event._tag === "PromptReceived" && input.event.promptId === "prompt"
        assert.deepStrictEqual(absorbed, replayed === undefined || own ? [] : [replayed])
        for (const id of absorbed) assert.notInclude(Object.values(after.steered), id)
      }
    }))

  it("adds the costs of its turns up", () =>
    always((played) => {
      let spent = 0
      for (const { before, after, input } of played) {
        if (input._tag === "Agent" && input.event._tag === "TurnEnded" && before.phase !== "left") {
          const { costUsd, outcome } = input.event
          const own = before.received || before.phase === "compacting" || outcome === "failed"
          if (own) spent += costUsd
        }
        assert.strictEqual(after.costUsd, spent)
      }
    }))

  it("begins anew in a fresh session only where that was not tried, and compacts at most once", () =>
    always((played) => {
      const [first] = played
      const fresh = only("Restart", played).filter(({ how }) => how === "fresh")
      assert.isAtMost(fresh.length, first?.before.freshTried === true ? 0 : 1)
      assert.isAtMost(only("Compact", played).length, first?.before.compactTried === true ? 0 : 1)
      assert.strictEqual(only("SendAgain", played).length <= only("Compact", played).length, true)
    }))

  it("serves each call of its own tools, and asks a person once per request", () =>
    always((played) => {
      for (const { before, input, actions } of played) {
        if (input._tag !== "Agent" || input.event._tag !== "Requested" || before.phase === "left") continue
        if (!before.received && before.unasked) continue
        const { request, requestId } = input.event
        if (request._tag === "Tool") {
          assert.deepStrictEqual(actions, [{ _tag: "Serve", requestId, message: request.message }])
        } else if (before.waiting.includes(requestId) || before.stopping !== null) assert.deepStrictEqual(actions, [])
        else assert.strictEqual(actions[0]?._tag, "Ask")
      }
    }))

  it("stops only when it was asked to, each measure harsher than the last and taken once", () =>
    always((played) => {
      const measures = actionsOf(played)
        .map(({ _tag }) => _tag)
        .filter((tag) => tag === "Signal" || tag === "Kill")
      const asked = played.some(({ input, before }) => input._tag === "StopAsked" && before.phase !== "left")
      assert.deepStrictEqual(measures, (["Signal", "Kill"] as const).slice(0, asked ? measures.length : 0))
    }))
})

describe("a stop that was asked for", () => {
  const endOf = (played: ReadonlyArray<Inputs.Played>) => only("End", played)[0]?.status

  /** A run that is still at work after these inputs. */
  const atWork = anyInputs.map((inputs) =>
    inputs.filter((input) => !isEvent(input, "Exited", "TurnEnded") && input._tag !== "Verified")
  )

  it("always ends the run as stopped or timed out, whatever the engine does", () =>
    fc.assert(
      fc.property(anyStart, atWork, anyInputs, (start, before, noise) => {
        const quiet = noise.filter((input) => !isEvent(input, "Exited") && input._tag !== "Verified")
        const half = Math.floor(quiet.length / 2)
        const { escalate, stop, verified } = Inputs
        const inputs = [...before, stop(), ...quiet.slice(0, half), escalate, ...quiet.slice(half), escalate, verified]
        const played = play(start, inputs)
        const first = inputs.find((input) => input._tag === "StopAsked")
        const kind = first?._tag === "StopAsked" && first.kind === "timed_out" ? "timed_out" : "stopped"
        assert.strictEqual(endOf(played), kind)
        assert.strictEqual(only("Kill", played).length, 1)
      }),
      { numRuns: 500 }
    ))

  it("is over once the turn has ended and nothing of it runs any more", () =>
    fc.assert(
      fc.property(
        anyStart,
        atWork,
        fc.constantFrom("stopped" as const, "timed_out" as const),
        (start, before, kind) => {
          const calm = before.filter(({ _tag }) => _tag !== "StopAsked")
          const inputs = [...calm, Inputs.received(), Inputs.stop(kind), Inputs.turnEnded({ outcome: "interrupted" })]
          const played = play(start, inputs)
          assert.deepStrictEqual(played.at(-1)?.actions, [{ _tag: "Verify" }])
          assert.strictEqual(endOf(play(start, [...inputs, Inputs.verified])), kind)
        }
      )
    ))

  it("keeps what was being written when it came", () =>
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 }), { minLength: 1 }), (pieces) => {
        let offset = 0
        const deltas = pieces.map((piece) => {
          const input = Inputs.delta(piece, offset)
          offset += piece.length
          return input
        })
        const played = play(Inputs.fresh(), [Inputs.received(), ...deltas, Inputs.stop(), Inputs.verified])
        const [kept, last] = only("Say", played)
        if (pieces.join("").trim() === "") return assert.strictEqual(kept?.key, "end")
        assert.deepStrictEqual(kept, { _tag: "Say", key: "partial:m-1", text: pieces.join("") })
        assert.strictEqual(last?.text, "Stopped.")
      })
    ))
})
