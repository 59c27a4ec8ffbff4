import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { readable } from "../../../src/domain/chat/Tables.ts"

const wide = [
  "| Service | State | What to do next about it |",
  "|---|:-:|--:|",
  "| **mail** | down | Start it again, then look at the log of the relay |",
  "| web | up | |"
].join("\n")

describe("A table", () => {
  it("that is narrow becomes an aligned block of code, without the marks of emphasis", () =>
    assert.strictEqual(
      readable("Here:\n\n| Name | Size |\n|---|---|\n| **a** | 1 |\n| `long name` | 10 |\n\nDone."),
      "Here:\n\n```\nName       Size\n---------  ----\na          1\nlong name  10\n```\n\nDone."
    ))

  it("that is wide becomes a list of its values under their headers, empty ones left out", () =>
    assert.strictEqual(
      readable(wide),
      [
        "**Service:** **mail**",
        "**State:** down",
        "**What to do next about it:** Start it again, then look at the log of the relay",
        "",
        "**Service:** web",
        "**State:** up"
      ].join("\n")
    ))

  it("with links is a list, however narrow, so that they can be touched", () =>
    assert.strictEqual(readable("|a|b|\n|-|-|\n|1|[x](https://x.y)|"), "**a:** 1\n**b:** [x](https://x.y)"))

  it("counts what is shown: wide letters are two columns, bars behind a backslash are text", () =>
    assert.strictEqual(readable("|名前|n|\n|-|-|\n|山|a\\|b|"), "```\n名前  n\n----  ---\n山    a|b\n```"))

  it("in a block of code stays as it is", () => {
    for (const text of [`\`\`\`\n${wide}\n\`\`\``, `~~~md\n${wide}`]) assert.strictEqual(readable(text), text)
  })

  it("is only what has a line of dashes with as many cells as its head", () => {
    for (const text of ["a | b\nc | d", "| a | b |\n|---|\n| c | d |", "a | b\n- c\n- d", "x\n---", "||", "|\n|"]) {
      assert.strictEqual(readable(text), text)
    }
  })

  it("loses no word of a cell", () => {
    const cell = fc.stringMatching(/^[a-z0-9 ]{0,30}$/)
    const rows = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(rows, (rows) => {
        const lines = rows.map((row) => `| ${row.join(" | ")} |`)
        const shown = readable(["| A | B | C |", "|---|---|---|", ...lines].join("\n"))
        for (const word of rows.flat().flatMap((cell) => cell.split(/ +/))) assert.include(shown, word)
      })
    )
  })

  it("is no reason to fail or to lose anything in texts that have none", () => {
    const text = fc.string({ unit: fc.constantFrom("a", " ", "\n", "`", "-", ":", "~") })
    fc.assert(fc.property(text, (text) => assert.strictEqual(readable(text), text)))
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "|", "-", "\n", "`") }), (text) => void readable(text))
    )
  })
})
