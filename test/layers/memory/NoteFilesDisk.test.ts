/** Which files are notes: by what they are, by where links lead, and by what can be looked at now. */
import { mkdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as NoteFilesDisk from "../../../src/layers/memory/NoteFilesDisk.ts"
import { NoteFiles } from "../../../src/services/NoteFiles.ts"
import { directory } from "../store/support.ts"

const place = Effect.map(directory, (path) => realpathSync(path))

const find = (path: string, excluded: ReadonlyArray<string> = []) =>
  NoteFiles.use((notes) => notes.find(path, [], excluded))
const read = (path: string) => NoteFiles.use((notes) => notes.read(path))

/** Directories one in the other, named by `name`. */
const chain = (depth: number, name: string) => Array.from({ length: depth }, () => name)

describe("The files of notes", () => {
  it.effect("are read where they are UTF-8 of a size that can be a note's", () =>
    Effect.gen(function* () {
      const at = yield* place
      const note = (name: string, text: string | Uint8Array) => {
        writeFileSync(join(at, name), text)
        return read(join(at, name))
      }
      assert.strictEqual((yield* note("plain.md", " grün\n"))?.text, "grün")
      assert.isUndefined(yield* note("latin.md", Buffer.from("grün", "latin1")))
      assert.strictEqual((yield* note("largest.md", "x".repeat(4 * 1024 * 1024)))?.text.length, 4 * 1024 * 1024)
      assert.isUndefined(yield* note("larger.md", "x".repeat(4 * 1024 * 1024 + 1)))
      assert.isUndefined(yield* read(join(at, "none.md")))
    }).pipe(Effect.provide(NoteFilesDisk.layer))
  )

  it.effect("are looked for in directories down to a depth, and no more than so many", () =>
    Effect.gen(function* () {
      const at = yield* place
      mkdirSync(join(at, ...chain(33, "d")), { recursive: true })
      for (const depth of [32, 33]) writeFileSync(join(at, ...chain(depth, "d"), "a.md"), "")
      assert.deepStrictEqual((yield* find(at)).files, [join(at, ...chain(32, "d"), "a.md")])
      for (const name of ["c.md", "b.md", "e.md"]) writeFileSync(join(at, name), "")
      const few = yield* Effect.provide(find(at), NoteFilesDisk.layerWith(2), { local: true })
      assert.deepStrictEqual(few.files, [join(at, "b.md"), join(at, "c.md")])
    }).pipe(Effect.provide(NoteFilesDisk.layer))
  )

  it.effect("that links lead to are not looked for round and round, nor through a name that is left out", () =>
    Effect.gen(function* () {
      const at = yield* place
      for (const name of ["private", "shared"]) mkdirSync(join(at, name))
      writeFileSync(join(at, "shared/a.md"), "a")
      symlinkSync(join(at, "shared"), join(at, "private/way"))
      assert.deepStrictEqual((yield* find(join(at, "private/way"))).files, [join(at, "shared/a.md")])
      assert.deepStrictEqual((yield* find(join(at, "private/way"), [join(at, "private")])).files, [])
      symlinkSync("there", join(at, "here"))
      symlinkSync("here", join(at, "there"))
      assert.deepStrictEqual((yield* find(join(at, "here/a"))).files, [])
    }).pipe(Effect.provide(NoteFilesDisk.layer))
  )

  it.effect("that cannot be looked at now are told from those that are gone", () =>
    Effect.gen(function* () {
      const at = yield* place
      const long = "n".repeat(250)
      assert.deepStrictEqual((yield* find(join(at, "none"))).unknown, [])
      assert.deepStrictEqual((yield* find(join(at, `${long}${long}`))).unknown, [join(at, `${long}${long}`)])

      // Deeper than a path may be long, whoever looks.
      const depth = 20
      mkdirSync(join(at, ...chain(depth, "d")), { recursive: true })
      const rename = (from: string, to: string, levels: ReadonlyArray<number>, above: string) => {
        for (const level of levels) {
          const parent = join(at, ...chain(level, above))
          renameSync(join(parent, from), join(parent, to))
        }
      }
      const downwards = Array.from({ length: depth }, (_, level) => level)
      yield* Effect.acquireRelease(
        Effect.sync(() => rename("d", long, downwards.toReversed(), "d")),
        () => Effect.sync(() => rename(long, "d", downwards, "d"))
      )
      const { files, unknown } = yield* find(at)
      assert.deepStrictEqual(files, [])
      assert.lengthOf(unknown, 1)
      assert.isTrue(unknown[0]?.startsWith(join(at, long)))
    }).pipe(Effect.provide(NoteFilesDisk.layer))
  )
})
