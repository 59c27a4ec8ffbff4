/** What holds for every command there is, also for those that are added: wrong usage, short names, help. */
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { afterAll, afterEach, beforeAll, vi } from "vitest"
import { Effect } from "effect"
import type { CommandDescriptor } from "effect/cli/Completions"
import { describe as describeCommand, names, runCommand } from "../../src/commands.ts"
import { loop, loopHome } from "../support/Command.ts"

const walk = (command: CommandDescriptor, path: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> => [
  path,
  ...command.subcommands.flatMap((each) => walk(each, [...path, each.name]))
]
const paths = names.flatMap((name) => walk(describeCommand(name), [name]))
const groups = paths.filter((path) => paths.some((other) => other.length > path.length && other[0] === path[0]))
const joined = (all: typeof paths) => all.map((path) => path.join(" "))

const aliases = {
  s: "serve",
  m: "mcp",
  "o:global": "onboard:global",
  setup: "onboard:global",
  "o:local": "onboard:local",
  init: "onboard:local",
  "d:start": "daemon:start",
  up: "daemon:start",
  "d:stop": "daemon:stop",
  down: "daemon:stop",
  "d:restart": "daemon:restart",
  restart: "daemon:restart",
  "d:status": "daemon:status",
  v: "version",
  r: "readme"
}

describe("every command", () => {
  /** A home that is never looked at: nothing is made for wrong words, so nothing is there afterwards. */
  const place = mkdtempSync(join(tmpdir(), "loop-every-command-"))
  const nowhere = join(place, "home")

  // The commands listen for signals until their process ends.
  beforeAll(() => {
    process.setMaxListeners(0)
    vi.stubEnv("LOOP_HOME", nowhere)
  })
  afterAll(() => rmSync(place, { recursive: true, force: true }))
  afterEach(() => {
    vi.restoreAllMocks()
    assert.isFalse(existsSync(nowhere))
  })

  const run = async (words: ReadonlyArray<string>) => {
    const said: Array<string> = []
    const complained: Array<string> = []
    vi.spyOn(console, "log").mockImplementation((text: string) => void said.push(text))
    vi.spyOn(console, "error").mockImplementation((text: string) => void complained.push(text))
    const code = await runCommand(words[0] ?? "", words)
    return { code, stdout: said.join("\n"), stderr: complained.join("\n") }
  }

  it.each(joined(paths))(
    "%s does nothing with a flag that it does not know: exit 2, and where to look",
    async (path) => {
      const { code, stderr, stdout } = await run([...path.split(" "), "--no-such-flag"])
      assert.deepStrictEqual([code, stdout], [2, ""], stderr)
      assert.match(stderr, /^loop: .*--no-such-flag.*$/m)
      assert.strictEqual(stderr.split("\n").at(-1), `See "loop ${path} --help".`)
    }
  )

  it.each(joined(groups))("%s alone needs a subcommand: exit 2", async (path) => {
    const { code, stderr, stdout } = await run(path.split(" "))
    assert.deepStrictEqual([code, stdout], [2, ""])
    assert.match(stderr, new RegExp(`^loop: loop ${path} needs a subcommand\\. See ".*"\\.$`))
  })

  it.live("is listed by loop --help, and goes by its short names", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const { stdout } = yield* loop(home, ["--help"])
      const listed = [...stdout.matchAll(/^ {2}([a-z][^\s,]*(?:, [^\s,]+)*) +/gm)].map(([, all = ""]) =>
        all.split(", ")
      )
      assert.sameMembers(
        listed.map(([name = ""]) => name),
        [...names]
      )
      const short = listed.flatMap(([name, ...others]) => others.map((alias) => [alias, name] as const))
      assert.deepStrictEqual(Object.fromEntries(short), aliases)
      yield* Effect.forEach(
        Object.entries(aliases),
        ([alias, name]) =>
          Effect.map(loop(home, [alias, "--help"]), ({ code, stderr, stdout }) => {
            assert.deepStrictEqual([alias, code, stderr], [alias, 0, ""])
            assert.include(stdout, `USAGE\n  loop ${name}`)
          }),
        { concurrency: 2, discard: true }
      )
    })
  )
})
