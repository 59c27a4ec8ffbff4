import { assert, describe, it } from "@effect/vitest"
import { cosine, fuse, matchOf } from "../../../src/domain/memory/Ranking.ts"

describe("Hits of two searches", () => {
  it("are one list, in which what both found comes first", () => {
    const ranked = fuse([
      [1, 2, 3],
      [4, 3]
    ])
    assert.deepStrictEqual(
      ranked.map(({ id }) => id),
      [3, 1, 4, 2]
    )
    assert.isBelow(ranked[0]?.score ?? 1, 1)
    assert.deepStrictEqual(fuse([[7], [7]]), [{ id: 7, score: 1 }])
    assert.deepStrictEqual(fuse([[7]]), [{ id: 7, score: 1 }])
    assert.deepStrictEqual(fuse([[], []]), [])
  })

  it("compare vectors of one length only", () => {
    assert.strictEqual(cosine([1, 0], [2, 0]), 1)
    assert.strictEqual(cosine([1, 0], [0, 2]), 0)
    assert.isUndefined(cosine([1, 0], [1, 0, 0]))
    assert.isUndefined(cosine([0, 0], [1, 0]))
  })
})

describe("A question", () => {
  it("is its words and nothing of the search's own language", () => {
    assert.strictEqual(matchOf('Where do "we" DEPLOY-to?'), '"where"* OR "do" OR "we" OR "deploy"* OR "to"')
    assert.strictEqual(matchOf("NOT (a OR b) NEAR"), '"not"* OR "a" OR "or" OR "b" OR "near"*')
    assert.isNull(matchOf(' "*()^ '))
    assert.strictEqual(matchOf("a ".repeat(9)), '"a"')
    const many = Array.from({ length: 99 }, (_, at) => `w${at}`).join(" ")
    assert.lengthOf(matchOf(many)?.split(" OR ") ?? [], 32)
  })
})
