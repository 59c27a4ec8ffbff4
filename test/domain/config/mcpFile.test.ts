import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { withLoop } from "../../../src/domain/config/mcpFile.ts"

const entry = { command: "/l/loop", args: ["mcp", "--dir", "/p"] }
const said = JSON.stringify(entry)

const read = (text: string): unknown => JSON.parse(text)

describe("Loop's entry in .mcp.json", () => {
  it("makes the file where there is none", () => {
    const made = withLoop(undefined, entry)
    assert.deepStrictEqual([made?.was, read(made?.text ?? "")], ["added", { mcpServers: { loop: entry } }])
    assert.isTrue(made?.text.endsWith("}\n"))
  })

  it("leaves every other character as it stands: numbers, order, spelling, indentation", () => {
    const before = `{\n\t"2": 1e400, "1": 1.0,\n\t"mcpServers": {\n\t\t"x": {"command": "\\u0079", "args": ["}", "loop", "\\"{"]}\n\t},\n\t"z": [{"loop": {}}]\n}`
    const after = withLoop(before, { command: "/l", args: [] })
    assert.deepStrictEqual(after, {
      was: "added",
      text: before.replace(`"\\"{"]}\n`, `"\\"{"]},\n\t\t"loop": {\n\t\t\t"command": "/l",\n\t\t\t"args": []\n\t\t}\n`)
    })
  })

  it("is replaced where it is there already, and the same again the second time", () => {
    const before = `{ "mcpServers": { "loop": { "command": "old", "env": {"A": "b"} }, "x": {} } }\n`
    const once = withLoop(before, entry)
    assert.strictEqual(once?.was, "updated")
    assert.deepStrictEqual(read(once?.text ?? ""), { mcpServers: { loop: entry, x: {} } })
    assert.deepStrictEqual(withLoop(once?.text, entry), once)
  })

  it.each(["{", "[]", "null", `{"mcpServers": []}`, `{"mcpServers": null}`, "// notes\n{}"])(
    "is not put into %j",
    (text) => assert.isUndefined(withLoop(text, entry))
  )

  it("changes nothing else in any file, however it is written", () => {
    const object = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom("loop", "mcpServers", "__proto__", "}")),
      fc.jsonValue()
    )
    const file = fc.tuple(object, fc.option(object), fc.constantFrom(undefined, 2, "\t", 1))
    fc.assert(
      fc.property(file, ([others, servers, indent]) => {
        const before = servers === null ? others : { ...others, mcpServers: servers }
        if (servers === null) delete before["mcpServers"]
        const result = withLoop(JSON.stringify(before, undefined, indent), entry)
        const wanted = { ...before, mcpServers: { ...servers, loop: entry } }
        assert.deepStrictEqual(read(result?.text ?? ""), read(JSON.stringify(wanted)))
        assert.strictEqual(result?.was, servers !== null && Object.hasOwn(servers, "loop") ? "updated" : "added")
      }),
      { numRuns: 500 }
    )
  })

  it("takes the last of several members of one name, as readers of JSON do", () => {
    const after = withLoop(`{"mcpServers": {"a": 1}, "mcpServers": {"loop": 1, "loop": 2}}`, entry)
    assert.strictEqual(
      after?.text.replaceAll(/\s/g, ""),
      `{"mcpServers":{"a":1},"mcpServers":{"loop":1,"loop":${said}}}`
    )
  })
})
