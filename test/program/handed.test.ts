/** `loop session`: a conversation goes on outside of its box, and one that was held outside goes on in a channel. */
import { execFile, execFileSync } from "node:child_process"
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { pathSegment } from "../../src/domain/Ids.ts"
import { type Home, loop } from "../support/Command.ts"
import * as GitTraps from "../support/GitTraps.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const binary = resolve(`node_modules/@anthropic-ai/claude-code-linux-${process.arch}/claude`)

/** A user's machine: a HOME, a project, and `claude` in the PATH. */
const machine = Effect.gen(function* () {
  const { api, home, token, url } = yield* Program.Program
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "loop-host-")))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  for (const name of ["bin", "project"]) mkdirSync(join(dir, name))
  symlinkSync(binary, join(dir, "bin", "claude"))
  const env = {
    HOME: dir,
    // As many have it: from the work directory it would mean the agent's.
    PATH: `./node_modules/.bin:${join(dir, "bin")}:${process.env["PATH"]}`,
    LOOP_HOME: home,
    LOOP_API_URL: url(),
    LOOP_API_TOKEN: token(),
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: Program.fakeKey
  }
  const commands: Home = { dir, config: join(home, "config.json"), env }
  const project = join(dir, "project")
  const { json } = yield* Talk.call("POST", "/api/channels", { dir_path: project, platform: "local" })
  const channel = Talk.channel((json as { readonly channel_id: string }).channel_id)
  yield* Effect.addFinalizer(() => Talk.attempt("DELETE", channel.path))
  const claude = (over: object, ...args: ReadonlyArray<string>) =>
    Effect.callback<string>((resume) => {
      const child = execFile(binary, args, { cwd: project, env: { ...env, ...over } }, (_, stdout, stderr) =>
        resume(Effect.succeed(stdout + stderr))
      )
      child.stdin?.end()
    })
  return { dir, project, commands, channel, claude }
})

/** Settings whose hooks run a command at whatever happens first. */
const hooked = (marker: string): string => {
  const hook = [{ hooks: [{ type: "command", command: `touch ${marker}` }] }]
  return JSON.stringify({ hooks: { SessionStart: hook, UserPromptSubmit: hook }, apiKeyHelper: `touch ${marker}` })
}

/** What the model was given with the newest prompt that ends so. */
const givenWith = (content: string) =>
  Program.Program.useSync(({ api }) =>
    JSON.stringify(api.requests.findLast(({ prompt }) => prompt.endsWith(content))?.body?.messages ?? [])
  )

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("A conversation", (it) => {
  it.effect("goes on in the user's terminal, where nothing runs that an agent left", () =>
    Effect.gen(function* () {
      const { home } = yield* Program.Program
      const { channel, commands, dir, project } = yield* machine
      yield* channel.ask("say: the number is 42")
      const { session_id } = yield* channel.status
      const box = join(home, "channels", pathSegment(channel.id), "home")
      for (const [place, marker] of [
        [box, "box-ran"],
        [project, "project-ran"]
      ] as const) {
        mkdirSync(join(place, ".claude"), { recursive: true })
        writeFileSync(join(place, ".claude", "settings.json"), hooked(join(dir, marker)))
      }
      GitTraps.plant(project, join(dir, "git-ran"))
      mkdirSync(join(project, "node_modules", ".bin"), { recursive: true })
      const theirs = join(project, "node_modules", ".bin", "claude")
      writeFileSync(theirs, `#!/bin/sh\ntouch ${join(dir, "path-ran")}\n`, { mode: 0o755 })

      const listed = yield* loop(commands, ["session", "list", "--json"])
      const [entry] = JSON.parse(listed.stdout) as ReadonlyArray<Readonly<Record<string, unknown>>>
      assert.deepInclude(entry, { channel_id: channel.id, session_id, directory: project })
      assert.isAbove(Number(entry?.["size"]), 100)

      // Not a terminal: the program takes its prompt from here and ends after the answer.
      const opened = yield* loop(commands, ["session", "open", channel.id], { input: "say: on the host" })
      assert.deepInclude(opened, { code: 0, stdout: "on the host\n" }, opened.stderr)
      assert.include(yield* givenWith("on the host"), "number is 42")
      assert.deepStrictEqual(
        readdirSync(dir).filter((name) => name.includes("-ran")),
        []
      )

      // The traps are some: whoever works there without care runs them.
      execFileSync("git", ["-C", project, "status"], { stdio: "pipe" })
      assert.isTrue(readdirSync(dir).some((name) => name.startsWith("git-ran-core.fsmonitor")))

      // The channel's own went on without it.
      yield* channel.ask("say: in the box")
      assert.notInclude(yield* givenWith("in the box"), "on the host")
      assert.strictEqual((yield* channel.status).session_id, session_id)
    })
  )

  it.effect(
    "in a shared ~/.claude is the host's own, and what agents leave there acts in a plain claude, not by way of Loop",
    () =>
      Effect.gen(function* () {
        const { configure, home } = yield* Program.Program
        const { channel, claude, commands, dir, project } = yield* machine
        const shared = join(dirname(home), ".claude")
        mkdirSync(shared)
        yield* Effect.acquireRelease(configure({ share_claude_home: true }), () => configure({}))
        yield* Talk.logs("was edited and applies")
        const marker = join(dir, "shared-ran")
        writeFileSync(join(project, "settings"), hooked(marker))
        // The agent's program heeds them itself, in the box, where there is no such place.
        const { said } = yield* channel.ask("tool: bash cp settings ~/.claude/settings.json; ls -d ~/.claude/projects")
        assert.match(said.join("\n"), /\.claude\/projects/)
        const { session_id } = yield* channel.status
        const [kept = ""] = readdirSync(join(shared, "projects"))
        assert.include(readdirSync(join(shared, "projects", kept)), `${session_id}.jsonl`)

        const theirs = { ...commands, env: { ...commands.env, HOME: dirname(home) } }
        const opened = yield* loop(theirs, ["session", "open", channel.id], { input: "say: on the host" })
        assert.deepInclude(opened, { code: 0, stdout: "on the host\n" }, opened.stderr)
        assert.include(opened.stderr, "its settings and hooks are left out here")
        assert.isFalse(existsSync(marker))
        yield* claude({ HOME: dirname(home) }, "-p", "say: plain")
        assert.isTrue(existsSync(marker))
      })
  )

  it.effect("that was held on the machine goes on in a channel, but not under a run that is at work", () =>
    Effect.gen(function* () {
      const { channel, claude, commands, dir } = yield* machine
      yield* claude({}, "-p", "say: the colour is blue")
      const projects = join(dir, ".claude", "projects")
      const [file = ""] = readdirSync(join(projects, readdirSync(projects)[0] ?? ""))
      const id = file.replace(".jsonl", "")

      const message = yield* channel.post("hang")
      yield* Talk.eventually(channel.status, ({ state }) => state === "running")
      const adopt = ["session", "adopt", channel.id, id]
      const refused = yield* loop(commands, adopt)
      assert.deepInclude(refused, { code: 1, stdout: "" })
      assert.include(refused.stderr, `A run is at work in ${channel.id}.`)
      const direct = yield* channel.patch({ session_id: id })
      assert.strictEqual(direct.status, 409)
      yield* channel.stop
      yield* channel.settled(message)

      const adopted = yield* loop(commands, adopt)
      assert.strictEqual(adopted.code, 0, adopted.stderr)
      assert.deepStrictEqual((yield* channel.ask("say: now here")).said, ["now here"])
      assert.include(yield* givenWith("now here"), "colour is blue")
      // A copy: what is said here is not said there.
      yield* claude({}, "-p", "--resume", id, "say: still there")
      assert.notInclude(yield* givenWith("still there"), "now here")
    })
  )
})
