import { assert, describe, it } from "@effect/vitest"
import { begun, ended, type ImageBuild, told } from "../../src/domain/ImageBuild.ts"

const after = (...lines: ReadonlyArray<string>): ImageBuild => lines.reduce(told, begun("loop-agent:latest", 1))

describe("The build of an image", () => {
  it("knows its step, and keeps the last word of each layer that is fetched where it stood", () => {
    const build = after(
      "4f4fb700ef54: Pulling fs layer",
      "0e4bc2bd6656: Downloading",
      "4f4fb700ef54: Downloading",
      "4f4fb700ef54: Pull complete",
      "Step 1/9 : ARG BASE",
      "Step 3/9 : RUN apt-get update",
      "Reading package lists..."
    )
    assert.deepStrictEqual(build.step, { at: 3, of: 9, name: "RUN apt-get update" })
    assert.deepStrictEqual(build.lines.slice(0, 2), ["4f4fb700ef54: Pull complete", "0e4bc2bd6656: Downloading"])
    assert.strictEqual(build.lines.at(-1), "Reading package lists...")
    assert.deepInclude(ended(build, "built", 9), { state: "built", started_at: 1, ended_at: 9 })
  })

  it("keeps no more than its last 200 lines, and of each no more than its beginning", () => {
    const { lines } = after(...Array.from({ length: 300 }, (_, n) => `line ${n}`), "x".repeat(10_000))
    assert.lengthOf(lines, 200)
    assert.deepStrictEqual([lines[0], lines.at(-1)?.length], ["line 101", 500])
  })
})
