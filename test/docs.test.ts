import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { apiTypes, generated } from "../scripts/api-types.ts"
import { withTable } from "../scripts/config-table.ts"

describe("the README", () => {
  const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8")

  it('has the reference of today\'s configuration ("npm run docs" writes it)', () => {
    assert.strictEqual(readme, withTable(readme))
  })

  it("has a row for a key of each kind", () => {
    assert.include(readme, "| `poll_interval_sec` | seconds above 0 | `30` |")
    assert.include(readme, '| `memory.embeddings.model` | text | `"nomic-embed-text"` |')
  })
})

describe("the types of the HTTP interface", () => {
  it('are those of today\'s description ("npm run docs" writes them)', () => {
    assert.strictEqual(readFileSync(generated, "utf8"), apiTypes())
  })
})
