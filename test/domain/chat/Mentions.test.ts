import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { real } from "../../../src/domain/chat/Mentions.ts"

const self = { id: "42", name: "Loop (test)" }

describe("A mention of the bot that was written as text", () => {
  it.each([
    ["@LoopBot do this", "<@42> do this"],
    ["@loopbot, and @LOOPBOT. Then @LoopBot!", "<@42>, and <@42>. Then <@42>!"],
    ["ask @Loop (test): now", "ask <@42>: now"],
    ["(@LoopBot)", "(<@42>)"],
    ["**@LoopBot**", "**<@42>**"]
  ])("becomes a real one: %j", (text, shown) => assert.strictEqual(real(text, self), shown))

  it.each([
    "write to me@loopbot.example",
    "@LoopBots are many",
    "@LoopBot-2",
    "@LoopBot_",
    "@loopbot.example",
    "<@42> and <@17>",
    "@everyone @here @Ada",
    "`@LoopBot`",
    "``a ` @LoopBot``",
    "```\n@LoopBot\n```",
    "~~~\n@LoopBot",
    "https://x.y/@LoopBot",
    "LoopBot"
  ])("is not this: %j", (text) => assert.strictEqual(real(text, self), text))

  it("is found beside code as well", () =>
    assert.strictEqual(
      real("`a` @LoopBot `b`\n```\n@LoopBot\n```\n@LoopBot `", self),
      "`a` <@42> `b`\n```\n@LoopBot\n```\n<@42> `"
    ))

  it("is found by a name that has another meaning for patterns, or that begins like ours", () => {
    assert.strictEqual(real("@L.*p @Lxxp", { id: "1", name: "L.*p" }), "<@1> @Lxxp")
    assert.strictEqual(real("@LoopBot Two and @LoopBot", { id: "1", name: "LoopBot Two" }), "<@1> and <@1>")
  })

  it("is all that is changed in any text", () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom("@LoopBot", "`", "```", "\n", " ", "a", "@", "<")), (words) => {
        const text = words.join("")
        assert.strictEqual(real(text, self).replaceAll("<@42>", "@LoopBot"), text)
      })
    ))
})
