import { assert, describe, it } from "@effect/vitest"
import { isNewer, newestOf, toJudge } from "../../../src/domain/chat/CatchUp.ts"

const message = (id: string, at: number) => ({ id, at })
const ids = (messages: ReadonlyArray<{ readonly id: string }>) => messages.map(({ id }) => id)

describe("Catching up", () => {
  it("compares ids as numbers that grow longer", () => {
    assert.isTrue(isNewer("100", "99"))
    assert.isTrue(isNewer("101", "100"))
    assert.isFalse(isNewer("100", "100"))
    assert.isFalse(isNewer("99", "100"))
    assert.isTrue(isNewer("1700000000.000200", "1700000000.000100"))
  })

  it("judges what is newer than the mark and not too old, in its order", () => {
    const messages = [message("8", 10), message("9", 20), message("10", 30), message("11", 40)]
    assert.deepStrictEqual(ids(toJudge(messages, { after: "8", since: 0 })), ["9", "10", "11"])
    assert.deepStrictEqual(ids(toJudge(messages, { after: "9", since: 35 })), ["11"])
    assert.deepStrictEqual(ids(toJudge(messages, { after: undefined, since: 20 })), ["9", "10", "11"])
  })

  it("knows the newest", () => {
    assert.strictEqual(newestOf([message("9", 0), message("10", 0), message("8", 0)]), "10")
    assert.isUndefined(newestOf([]))
  })
})
