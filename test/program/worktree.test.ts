/** Where a thread works, and a process that is there before its first message. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const git = (directory: string, ...words: ReadonlyArray<string>) =>
  execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.org", ...words], {
    encoding: "utf8"
  })

/** A directory with one file, committed where `commit` says so. */
const directory = (commit: boolean) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const made = mkdtempSync(join(tmpdir(), "work-"))
      writeFileSync(join(made, "readme"), "hello\n")
      if (!commit) return made
      git(made, "init", "--quiet", "--initial-branch=main")
      git(made, "add", ".")
      git(made, "commit", "--quiet", "--message=first")
      // Runs on whoever makes a worktree: in the box it may, on the host it must not.
      mkdirSync(join(made, ".git/hooks"), { recursive: true })
      writeFileSync(join(made, ".git/hooks/post-checkout"), `#!/bin/sh\nid -u > ${made}/hook-$(hostname)\n`, {
        mode: 0o755
      })
      return made
    }),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )

/** A channel of the directory whose threads should have worktrees, and a thread of it. */
const threadIn = Effect.fnUntraced(function* (dir: string) {
  const { json } = yield* Talk.call("POST", "/api/channels", { dir_path: dir })
  const channel = Talk.channel((json as { readonly channel_id: string }).channel_id)
  yield* channel.patch({ thread_workdir: "worktree" })
  const thread = yield* Talk.call("POST", "/api/threads", { channel_id: channel.id, name: "thread" })
  return Talk.channel((thread.json as { readonly thread_id: string }).thread_id)
})

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })(
  "A thread with thread_workdir worktree",
  (it) => {
    it.effect("works in a git worktree of its own, on a branch of its own, made inside a box", () =>
      Effect.gen(function* () {
        const { home } = yield* Program.Program
        const dir = yield* directory(true)
        const thread = yield* threadIn(dir)
        const command = "pwd; git rev-parse --abbrev-ref HEAD; echo mine > readme; git status --short"
        const { said } = yield* thread.ask(`tool: bash ${command}`)
        assert.include(said.join("\n"), join(home, "channels"))
        assert.match(said.join("\n"), /loop\/local-3A[a-z2-7]{16}\n.*M readme/)
        assert.strictEqual(git(dir, "status", "--short", "readme"), "")
        assert.strictEqual(git(dir, "worktree", "list").trim().split("\n").length, 2)
        const hooks = execFileSync("ls", [dir], { encoding: "utf8" })
        assert.notInclude(hooks, `hook-${execFileSync("hostname", { encoding: "utf8" }).trim()}\n`)
      })
    )

    it.effect("says so and works in its channel's directory where git can make none", () =>
      Effect.gen(function* () {
        const dir = yield* directory(false)
        const thread = yield* threadIn(dir)
        const { said } = yield* thread.ask("tool: bash pwd")
        assert.include(said.join("\n"), dir)
        const notes = (yield* thread.said).filter((text) => text.includes("git worktree"))
        assert.strictEqual(notes.length, 1)
        assert.match(notes[0] ?? "", /not a git repository/)
      })
    )
  }
)

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("A process started ahead", (it) => {
  it.effect("is there before the first message and takes it", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const { status } = yield* Talk.call("POST", `${channel.path}/prepare`)
      assert.strictEqual(status, 204)
      const ahead = yield* Talk.eventually(channel.boxes, (boxes) => boxes.length === 1)
      assert.deepStrictEqual((yield* channel.ask("say: quick")).said, ["quick"])
      assert.deepStrictEqual(yield* channel.boxes, ahead)
    })
  )
})
