/** Names of channels, as Discord will have changed them. */
import { assert, describe, it } from "@effect/vitest"
import { channelName } from "../../../src/domain/chat/ChannelName.ts"

describe("A channel's name", () => {
  for (const [wanted, name] of [
    ["general", "general"],
    ["My Project", "my-project"],
    ["  a  -- b  ", "a-b"],
    ["v1.2 (beta)!", "v12-beta"],
    ["snake_case", "snake_case"],
    ["Ärger im Büro", "ärger-im-büro"],
    ["日本語 部屋", "日本語-部屋"],
    ["🚀", "🚀"],
    ["a\u0000b\u200bc", "abc"],
    ["...", "channel"],
    ["", "channel"]
  ] as const) {
    it(`${JSON.stringify(wanted)} is ${name}`, () => {
      assert.strictEqual(channelName(wanted), name)
    })
  }

  it("has at most a hundred characters, and is the same when it is taken again", () => {
    const long = channelName(`${"é ".repeat(80)}`)
    assert.isAtMost(Array.from(long).length, 100)
    assert.strictEqual(channelName(long), long)
  })
})
