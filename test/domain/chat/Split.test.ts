import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { after, type Fence } from "../../../src/domain/chat/Fences.ts"
import { discordLimit, split } from "../../../src/domain/chat/Split.ts"

const word = fc.oneof(
  fc.lorem({ maxCount: 1 }),
  fc.string({ minLength: 1, maxLength: 300 }),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 }),
  fc.constantFrom("👩‍👩‍👧‍👦", "🇨🇭", "é", "한국어", "日本語。", "`a b`", "x".repeat(200), "  ")
)
const prose = fc.array(word, { maxLength: 12 }).map((words) => words.join(" "))
const block = fc
  .tuple(
    fc.constantFrom("", "  ", "    "),
    fc.constantFrom("```", "````", "~~~"),
    fc.constantFrom("", "ts", "diff extra"),
    fc.array(prose, { maxLength: 8 })
  )
  .map(([indent, marker, info, lines]) => [`${indent}${marker}${info}`, ...lines, `${indent}${marker}`].join("\n"))
const texts = fc
  .array(fc.oneof(prose, block, fc.constantFrom("```", "````sh", "~~~", "``` not `one`")), { maxLength: 12 })
  .chain((pieces) => fc.constantFrom("\n", "\n\n", "\n\n\n").map((between) => pieces.join(between)))
const limits = fc.integer({ min: 60, max: 400 })

/** Without white space, and without the fences of blocks. */
const essence = (text: string) => {
  let open: Fence | null = null
  const kept = text.split("\n").filter((line) => {
    const before: Fence | null = open
    open = after(before, line)
    return before === open
  })
  return kept.join("").replaceAll(/\s/g, "")
}

/** Lines that are fences, in the order of a text that has them well-formed. */
const fenced = (part: string) => (part.match(/^ *```/gm) ?? []).length

describe("A long text", () => {
  it("has parts that fit, none of them blank, in which nothing is lost or changed", () =>
    fc.assert(
      fc.property(texts, limits, (text, limit) => {
        const parts = split(text, limit)
        for (const part of parts) {
          assert.isAtMost(part.length, limit)
          assert.notStrictEqual(part.trim(), "")
        }
        assert.strictEqual(parts.map(essence).join(""), essence(text))
      }),
      { numRuns: 2000 }
    ))

  it.each(["x", "é", "한"])(
    "is left alone where it fits, to the last unit, whatever bytes its letters have: %s",
    (letter) => {
      const whole = letter.repeat(discordLimit)
      assert.deepStrictEqual(split(whole, discordLimit), [whole])
      assert.deepStrictEqual(split(whole + letter, discordLimit), [whole, letter])
    }
  )

  it("has no parts where it is blank", () => {
    assert.deepStrictEqual(split(" \n\n ", 60), [])
    assert.deepStrictEqual(split("\n ".repeat(100), 60), [])
  })

  it("is cut between paragraphs before lines, between lines before sentences, between sentences before words", () => {
    const twenty = "a twenty letter word"
    assert.deepStrictEqual(split(`${twenty}\n${twenty}\n\n${twenty}\n${twenty}`, 70), [
      `${twenty}\n${twenty}`,
      `${twenty}\n${twenty}`
    ])
    assert.deepStrictEqual(split(`${twenty}. More\n${twenty}. And ${twenty} ${twenty}`, 60), [
      `${twenty}. More`,
      `${twenty}.`,
      `And ${twenty} ${twenty}`
    ])
    assert.deepStrictEqual(split(`${twenty} ${twenty}. ${twenty} ${twenty}`, 60), [
      `${twenty} ${twenty}.`,
      `${twenty} ${twenty}`
    ])
    assert.deepStrictEqual(split(`${twenty} ${twenty} ${twenty} ${twenty}`, 62), [
      `${twenty} ${twenty} a twenty letter`,
      `word ${twenty}`
    ])
  })

  it.each(["👩‍👩‍👧‍👦", "🇨🇭", "e\u0301", "한", "\u{1F44D}\u{1F3FD}", "\r\n"])("is never cut inside %j", (grapheme) =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), limits, (before, limit) => {
        const text = "x".repeat(before) + grapheme.repeat(200)
        const whole = [...new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)]
        const known = new Set(whole.map(({ segment }) => segment))
        for (const part of split(text, limit)) {
          for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(part)) {
            assert.isTrue(known.has(segment), JSON.stringify(segment))
          }
        }
      }),
      { numRuns: 50 }
    )
  )

  it.each(["\u0301", "\u{E0100}"])(
    "that is one endless grapheme is cut between code points all the same: %j",
    (mark) => {
      const text = "e" + mark.repeat(500)
      const parts = split(text, 60)
      assert.strictEqual(parts.join(""), text)
      assert.isTrue(parts.every((part) => part.isWellFormed()))
    }
  )

  it("has its blocks of code closed and opened again, with language and indentation", () => {
    const code = Array.from({ length: 12 }, (_, n) => `  line ${n} of the code`)
    const parts = split(["Look:", "  ```ts", ...code, "  ```", "Done."].join("\n"), 120)
    assert.isAbove(parts.length, 2)
    for (const part of parts) assert.strictEqual(fenced(part) % 2, 0, part)
    for (const part of parts.filter((part) => /line \d/.test(part))) assert.match(part, /^ {2}```ts\n[^]*\n {2}```/m)
    const shown = parts.flatMap((part) => part.split("\n")).filter((line) => line.includes("line"))
    assert.deepStrictEqual(shown, code)
    assert.match(parts.at(-1) ?? "", /Done\.$/)
  })

  it("does not open a block at the end of a part, nor leave an empty one at the beginning of the next", () => {
    const text = `${"word ".repeat(10)}\n\`\`\`\n${"code ".repeat(9)}\n\`\`\`\nThe end of it, which is long enough for a part.`
    assert.deepStrictEqual(split(text, 60), [
      "word ".repeat(10).trim(),
      `\`\`\`\n${"code ".repeat(9)}\n\`\`\``,
      "The end of it, which is long enough for a part."
    ])
  })

  it("of a megabyte is looked at once: no part is worked on with more than what is near it", () => {
    /** Counts what is read of it. */
    class Counted extends String {
      read = 0
      override slice(start?: number, end?: number) {
        const piece = super.slice(start, end)
        this.read += piece.length
        return piece
      }
    }
    for (const piece of ["word ", "x", "\n", "```\ncode\n", " ", "one line\n\n", "e\u0301", "```"]) {
      const text = new Counted(piece.repeat(Math.ceil(1_000_000 / piece.length)))
      split(text as unknown as string, discordLimit)
      assert.isBelow(text.read, 20 * text.length, JSON.stringify(piece))
    }
  })
})
