import { assert, describe, it } from "@effect/vitest"
import { piecesOf } from "../../../src/domain/memory/Pieces.ts"

const section = (name: string, length: number) => `# ${name}\n\n${"word ".repeat(length / 5).trim()}`

describe("A note", () => {
  it("stays whole where it is short, and is nothing where nothing is in it", () => {
    assert.deepStrictEqual(piecesOf("  # Title\n\ntext\n", 5000), ["# Title\n\ntext"])
    assert.deepStrictEqual(piecesOf(" \n\t\n", 5000), [])
  })

  it("is parted before headings, which begin a piece without what was before", () => {
    const pieces = piecesOf(`${section("One", 300)}\n\n${section("Two", 300)}\n\n${section("Three", 300)}`, 400)
    assert.deepStrictEqual(
      pieces.map((piece) => piece.slice(0, piece.indexOf("\n"))),
      ["# One", "# Two", "# Three"]
    )
  })

  it("is parted into pieces that are at least half full, and longer than 200 characters however short they may be", () => {
    const early = piecesOf(`intro\n\n# Early\n\n${"word ".repeat(200)}`, 400)
    assert.isAtLeast(early[0]?.length ?? 0, 200)
    assert.isAtLeast(piecesOf("word ".repeat(100), 10)[0]?.length ?? 0, 190)
  })

  it("repeats the end of a piece in the next one where it has no better place to be parted", () => {
    const text = Array.from({ length: 400 }, (_, index) => `w${index}`).join(" ")
    const pieces = piecesOf(text, 300)
    for (const [index, piece] of pieces.entries()) {
      assert.isAtMost(piece.length, 300)
      const next = pieces[index + 1]
      if (next === undefined) continue
      const repeated = next.slice(0, next.indexOf(" "))
      assert.include(piece.split(" "), repeated)
    }
    assert.deepStrictEqual(new Set(pieces.join(" ").split(" ")), new Set(text.split(" ")))
  })

  it("is never parted inside a grapheme, and an endless one not inside a code point", () => {
    const family = "👩‍👩‍👧‍👦"
    for (const shift of [0, 1, 2, 3, 5, 7]) {
      const pieces = piecesOf("x".repeat(shift) + family.repeat(100), 200)
      assert.isAbove(pieces.length, 3)
      for (const piece of pieces) assert.match(piece, new RegExp(`^x*(?:${family})+$`, "u"))
    }
    const endless = `a${"\u{1e8d0}".repeat(900)}`
    const parted = piecesOf(endless, 200)
    assert.strictEqual(parted.join(""), endless)
    for (const piece of parted) assert.isTrue(piece.isWellFormed())
  })

  it("of any kind comes to an end, with all of its text in the pieces", () => {
    for (const text of [
      "a".repeat(3000),
      "\n\n# a".repeat(900),
      "a ".repeat(2000),
      "a\n".repeat(2000),
      "# \n".repeat(1000)
    ]) {
      const pieces = piecesOf(text, 200)
      assert.isAtLeast(pieces.join("").length, text.replaceAll(/\s/g, "").length)
      for (const piece of pieces) assert.isAtMost(piece.length, 200)
    }
  })
})
