/** The threat model names its evidence: each test in it is there, by file and title. */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "vitest"

const root = join(import.meta.dirname, "..")
const text = readFileSync(join(root, "SECURITY.md"), "utf8")

interface Named {
  readonly file: string
  readonly title: string
}

/** The last cell of a row: a file in backticks, and titles in quotes until the next one. */
const namedIn = (row: string): ReadonlyArray<Named> => {
  const cell = row.split(" | ").at(-1) ?? ""
  let file = ""
  return [...cell.matchAll(/`(test\/[^`]+)`|"([^"]+)"/g)].flatMap(([, path, title]) => {
    if (path !== undefined) file = path
    return title === undefined ? [] : [{ file, title }]
  })
}

const rows = text.split("\n").filter((line) => /^\| (?!Asset|Flaw)\S/.test(line) && !line.startsWith("|---"))

const plain = (part: string): string => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")
/** As a title stands in a source, with anything in the place of an ellipsis. */
const literal = (title: string): RegExp => new RegExp(`["'\`]${title.split("…").map(plain).join("[^\\n]*")}["'\`]`)

describe("SECURITY.md", () => {
  it("names a test in every row of its tables, and says what is not covered", () => {
    assert.isAtLeast(rows.length, 30)
    assert.deepStrictEqual(
      rows.filter((row) => namedIn(row).length === 0),
      []
    )
    assert.match(text, /^## What is not covered$/m)
    assert.match(text, /^## Reporting a flaw$/m)
  })

  it("names no test that is not there", () => {
    const missing = rows
      .flatMap(namedIn)
      .filter(({ file, title }) => {
        const path = join(root, file)
        return !existsSync(path) || !literal(title).test(readFileSync(path, "utf8"))
      })
      .map(({ file, title }) => `${file}: ${title}`)
    assert.deepStrictEqual(missing, [])
  })

  it("goes along in the npm package, and the README leads there", () => {
    const { files } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
    assert.include(files, "SECURITY.md")
    assert.include(readFileSync(join(root, "README.md"), "utf8"), "(SECURITY.md)")
  })
})
