import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import * as ButtonIds from "../../../src/domain/chat/ButtonIds.ts"
import { ApprovalId, RunId } from "../../../src/domain/Ids.ts"

const id = fc.uuid({ version: 7 })

describe("A button's id", () => {
  it("is read as what it was made from, and fits", () =>
    fc.assert(
      fc.property(id, fc.integer({ min: 0, max: 24 }), (uuid, n) => {
        const run = RunId.make(uuid)
        const approval = ApprovalId.make(uuid)
        const made: ReadonlyArray<readonly [string, ButtonIds.ButtonId]> = [
          [ButtonIds.stop(run), { action: "stop", run }],
          [ButtonIds.retry(run), { action: "retry", run }],
          ...(["allow", "always", "deny"] as const).map(
            (action) => [ButtonIds.decision(action, approval), { action, approval }] as const
          ),
          [ButtonIds.answer(approval, n), { action: "answer", approval, n }],
          [ButtonIds.option(approval, n), { action: "option", approval, n }]
        ]
        for (const [text, meant] of made) {
          assert.isAtMost(text.length, 100)
          assert.deepStrictEqual(ButtonIds.parse(text), meant)
        }
      })
    ))

  it.each([
    "",
    "stop",
    "stop:",
    "stop:a:1",
    "option:a",
    "answer:a",
    "option:a:-1",
    "option:a:01",
    "option:a:100",
    "allow:a b",
    "allow:a\n",
    "explode:a",
    `stop:${"a".repeat(65)}`,
    "constructor:a"
  ])("of another form means nothing: %j", (text) => assert.isUndefined(ButtonIds.parse(text)))

  it("is never a reason to fail, whatever it is", () =>
    fc.assert(fc.property(fc.string(), (text) => void ButtonIds.parse(text))))
})
