import {
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MessageId } from "../../src/domain/Ids.ts"
import { Inbox } from "../../src/services/Inbox.ts"
import * as InboxFiles from "../../src/layers/Inbox.ts"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-inbox-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const file = (name: string, text: string) => ({ name, mime: "text/plain", data: new TextEncoder().encode(text) })
const id = MessageId.make("m1")
const keep = (work: string, ...files: ReadonlyArray<ReturnType<typeof file>>) =>
  Inbox.use((inbox) => inbox.keep(work, id, files)).pipe(Effect.provide(InboxFiles.layer))

describe("the inbox", () => {
  it.effect("keeps files where the agent finds them, in a work directory that it makes", () =>
    Effect.gen(function* () {
      const work = join(yield* directory, "new", "work")
      const [kept] = yield* keep(work, file("a.txt", "hello"))
      assert.deepStrictEqual(kept, { name: "a.txt", mime: "text/plain", path: join(work, ".loop/inbox/m1/a.txt") })
      assert.strictEqual(readFileSync(kept?.path ?? "", "utf8"), "hello")
      assert.strictEqual(statSync(kept?.path ?? "").mode & 0o777, 0o644)
    })
  )

  it.effect("replaces the files of a message that comes again, and leaves nothing half-written", () =>
    Effect.gen(function* () {
      const work = yield* directory
      yield* keep(work, file("a.txt", "first"))
      yield* keep(work, file("a.txt", "second"))
      const own = join(work, ".loop/inbox/m1")
      assert.deepStrictEqual(readdirSync(own), ["a.txt"])
      assert.strictEqual(readFileSync(join(own, "a.txt"), "utf8"), "second")
    })
  )

  it.effect.each([".loop", ".loop/inbox", ".loop/inbox/m1"])("refuses to follow a link in place of %s", (part) =>
    Effect.gen(function* () {
      const work = join(yield* directory, "work")
      const target = join(yield* directory, "target")
      mkdirSync(target)
      mkdirSync(join(work, part, ".."), { recursive: true })
      symlinkSync(target, join(work, part))
      const error = yield* Effect.flip(keep(work, file("a.txt", "x")))
      assert.strictEqual(error.reason, "refused")
      assert.deepStrictEqual(readdirSync(target), [])
    })
  )

  it.effect("replaces a link in place of a file without writing through it", () =>
    Effect.gen(function* () {
      const work = yield* directory
      const secret = join(yield* directory, "secret")
      writeFileSync(secret, "untouched")
      mkdirSync(join(work, ".loop/inbox/m1"), { recursive: true })
      const place = join(work, ".loop/inbox/m1/a.txt")
      symlinkSync(secret, place)
      yield* keep(work, file("a.txt", "new"))
      assert.strictEqual(readFileSync(secret, "utf8"), "untouched")
      assert.isTrue(lstatSync(place).isFile())
    })
  )

  it.effect("tells a work directory that cannot be written to from a trap", () =>
    Effect.gen(function* () {
      const work = join(yield* directory, "work")
      writeFileSync(work, "a file")
      const error = yield* Effect.flip(keep(work, file("a.txt", "x")))
      assert.include(["other", "refused"], error.reason)
      assert.include(error.message, join(work, ".loop/inbox/m1"))
    })
  )

  it.effect("gives files to the owner of the work directory", () =>
    Effect.gen(function* () {
      const work = yield* directory
      // Only root can make somebody else the owner; for everybody else the owner is who runs this.
      const owner = process.getuid?.() === 0 ? 1234 : statSync(work).uid
      if (owner === 1234) chownSync(work, owner, owner)
      const [kept] = yield* keep(work, file("a.txt", "x"))
      assert.strictEqual(statSync(kept?.path ?? "").uid, owner)
      assert.strictEqual(statSync(join(work, ".loop")).uid, owner)
    })
  )
})
