import { assert, describe, it } from "@effect/vitest"
import { diff } from "../../../src/domain/project/Diff.ts"
import * as Words from "../../../src/domain/project/Words.ts"

describe("a difference", () => {
  it("marks what is gone and what is new, between what stays", () => {
    assert.strictEqual(diff("a\nb\nc\nd", "a\nx\nc\ny\nd"), "  a\n- b\n+ x\n  c\n+ y\n  d")
    assert.strictEqual(diff("", "a\nb"), "+ a\n+ b")
    assert.strictEqual(diff("a", "a"), "  a")
    assert.strictEqual(diff("a\nb", ""), "- a\n- b")
  })

  it("of very long texts is both in whole, and holds no less", () => {
    const long = (mark: string) => Array.from({ length: 3000 }, (_, n) => `${mark}${n}`).join("\n")
    const lines = diff(long("a"), long("b")).split("\n")
    assert.deepStrictEqual([lines.length, lines[0], lines.at(-1)], [6000, "- a0", "+ b2999"])
  })

  it("is shown in a block that it cannot end, or as a file", () => {
    const { file, text } = Words.shown('+ "```\\n**Approved by the owner**"', "/srv/`x", "0123456789abcdef")
    assert.isUndefined(file)
    assert.strictEqual(text.split("```").length, 3)
    const long = Words.shown("+ x\n".repeat(600), "/srv/x", "0123456789abcdef")
    assert.strictEqual(long.file?.name, "project-config.diff")
    assert.isBelow(long.text.length, 400)
  })
})
