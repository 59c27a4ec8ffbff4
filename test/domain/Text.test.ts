import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { base32 } from "../../src/domain/Base32.ts"
import { clip, ending, spokenSeconds, summary } from "../../src/domain/Text.ts"

describe("a summary", () => {
  it("is on one line, without space around it", () => {
    assert.strictEqual(summary("  a\n\n b\tc ", 80), "a b c")
  })

  it("ends with an ellipsis where something is left out, and is never longer than its limit", () => {
    assert.strictEqual(summary("abcdef", 6), "abcdef")
    assert.strictEqual(summary("abcdefg", 6), "abcde…")
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 1, max: 30 }), (text, limit) => {
        assert.isAtMost(Array.from(summary(text, limit)).length, limit)
        assert.notInclude(summary(text, limit), "\n")
      })
    )
  })

  it("does not cut a character in two", () => {
    assert.strictEqual(summary("😀😀😀", 2), "😀…")
  })
})

describe("a clip", () => {
  it("has at most so many units, and no half of a character", () => {
    assert.strictEqual(clip("abc", 3), "abc")
    assert.deepStrictEqual([clip("a😀b", 1), clip("a😀b", 2), clip("a😀b", 3)], ["a", "a", "a😀"])
  })
})

describe("an ending", () => {
  it("keeps the last characters on one line", () => {
    assert.strictEqual(ending(" a\nb ", 3), "a b")
    assert.strictEqual(ending("one two\nthree", 6), "…three")
  })
})

describe("seconds are spoken", () => {
  it.each([
    [1, "1 second"],
    [45, "45 seconds"],
    [60, "1 minute"],
    [90, "90 seconds"],
    [600, "10 minutes"],
    [3600, "60 minutes"],
    [7200, "2 hours"],
    [5400, "90 minutes"]
  ])("%d as %s", (seconds, words) => {
    assert.strictEqual(spokenSeconds(seconds), words)
  })
})

describe("base32", () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  /** The other way round, written independently: through one large number. */
  const decoded = (text: string) => {
    const value = Array.from(text).reduce(
      (sum, char) => sum * 32n + BigInt("abcdefghijklmnopqrstuvwxyz234567".indexOf(char)),
      0n
    )
    const hex = value.toString(16).padStart((text.length * 5) / 4, "0")
    return Uint8Array.from(Buffer.from(hex, "hex"))
  }

  it("is the one of RFC 4648, in lower case", () => {
    assert.strictEqual(base32(bytes("fooba")), "mzxw6ytb")
    assert.strictEqual(base32(bytes("foobafooba")), "mzxw6ytbmzxw6ytb")
  })

  it("gives sixteen characters for ten bytes, and can be read back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 10, maxLength: 10 }), (given) => {
        const text = base32(given)
        assert.match(text, /^[a-z2-7]{16}$/)
        assert.deepStrictEqual(decoded(text), given)
      })
    )
  })
})
