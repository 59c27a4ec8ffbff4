import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { printable, printableJson, printableLine } from "../../src/domain/Printable.ts"

/** What a terminal obeys instead of showing it, told apart by numbers and not as the code under test does it. */
const obeyed = (text: string, allowed: ReadonlyArray<number>) =>
  Array.from(text, (character) => character.codePointAt(0) ?? 0).filter(
    (code) =>
      !allowed.includes(code) &&
      (code < 0x20 ||
        (code >= 0x7f && code < 0xa0) ||
        (code >= 0x202a && code <= 0x202e) ||
        (code >= 0x2066 && code <= 0x2069) ||
        [0x61c, 0x200e, 0x200f, 0x2028, 0x2029].includes(code))
  )
const [tab, newline] = [9, 10]

/** Made of what terminals obey, and of what makes sequences of it. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\u001B",
        "\u001B[",
        "\u001B]",
        "\u001B\\",
        "\u0007",
        "\r",
        "\r\n",
        "\n",
        "\t",
        "\u009B",
        "\u202E"
      ),
      fc.constantFrom("[2J", "0;title", "8;;https://evil.example", "31m", ";", "a")
    ),
    { maxLength: 30 }
  )
  .map((parts) => parts.join(""))

describe("What others wrote, for a terminal", () => {
  it("holds nothing that a terminal obeys, whole or in pieces, and says the rest as it was", () => {
    fc.assert(
      fc.property(hostile, fc.nat(), (text, at) => {
        const cut = at % (text.length + 1)
        const pieces = printable(text.slice(0, cut)) + printable(text.slice(cut))
        for (const said of [printable(text), pieces]) assert.deepStrictEqual(obeyed(said, [tab, newline]), [])
        assert.deepStrictEqual(obeyed(printableLine(text), []), [])
        assert.strictEqual(printable(printable(text)), printable(text))
      }),
      { numRuns: 2000 }
    )
    const plain = fc.string({ unit: fc.constantFrom("a", "é", "木", "👩‍👧", "ש", "\n", "\t", "`", "[", "\\", "~") })
    fc.assert(fc.property(plain, (text) => void assert.strictEqual(printable(text), text)))
  })

  it("loses the codes of colours and links, not their text, and shows that something else was there", () => {
    assert.strictEqual(printable("\u001B[1;31mred\u001B[0m\r\n"), "red\n")
    assert.strictEqual(printable("\u001B]8;;https://a.example\u001B\\here\u001B]8;;\u0007."), "here.")
    assert.strictEqual(printable("a\u001B]0;title and no end"), "a\uFFFD]0;title and no end")
    assert.strictEqual(printable("safe\u202Egpj.exe"), "safe\uFFFDgpj.exe")
  })

  it("means the same as JSON", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const json = printableJson(JSON.stringify({ [text]: [text] }, undefined, 2))
        assert.deepStrictEqual(obeyed(json, [newline]), [])
        assert.deepStrictEqual(JSON.parse(json), { [text]: [text] })
      })
    )
  })
})
