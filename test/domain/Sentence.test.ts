import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import type { TurnFailure } from "../../src/domain/AgentEvent.ts"
import * as Sentence from "../../src/domain/Sentence.ts"

/** What engines, APIs and container engines say: nothing, one line, many lines, with and without a full stop. */
const details = fc.oneof(
  fc.constantFrom("", "it broke", "it broke.", "one\ntwo", "x".repeat(1000)),
  fc.lorem({ mode: "sentences", maxCount: 9 })
)

const kinds: ReadonlyArray<TurnFailure["kind"]> = ["api", "session_missing", "prompt_too_long", "max_turns", "engine"]
const statuses = [null, 0, 400, 401, 402, 403, 404, 413, 418, 429, 500, 503, 529]

const isSentence = (text: string) => {
  assert.match(text, /^["A-Z/].*[.!?…]$/s)
  assert.notMatch(text, /\n| {2}|: \.|\.\.$|\(\)/)
  assert.isBelow(text.length, 700)
}

/** What the person is to do: a whole sentence of the text begins with it. */
const nextStep = /(^|[.;:…] )(Send|Write|Set|Add|Check|Change|Use|Wait|Start|Run|Free|Correct|Restart)\b/

const isHelpful = (text: string) => {
  isSentence(text)
  assert.match(text, nextStep)
}

describe("every sentence that ends a run names the next step:", () => {
  it.each(kinds.flatMap((kind) => (kind === "api" ? statuses : [null]).map((status) => [kind, status] as const)))(
    "a failed turn (%s, %s)",
    (kind, status) =>
      fc.assert(fc.property(details, (detail) => isHelpful(Sentence.failure({ kind, status, detail }, false))))
  )

  it("a compaction that failed", () =>
    fc.assert(
      fc.property(details, (detail) => isHelpful(Sentence.failure({ kind: "api", status: 500, detail }, true)))
    ))

  it.each(["no_engine", "no_rights", "no_image", "bad_mount", "disk_full", "vanished", "other"])(
    "a box that could not be had (%s)",
    (reason) => fc.assert(fc.property(details, (detail) => isHelpful(Sentence.sandbox(reason, "/target", detail))))
  )

  it("faults of our own, with both counters", () =>
    fc.assert(
      fc.property(details, (detail) => {
        isHelpful(Sentence.gaveUpDefects(3, 2, detail))
        assert.match(Sentence.gaveUpDefects(3, 2, detail), /\b3 times\b.*\b2\b/)
      })
    ))

  it("restarts without progress, with both counters", () =>
    fc.assert(
      fc.property(details, (detail) => {
        isHelpful(Sentence.gaveUpRestarts(5, 1, detail))
        assert.match(Sentence.gaveUpRestarts(5, 1, detail), /\b5 times\b.*\b1\b/)
      })
    ))

  it("the time limit and the end of Loop", () => {
    assert.match(Sentence.stopped("timed_out", 3600), /60 minutes.*write again/)
    assert.match(Sentence.stopped("shutdown", 3600), /send the message again/)
  })
})

describe("everything else that is said is a sentence:", () => {
  it.each([
    Sentence.emptyAnswer,
    Sentence.unaskedTurn,
    Sentence.compacting,
    Sentence.compacted,
    Sentence.freshSession,
    Sentence.boxLost,
    Sentence.mcpServerFailed("search"),
    Sentence.approvalExpired(900),
    Sentence.sharesDirectory(["one"]),
    Sentence.sharesDirectory(["one", "two"]),
    Sentence.stopped("stopped", 0),
    Sentence.stopped("interrupted", 0)
  ])("%s", isSentence)

  it("a retry of the model call", () =>
    fc.assert(
      fc.property(fc.constantFrom(...statuses), details, (status, detail) =>
        assert.match(Sentence.retry(status, detail), /trying again\.$/)
      )
    ))

  it("counts the channels that share a directory", () => {
    assert.include(Sentence.sharesDirectory(["one"]), "works")
    assert.include(Sentence.sharesDirectory(["one", "two"]), '"one", "two" work ')
  })

  it("tells how a process ended, with the end of what it said", () => {
    assert.strictEqual(Sentence.exit(null, ""), "the agent process ended by a signal")
    assert.strictEqual(Sentence.exit(127, `${"noise ".repeat(60)}\nno such file`).endsWith("no such file"), true)
  })
})
