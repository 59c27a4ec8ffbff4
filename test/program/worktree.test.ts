/** Where a thread works, and a process that is there before its first message. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { hostname, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { loop } from "../support/Command.ts"
import * as GitTraps from "../support/GitTraps.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

/** A directory with one file; where `planted` says so in a repository that runs what an agent left in it. */
const directory = (planted: boolean) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const made = realpathSync(mkdtempSync(join(tmpdir(), "work-")))
      if (planted) GitTraps.plant(made, join(made, "ran"), "file")
      else writeFileSync(join(made, "readme"), "hello\n")
      return made
    }),
    (made) => Effect.sync(() => rmSync(made, { recursive: true, force: true }))
  )

/** By the name of the machine where they ran: the box's or this one's. */
const ran = (dir: string, host: string) =>
  readdirSync(dir).filter((name) => name.startsWith("ran-") && name.endsWith(`-${host}`))

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
    it.effect("works in a git worktree of its own, and what is planted in the repository runs in boxes alone", () =>
      Effect.gen(function* () {
        const { home, token, url } = yield* Program.Program
        const dir = yield* directory(true)
        // Where the server was started, too.
        GitTraps.plant(dirname(home), join(dir, "ran"), "bare")
        const thread = yield* threadIn(dir)
        const command = "pwd; git rev-parse --abbrev-ref HEAD; echo mine > tracked; git status --short"
        const { said } = yield* thread.ask(`tool: bash ${command}`)
        assert.include(said.join("\n"), join(home, "channels"))
        assert.match(said.join("\n"), /loop\/local-3A[a-z2-7]{16}\n.*M tracked/)
        assert.strictEqual(readFileSync(join(dir, "tracked"), "utf8"), "two\n")
        assert.strictEqual(readdirSync(join(dir, "elsewhere", "worktrees")).length, 1)

        const { json } = yield* Talk.call("POST", "/api/channels", { dir_path: dir })
        const { channel_id } = json as { readonly channel_id: string }
        const diff = yield* Talk.call("POST", "/api/commands", { channel_id, command: "diff" })
        assert.include(JSON.stringify(diff.json), "+two")
        const env = { HOME: home, LOOP_HOME: home, PATH: process.env["PATH"] ?? "" }
        const onboarded = yield* loop(
          { dir, config: join(home, "config.json"), env },
          ["onboard:local", "--api-url", url()],
          { env: { LOOP_API_TOKEN: token() } }
        )
        assert.strictEqual(onboarded.code, 0, onboarded.stderr)

        assert.deepStrictEqual(ran(dir, hostname()), [])
        assert.include(ran(dir, "loop"), "ran-hook-post-checkout-loop")
        // The traps are some: whoever works there without care runs them.
        execFileSync("git", ["-C", dir, "status"], { stdio: "pipe" })
        assert.include(ran(dir, hostname()), `ran-core.fsmonitor-${hostname()}`)
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
