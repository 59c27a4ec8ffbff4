import { assert, describe, it } from "@effect/vitest"
import { makeLimiter } from "../../../src/domain/hooks/CallRate.ts"

describe("a webhook's calls", () => {
  it("may come as many at once as a minute has, then one by one as time passes", () => {
    const waitOf = makeLimiter()
    const at = (seconds: number) => waitOf("forge", 3, seconds * 1000)
    assert.deepStrictEqual([at(0), at(0), at(0), at(0)], [0, 0, 0, 20])
    assert.deepStrictEqual([at(5), at(20), at(20)], [15, 0, 20])
    assert.deepStrictEqual([at(3600), at(3600), at(3600), at(3600)], [0, 0, 0, 20])
  })

  it("are counted for each webhook by itself", () => {
    const waitOf = makeLimiter()
    assert.deepStrictEqual([waitOf("one", 1, 0), waitOf("one", 1, 0), waitOf("other", 1, 0)], [0, 60, 0])
  })
})
