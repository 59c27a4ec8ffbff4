/** Tab in real shells, on a real terminal. */
import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { complete } from "../../src/cli/completions/Complete.ts"
import type { Endpoint } from "../../src/cli/mcp/Relay.ts"
import { describe as describeCommand } from "../../src/commands.ts"
import * as Bundle from "../support/Bundle.ts"
import { fakeServer, type Script, token } from "../support/FakeServer.ts"

const noServer = () => Promise.reject(new Error("There is no server"))

/** What completes at the end of that line. */
const after = (line: string, endpoint: () => Promise<Endpoint> = noServer) =>
  complete(line, {
    entries: [
      { name: "daemon:start", aliases: ["d:start", "up"], summary: "run the server" },
      { name: "run", aliases: [], summary: "show a run" },
      { name: "runs", aliases: [], summary: "list runs" },
      { name: "tasks", aliases: [], summary: "tasks" }
    ],
    describe: async (name) => describeCommand(name),
    endpoint
  }).then((text) => {
    const [raw, ...lines] = text.trimEnd().split("\n")
    return { raw, values: lines.map((each) => each.split("\t")[0]) }
  })

describe("what can follow", () => {
  it.each([
    ["loop ", ["daemon:start", "run", "runs", "tasks"]],
    ["loop d", ["daemon:start", "d:start"]],
    ["loop 'daem", ["daemon:start"]],
    ['loop "up', ["up"]],
    ["loop ru\\ns --status\\ comp", []],
    ["loop r\\uns --status comp", ["completed"]],
    ["loop tasks edit --prompt rm --ov", ["--overlap"]],
    ["loop help r", ["run", "runs"]],
    ["loop tasks r", ["resume", "rm", "run-now"]],
    ["loop runs --status comp", ["completed"]],
    ["loop runs --status=comp", ["--status=completed"]],
    ["loop runs --status completed --s", []],
    ["loop runs --limit 5 --st", ["--status"]],
    ["loop tasks rm --", ["--json", "--help"]],
    ["loop nonsense ", []],
    // A server that is away is no reason to wait or to complain.
    ["loop runs --channel ", []]
  ])("%j", async (line, values) => {
    assert.deepStrictEqual((await after(line)).values, values)
  })
})

describe("the ids that a server knows", () => {
  const ids = Effect.fnUntraced(function* (line: string, answers: Script["answers"] = {}, as = token) {
    const { authorizations, url } = yield* fakeServer({ answers })
    const { values } = yield* Effect.promise(() => after(line, () => Promise.resolve({ url, token: as })))
    assert.isTrue(authorizations.every((each) => each === `Bearer ${as}`))
    return values
  })
  const runs = { "GET /api/runs": { body: [{ run_id: "0190-a" }, { run_id: "0190-b" }, { run_id: "7" }] } }
  const tasks = {
    "GET /api/tasks": {
      body: [
        { id: 12, prompt: "look" },
        { id: 3, prompt: "two\nlines" }
      ]
    }
  }

  it.live("complete where one of them is meant", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ids("loop run 019", runs), ["0190-a", "0190-b"])
      assert.deepStrictEqual(yield* ids("loop run --follow ", runs), ["0190-a", "0190-b", "7"])
      assert.deepStrictEqual(yield* ids("loop tasks rm ", tasks), ["12", "3"])
      assert.deepStrictEqual(yield* ids("loop tasks rm 12 ", tasks), [])
    })
  )

  it.live("are none where the server refuses, or says something else, and end no line", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* ids("loop runs -c ", {}, "wrong"), [])
      const refused = { "GET /api/channels": { status: 403, body: [{ channel_id: "local:a" }] } }
      assert.deepStrictEqual(yield* ids("loop runs -c ", refused), [])
      assert.deepStrictEqual(yield* ids("loop runs -c ", { "GET /api/channels": { body: { detail: "no" } } }), [])
      const odd = { "GET /api/channels": { body: [null, "x", { channel_id: "local:a\nrm", name: "\u001b[2J" }] } }
      assert.deepStrictEqual(yield* ids("loop runs -c ", odd), ["local:a rm"])
    })
  )
})

interface Shell {
  readonly program: ReadonlyArray<string>
  readonly setup: (script: string) => string
}

const shells: Readonly<Record<string, Shell>> = {
  bash: { program: ["bash", "--norc", "--noprofile", "-i"], setup: (script) => `source ${script}; echo RE''ADY\n` },
  zsh: {
    program: ["zsh", "-f", "-i"],
    setup: (script) => `autoload -Uz compinit; compinit -D -u; source ${script}; echo RE''ADY\n`
  },
  fish: { program: ["fish", "--no-config", "-i"], setup: (script) => `source ${script}; echo RE''ADY\n` }
}

/** The lines that the shell has after each of those keys. */
const typed = Effect.fnUntraced(function* (name: string, ...keys: ReadonlyArray<string>) {
  const main = yield* Bundle.ready
  const channels = [{ channel_id: "local:abc", name: "one" }]
  const { url } = yield* fakeServer({ answers: { "GET /api/channels": { body: channels } } })
  const dir = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "loop-tab-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  mkdirSync(join(dir, "bin"))
  writeFileSync(join(dir, "notes.txt"), "")
  writeFileSync(join(dir, "bin", "loop"), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, { mode: 0o755 })
  const { program, setup } = shells[name]!
  const PATH = `${join(dir, "bin")}:${process.env["PATH"]}`
  const env = { HOME: dir, TERM: "xterm", PATH, LOOP_API_URL: url, LOOP_API_TOKEN: token }
  const run = promisify(execFile)
  const script = join(dir, "script")
  writeFileSync(script, (yield* Effect.promise(() => run("loop", ["completions", name], { env }))).stdout)
  const all = [...keys.map((each) => `${each}\u0001echo DO''NE: \n`), "echo EN''D\n"].join("")
  const args = [resolve("test/support/terminal.py"), setup(script), all, ...program]
  const { stdout } = yield* Effect.promise(() => run("python3", args, { cwd: dir, env }))
  return Array.from(stdout.matchAll(/DONE: ([^\r\n]*)/g), ([, line = ""]) => line.trim())
}, Effect.scoped)

describe.each(Object.keys(shells))("%s", (name) => {
  it.live("completes commands with a colon, their other names, flags and their values, ids, and files", () =>
    Effect.gen(function* () {
      const lines = [
        ["loop daemon:stat\t", "loop daemon:status"],
        ["loop o:g\t", "loop o:global"],
        ["loop daemon:status --js\t", "loop daemon:status --json"],
        ["loop runs --status com\t", "loop runs --status completed"],
        ["loop session op\tlocal:a\t", "loop session open local:abc"],
        ["loop chat --channel=local:\t", "loop chat --channel=local:abc"],
        ["loop import --from no\t", "loop import --from notes.txt"]
      ]
      assert.deepStrictEqual(
        yield* typed(name, ...lines.map(([keys = ""]) => keys)),
        lines.map(([, line]) => line)
      )
    })
  )
})
