/** The server's log on a real file system. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rotate } from "../../src/layers/LogRotation.ts"

const opened = (flags: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const dir = mkdtempSync(join(tmpdir(), "loop-log-"))
      const path = join(dir, "loop.log")
      return { dir, path, fd: openSync(path, flags, 0o644) }
    }),
    ({ dir, fd }) =>
      Effect.sync(() => {
        closeSync(fd)
        rmSync(dir, { recursive: true })
      })
  )

const bounds = { size: 20, kept: 2 }

describe("The log", () => {
  it.effect("is begun anew when it is full, what it said is kept beside it, and the oldest goes", () =>
    Effect.gen(function* () {
      const { fd, path } = yield* opened("a")
      const text = (name: string) => readFileSync(`${path}${name}`, "utf8")
      for (const line of ["first", "second", "third"]) {
        writeSync(fd, `${line} line of the log\n`)
        assert.isTrue(rotate(path, bounds, [fd]))
        assert.isFalse(rotate(path, bounds, [fd]))
      }
      writeSync(fd, "short\n")
      assert.isFalse(rotate(path, bounds, [fd]))
      assert.deepStrictEqual(["", ".1", ".2"].map(text), [
        "short\n",
        "third line of the log\n",
        "second line of the log\n"
      ])
      assert.throws(() => text(".3"))
      assert.strictEqual(statSync(`${path}.1`).mode & 0o777, 0o600)
    }).pipe(Effect.scoped)
  )

  it.effect("is left alone where it is not this process that appends to it", () =>
    Effect.gen(function* () {
      const [own, other] = [yield* opened("a"), yield* opened("w")]
      const full = "more than twenty characters\n"
      for (const { fd } of [own, other]) writeSync(fd, full)
      assert.isFalse(rotate(own.path, bounds, [other.fd]))
      assert.isFalse(rotate(other.path, bounds, [other.fd]))
      assert.strictEqual(readFileSync(own.path, "utf8") + readFileSync(other.path, "utf8"), full + full)
    }).pipe(Effect.scoped)
  )
})
