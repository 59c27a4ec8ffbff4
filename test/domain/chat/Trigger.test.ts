import { assert, describe, it } from "@effect/vitest"
import { calls, type Heard, textOf } from "../../../src/domain/chat/Trigger.ts"

const bot = "42"
const heard = (content: string, change: Partial<Heard> = {}): Heard => ({
  content,
  own: false,
  mentionsUs: false,
  repliesToUs: false,
  direct: false,
  ours: false,
  ...change
})

describe("A message calls Loop", () => {
  it("by a mention, the prefix, a reply, in a direct conversation, and in a thread that the bot opened", () => {
    assert.isTrue(calls(heard("hi", { mentionsUs: true }), bot))
    assert.isTrue(calls(heard("hi <@42>"), bot))
    assert.isTrue(calls(heard("!loop do"), bot))
    assert.isTrue(calls(heard("!LOOPextra"), bot))
    assert.isTrue(calls(heard("hi", { repliesToUs: true }), bot))
    assert.isTrue(calls(heard("hi", { direct: true }), bot))
    assert.isTrue(calls(heard("hi", { ours: true }), bot))
  })

  it("by nothing else", () => {
    for (const content of ["hi", "", "loop do", "please !loop do", "<@43>", "<@423>", "@Loop", "<@&42>"]) {
      assert.isFalse(calls(heard(content), bot), content)
    }
  })

  it("of the bot itself by a mention in its text alone, never by what the platform adds", () => {
    const added = { own: true, mentionsUs: true, repliesToUs: true, direct: true, ours: true }
    assert.isFalse(calls(heard("an answer", added), bot))
    assert.isFalse(calls(heard("!loop go", { own: true }), bot))
    assert.isFalse(calls(heard("<@!42> go", added), bot))
    assert.isTrue(calls(heard("<@42> go on", { own: true }), bot))
  })
})

describe("What is meant for Loop", () => {
  const table: ReadonlyArray<readonly [string, Partial<Heard>, string]> = [
    ["hey <@42> hello", {}, "hey  hello"],
    ["<@42> <@!42> do <@42>", {}, "do"],
    ["<@!42> do", { mentionsUs: true }, "do"],
    ["<@42> and <@43>", {}, "and <@43>"],
    ["!loop do", {}, "do"],
    ["!LOOPextra", {}, "extra"],
    ["!loop", {}, ""],
    ["<@42> !loop do", {}, "!loop do"],
    ["!loop <@42> do", {}, "!loop  do"],
    ["!loop do", { mentionsUs: true }, "!loop do"],
    ["  plain  ", { direct: true }, "plain"]
  ]
  for (const [content, change, text] of table) {
    it(`of "${content}" is "${text}"${change.mentionsUs === true ? " where the platform lists a mention" : ""}`, () => {
      assert.strictEqual(textOf(heard(content, change), bot), text)
    })
  }
})
