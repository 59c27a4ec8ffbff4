import { assert, describe, it } from "@effect/vitest"
import { isEphemeral, withoutMarker } from "../../../src/domain/tasks/Words.ts"

describe("The mark that there is nothing to report", () => {
  it.each([
    ["[EPHEMERAL] All is well.", "All is well."],
    ["All is well. [EPHEMERAL]", "All is well."],
    ["All [EPHEMERAL]is well.", "All is well."],
    ["[EPHEMERAL] All is well. [EPHEMERAL]", "All is well."]
  ])("counts wherever it stands, and is shown to nobody: %s", (text, shown) => {
    assert.isTrue(isEphemeral(text))
    assert.strictEqual(withoutMarker(text), shown)
  })
})
