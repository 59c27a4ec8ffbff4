/** What `diff` tells of a channel's work directory: git's own words, whatever the repository would have git do. */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Conversations } from "../../../src/services/Conversations.ts"
import { house, owner, room } from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"

const directory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-diff-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const me = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false"]
const git = (dir: string, ...args: ReadonlyArray<string>) => execFileSync("git", ["-C", dir, ...me, ...args])

/** The box's git is this machine's. */
const realGit = Effect.flatMap(Outside, ({ knobs }) =>
  Effect.sync(() => {
    knobs.command = ([program = "", ...args]) =>
      Effect.sync(() => {
        const { status, stdout } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 })
        return { code: status ?? 1, stdout }
      })
  })
)

const diffIn = Effect.fnUntraced(function* (dir: string) {
  yield* realGit
  const { channel_id } = yield* room("room", {}, dir)
  return yield* Conversations.use((all) => all.command(owner, channel_id, "diff", {}))
})

const repository = Effect.map(directory, (dir) => {
  git(dir, "init", "-q")
  writeFileSync(join(dir, "a.txt"), "one\n")
  git(dir, "add", ".")
  git(dir, "commit", "-qm", "first")
  return dir
})

describe("A difference", () => {
  it.effect("is shown with the names of new files, and is told when there is none", () =>
    house(
      Effect.gen(function* () {
        const dir = yield* repository
        assert.strictEqual((yield* diffIn(dir)).text, "Nothing has changed since the last commit.")
        writeFileSync(join(dir, "a.txt"), "two ```\n")
        writeFileSync(join(dir, "neu ö.txt"), "x\n")
        const { file, text } = yield* diffIn(dir)
        assert.isUndefined(file)
        assert.match(text, /^New, not in git: 1\n- neu ö\.txt\n````diff\n/)
        assert.include(text, "-one\n+two ```")
        assert.match(text, /\n````$/)
      })
    )
  )

  it.effect("is a file when it is long", () =>
    house(
      Effect.gen(function* () {
        const dir = yield* repository
        writeFileSync(join(dir, "a.txt"), "line\n".repeat(2000))
        const { file, text } = yield* diffIn(dir)
        assert.strictEqual(text, "Changed: 2000 lines added, 1 removed.")
        assert.strictEqual(file?.name, "changes.diff")
        assert.include(new TextDecoder().decode(file?.data), "+line\n+line")
      })
    )
  )

  it.effect("of a huge file is cut, and says so", () =>
    house(
      Effect.gen(function* () {
        const dir = yield* repository
        writeFileSync(join(dir, "a.txt"), "line of text\n".repeat(200_000))
        const { file, text } = yield* diffIn(dir)
        assert.match(text, /longer than 1000000 characters; the rest is left out/)
        assert.isAtMost(file?.data.length ?? 0, 1_000_001)
      })
    )
  )

  it.effect("is told of a repository without a commit, and of a directory that is none", () =>
    house(
      Effect.gen(function* () {
        const dir = yield* directory
        const none = yield* Effect.flip(diffIn(dir))
        assert.deepInclude(none, { _tag: "Refused", reason: "conflict" })
        git(dir, "init", "-q")
        writeFileSync(join(dir, "a.txt"), "one\n")
        git(dir, "add", ".")
        assert.include((yield* diffIn(dir)).text, "+one")
      })
    )
  )

  it.effect("starts no program that the repository names", () =>
    house(
      Effect.gen(function* () {
        const dir = yield* repository
        const trap = join(dir, "trapped")
        for (const key of [
          "core.fsmonitor",
          "diff.external",
          "core.pager",
          "diff.trap.textconv",
          "diff.trap.command"
        ]) {
          git(dir, "config", key, `touch ${trap} #`)
        }
        writeFileSync(join(dir, ".gitattributes"), "*.txt diff=trap\n")
        writeFileSync(join(dir, "a.txt"), "two\n")
        const { text } = yield* diffIn(dir)
        assert.include(text, "+two")
        assert.isFalse(existsSync(trap))
      })
    )
  )
})
