import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { makeDemultiplexer, makeLineSplitter, makeTail, type Output } from "../../../src/layers/sandbox/Frames.ts"

/** Cuts a buffer at arbitrary places. */
const cut = (whole: Buffer, at: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const places = [...new Set(at.map((place) => place % (whole.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => whole.subarray(from, places[index]))
}

const frame = (kind: 1 | 2, text: string): Buffer => {
  const payload = Buffer.from(text, "utf8")
  const header = Buffer.from([kind, 0, 0, 0, 0, 0, 0, 0])
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

const unicode = fc.string({ unit: "binary" })
const places = fc.array(fc.nat(5000), { maxLength: 20 })

describe("line splitter", () => {
  it("gives the same lines however the bytes are cut, characters of several bytes included", () => {
    fc.assert(
      fc.property(fc.array(unicode, { maxLength: 12 }), places, (texts, at) => {
        const lines = texts.map((text) => text.toWellFormed().replaceAll("\n", "⏎"))
        const splitter = makeLineSplitter()
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""), "utf8")
        const found = cut(bytes, at).flatMap((chunk) => splitter.push(chunk))
        assert.deepStrictEqual([...found, ...splitter.end()], lines)
      })
    )
  })

  it("keeps a last line that has no newline, and a line of many megabytes", () => {
    const splitter = makeLineSplitter()
    const long = "é".repeat(4 * 1024 * 1024)
    const found = cut(Buffer.from(`${long}\nrest`, "utf8"), [1, 70_001, 3_000_003]).flatMap((c) => splitter.push(c))
    assert.deepStrictEqual([found.length, found[0] === long, splitter.end()], [1, true, ["rest"]])
  })
})

describe("demultiplexer", () => {
  it("keeps the two streams apart however the frames are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(1 as const, 2 as const), unicode)), places, (pieces, at) => {
        const split = makeDemultiplexer()
        const out: Record<Output, Array<Buffer>> = { stdout: [], stderr: [] }
        const whole = Buffer.concat(pieces.map(([kind, text]) => frame(kind, text)))
        for (const chunk of cut(whole, at)) split(chunk, (output, piece) => out[output].push(Buffer.from(piece)))
        for (const [kind, output] of [
          [1, "stdout"],
          [2, "stderr"]
        ] as const) {
          const sent = pieces.flatMap(([of, text]) => (of === kind ? [Buffer.from(text, "utf8")] : []))
          assert.deepStrictEqual(Buffer.concat(out[output]), Buffer.concat(sent))
        }
      })
    )
  })
})

describe("tail", () => {
  it("keeps the last bytes only", () => {
    const tail = makeTail(4)
    tail.push(Buffer.from("abc"))
    tail.push(Buffer.from("defg"))
    assert.strictEqual(tail.text(), "defg")
  })
})
