import { assert, describe, it } from "@effect/vitest"
import { lines } from "../../src/cli/Table.ts"

const head = ["ID", "STATE", "PROMPT"]
const rows = [
  ["7", "paused", "look\u001B[2J\naround"],
  ["8", "on", ""]
]

describe("A table", () => {
  it("has a head and aligned columns on a terminal", () => {
    assert.deepStrictEqual(lines(head, rows, true), ["ID  STATE   PROMPT", "7   paused  look around", "8   on"])
  })

  it("is a line of fields between tabs for each row elsewhere, empty ones too", () => {
    assert.deepStrictEqual(lines(head, rows, false), ["7\tpaused\tlook around", "8\ton\t"])
    assert.deepStrictEqual(lines(head, [], false), [])
  })
})
