import { assert, describe, it } from "@effect/vitest"
import { meaning, ruleOf, textOf } from "../../../src/domain/permissions/Rule.ts"

type Input = Parameters<typeof ruleOf>[1]
const same = (tool: string, one: Input, other: Input, another = tool) =>
  JSON.stringify(ruleOf(tool, one)) === JSON.stringify(ruleOf(another, other))

describe("What “Always” allows", () => {
  it("is a command letter by letter, however it is described; wildcards in it mean nothing", () => {
    assert.isTrue(same("Bash", { command: "npm test", description: "a" }, { command: "npm test", timeout: 9 }))
    for (const other of ["npm test ", "npm test && rm -rf .", "npm test:*", "npm", "npm  test"]) {
      assert.isFalse(same("Bash", { command: "npm test" }, { command: other }), other)
    }
    assert.isFalse(same("Bash", { command: "rm *" }, { command: "rm -rf ." }))
    assert.isFalse(same("Bash", { command: "npm start" }, { command: "npm start", run_in_background: true }))
    assert.strictEqual(textOf(ruleOf("Bash", { command: "npm test" })), "Bash(npm test)")
  })

  it("is one tool on one file, whatever it writes; a path with detours is its exact input", () => {
    assert.isTrue(same("Edit", { file_path: "/w/a", new_string: "1" }, { file_path: "/w/a", new_string: "2" }))
    assert.isFalse(same("Edit", { file_path: "/w/a" }, { file_path: "/w/a" }, "Write"))
    assert.isFalse(same("Edit", { file_path: "/w/a" }, { file_path: "/w/b" }))
    for (const file_path of ["/w/../etc/passwd", "a", "/w/./a", 7]) {
      assert.strictEqual(ruleOf("Write", { file_path, content: "1" }).kind, "input")
      assert.isFalse(same("Write", { file_path, content: "1" }, { file_path, content: "2" }))
    }
  })

  it("is one host of the web, as the URL is read and not as it is written", () => {
    assert.isTrue(same("WebFetch", { url: "https://EXAMPLE.com/a" }, { url: "https://example.com/b", prompt: "x" }))
    assert.isFalse(same("WebFetch", { url: "https://example.com" }, { url: "https://example.com@evil.example/" }))
    assert.isFalse(same("WebFetch", { url: "https://example.com" }, { url: "https://example.com.evil.example/" }))
    assert.strictEqual(ruleOf("WebFetch", { url: "file:///etc/passwd" }).kind, "input")
    assert.strictEqual(textOf(ruleOf("WebFetch", { url: "https://example.com/" })), "WebFetch(domain:example.com)")
  })

  it("is a whole tool only where a tool has nothing narrower, and says so", () => {
    const rule = ruleOf("mcp__forge__merge", { id: 1 })
    assert.strictEqual(textOf(rule), "mcp__forge__merge")
    assert.match(meaning(rule), /any input/)
  })

  it("is the exact input of a tool that is not known, whatever the order of its keys", () => {
    assert.isTrue(same("Skill", { a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 }))
    assert.isFalse(same("Skill", { a: 1 }, { a: 1, b: 1 }))
    assert.isFalse(same("constructor", { a: 1 }, { a: 2 }))
  })
})
