import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { PromptId } from "../../src/domain/Ids.ts"
import { nextBatch } from "../../src/domain/Mailbox.ts"
import { message } from "../support/Rows.ts"

const raw = (id: string) => message(id, { kind: "raw" })
const written = (id: string) => message(id, { prompt_id: PromptId.make(`prompt of ${id}`) })
const ids = (batch: ReturnType<typeof nextBatch>) => batch.map(({ message_id }) => message_id)

describe("the next run takes", () => {
  it.each(["queue", "steer", "interrupt"] as const)("the first message alone (%s)", (busy) => {
    assert.deepStrictEqual(ids(nextBatch([message("a"), message("b")], busy)), ["a"])
  })

  it("all that wait, in order of arrival (collect)", () => {
    assert.deepStrictEqual(ids(nextBatch([message("a"), message("b"), message("c")], "collect")), ["a", "b", "c"])
  })

  it("nothing of an empty mailbox", () => {
    assert.deepStrictEqual(nextBatch([], "collect"), [])
  })

  it("a raw command alone, and no message from behind it", () => {
    assert.deepStrictEqual(ids(nextBatch([raw("a"), message("b")], "collect")), ["a"])
    assert.deepStrictEqual(ids(nextBatch([message("a"), message("b"), raw("c"), message("d")], "collect")), ["a", "b"])
  })

  it("a message alone that was written into a turn which ended without it", () => {
    assert.deepStrictEqual(ids(nextBatch([written("a"), message("b")], "collect")), ["a"])
    assert.deepStrictEqual(ids(nextBatch([message("a"), written("b")], "collect")), ["a"])
  })

  it("every message once and in order, batch by batch, whatever they are", () => {
    const kinds = fc.array(fc.constantFrom(message, raw, written), { maxLength: 12 })
    const modes = fc.constantFrom("queue" as const, "steer" as const, "collect" as const, "interrupt" as const)
    fc.assert(
      fc.property(kinds, modes, (made, busy) => {
        const queued = made.map((make, at) => make(`m${at}`))
        const taken: Array<string> = []
        for (let left: ReadonlyArray<(typeof queued)[number]> = queued; left.length > 0;) {
          const batch = nextBatch(left, busy)
          assert.isNotEmpty(batch)
          if (batch.length > 1) assert.isTrue(batch.every(({ kind, prompt_id }) => kind === "prompt" && !prompt_id))
          taken.push(...ids(batch))
          left = left.slice(batch.length)
        }
        assert.deepStrictEqual(taken, ids(queued))
      })
    )
  })
})
