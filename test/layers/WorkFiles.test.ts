import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layer } from "../../src/layers/WorkFiles.ts"
import { WorkFiles } from "../../src/services/WorkFiles.ts"

/** A work directory, and a secret beside it. */
const place = Effect.acquireRelease(
  Effect.sync(() => {
    const root = mkdtempSync(join(tmpdir(), "loop-files-"))
    const work = join(root, "work")
    mkdirSync(join(work, "out"), { recursive: true })
    writeFileSync(join(root, "secret"), "secret")
    writeFileSync(join(work, "out", "a.txt"), "hello")
    return { root, work }
  }),
  ({ root }) => Effect.sync(() => rmSync(root, { recursive: true, force: true }))
)

const read = (work: string, path: string, atMost = 100) => WorkFiles.use((files) => files.read(work, path, atMost))
const refused = (work: string, path: string, atMost?: number) =>
  Effect.map(Effect.flip(read(work, path, atMost)), ({ reason }) => reason)

describe("A file in the work directory", () => {
  it.effect("is read by its path, relative or absolute", () =>
    Effect.gen(function* () {
      const { work } = yield* place
      for (const path of ["out/a.txt", "./out//a.txt", "out/../out/a.txt", join(work, "out/a.txt")]) {
        assert.strictEqual(new TextDecoder().decode(yield* read(work, path)), "hello")
      }
      assert.strictEqual((yield* read(work, "out/a.txt", 5)).length, 5)
    }).pipe(Effect.provide(layer))
  )

  it.effect("outside of it is not read, whatever the path looks like", () =>
    Effect.gen(function* () {
      const { root, work } = yield* place
      for (const path of ["../secret", "out/../../secret", join(root, "secret"), "/etc/passwd", "a\0b"]) {
        assert.strictEqual(yield* refused(work, path), "outside", path)
      }
      mkdirSync(`${work}-2`)
      writeFileSync(join(`${work}-2`, "x"), "")
      assert.strictEqual(yield* refused(work, join(`${work}-2`, "x")), "outside")
    }).pipe(Effect.provide(layer))
  )

  it.effect("is not reached through links, of whatever kind, to wherever", () =>
    Effect.gen(function* () {
      const { root, work } = yield* place
      symlinkSync(join(root, "secret"), join(work, "link"))
      symlinkSync(root, join(work, "up"))
      symlinkSync("out", join(work, "in"))
      for (const path of ["link", "up/secret", "in/a.txt"]) assert.strictEqual(yield* refused(work, path), "link", path)
    }).pipe(Effect.provide(layer))
  )

  it.effect("is a file, and there, and not too large", () =>
    Effect.gen(function* () {
      const { work } = yield* place
      execFileSync("mkfifo", [join(work, "pipe")])
      assert.strictEqual(yield* refused(work, "pipe"), "not_file")
      for (const path of ["out", ".", "/", work]) assert.include(["not_file", "outside"], yield* refused(work, path))
      assert.strictEqual(yield* refused(work, "nothing"), "not_found")
      assert.strictEqual(yield* refused(work, "out/a.txt", 4), "too_large")
      // It tells no size of its own.
      assert.include(["not_file", "outside"], yield* refused("/dev", "zero"))
    }).pipe(Effect.provide(layer))
  )
})
