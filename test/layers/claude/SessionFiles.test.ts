/** Conversations' files on a real file system, as an agent could leave them. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { execFileSync } from "node:child_process"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layer } from "../../../src/layers/claude/SessionFilesDisk.ts"
import { SessionFiles } from "../../../src/services/SessionFiles.ts"

const id = "11111111-1111-4111-8111-111111111111"
const as = "22222222-2222-4222-8222-222222222222"
const entry = { type: "user", uuid: "u", sessionId: id, cwd: "/srv/box", permissionMode: "bypassPermissions" }

const setUp = Effect.gen(function* () {
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "loop-session-")))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const project = join(dir, "h", "home", ".claude", "projects", "-srv-box")
  mkdirSync(project, { recursive: true })
  const box = { root: join(dir, "h"), below: ["home", ".claude"] }
  const host = { root: join(dir, "me", ".claude"), below: [] }
  const copied = () => {
    const target = join(dir, "me", ".claude", "projects", "-srv-work")
    return readdirSync(target).map((name) => [name, readFileSync(join(target, name), "utf8")])
  }
  const copy = SessionFiles.use((files) =>
    files.copy({ place: box, session: id }, { place: host, as, workDir: "/srv/work" })
  )
  return { dir, project, file: join(project, `${id}.jsonl`), box, copy, copied }
})

const lines = (...entries: ReadonlyArray<unknown>) => entries.map((each) => `${JSON.stringify(each)}\n`).join("")

describe("a conversation's file", () => {
  it.effect(
    "is copied as what was said, under its new id and directory, without modes and what else stands there",
    () =>
      Effect.gen(function* () {
        const { copied, copy, file } = yield* setUp
        const aside = { type: "permission-mode", permissionMode: "bypassPermissions", sessionId: id }
        writeFileSync(file, lines(aside, entry, { type: "file-history-snapshot" }, { type: "summary", summary: "s" }))
        assert.strictEqual((yield* copy).entries, 2)
        const [own, summary] = [
          { type: "user", uuid: "u", sessionId: as, cwd: "/srv/work" },
          { type: "summary", summary: "s" }
        ]
        assert.deepStrictEqual(copied(), [[`${as}.jsonl`, lines(own, summary)]])
      }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("with a line that is no entry is not copied at all", () =>
    Effect.gen(function* () {
      const { copied, copy, file } = yield* setUp
      for (const [text, line] of [
        [`${lines(entry)}{"type":`, 2],
        [lines(entry, [1]), 2],
        [lines(entry, entry, { kind: "user" }), 3],
        ["", 0]
      ] as const) {
        writeFileSync(file, text)
        assert.deepInclude(yield* Effect.flip(copy), { reason: "broken", line })
        assert.deepStrictEqual(copied(), [])
      }
    }).pipe(Effect.scoped, Effect.provide(layer))
  )

  it.effect("is reached through no link, and has to be a file", () =>
    Effect.gen(function* () {
      const { box, copy, dir, file, project } = yield* setUp
      const look = SessionFiles.use((files) => files.look(box, id))
      writeFileSync(join(dir, "secret"), lines(entry))
      symlinkSync(join(dir, "secret"), file)
      assert.strictEqual((yield* Effect.flip(copy)).reason, "link")
      rmSync(file)
      execFileSync("mkfifo", [file])
      assert.strictEqual((yield* Effect.flip(copy)).reason, "not_file")
      assert.isUndefined(yield* look)

      rmSync(project, { recursive: true })
      mkdirSync(join(dir, "elsewhere"))
      writeFileSync(join(dir, "elsewhere", `${id}.jsonl`), lines(entry))
      symlinkSync(join(dir, "elsewhere"), project)
      assert.strictEqual((yield* Effect.flip(copy)).reason, "not_found")
      const home = join(dir, "h", "home", ".claude")
      rmSync(home, { recursive: true })
      symlinkSync(join(dir, "elsewhere"), home)
      assert.strictEqual((yield* Effect.flip(copy)).reason, "link")
    }).pipe(Effect.scoped, Effect.provide(layer))
  )
})
