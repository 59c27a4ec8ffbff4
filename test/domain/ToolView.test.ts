import { assert, describe, it } from "@effect/vitest"
import { cut, shownInput } from "../../src/domain/ToolView.ts"

describe("what is shown of a tool's use", () => {
  it("is what was given where it is short", () => {
    const input = { file_path: "/a", edits: [{ old: "x", new: "y", all: true }], count: 2, none: null }
    assert.deepStrictEqual(shownInput(input), input)
  })

  it("says how much of a long text is left out, and never cuts a character in two", () => {
    assert.strictEqual(cut("abcdef", 4), "abcd\n… (2 more characters)")
    assert.strictEqual(cut("abc😀def", 4), "abc\n… (5 more characters)")
  })

  it("is bounded, however much is given", () => {
    const text = "x".repeat(100_000)
    for (const input of [text, { content: text, more: text }, Array.from({ length: 9999 }, () => "some text")]) {
      const size = JSON.stringify(shownInput(input)).length
      assert.isAbove(size, 3000)
      assert.isBelow(size, 40_000)
    }
    const wide = Object.fromEntries(Array.from({ length: 9999 }, (_, n) => [`key-${n}`, n]))
    assert.isBelow(JSON.stringify(shownInput(wide)).length, 20_000)
  })
})
