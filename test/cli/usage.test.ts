import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { loop, loopHome } from "../support/Command.ts"

describe("the command line", () => {
  it.live("lists its commands", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const help = yield* loop(home, ["--help"])
      assert.strictEqual(help.code, 0)
      assert.match(help.stdout, /serve, s .*\n.*chat /)
      assert.deepStrictEqual((yield* loop(home, [])).stdout, help.stdout)
    })
  )

  it.live.each(["send", "key", "doctor"])("%s has its own help", (name) =>
    Effect.gen(function* () {
      const home = yield* loopHome("{ this is: not")
      const { code, stderr, stdout } = yield* loop(home, [name, "--help"])
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.match(stdout, new RegExp(`USAGE\\n  loop ${name}`))
    })
  )

  it.live.each([
    [["nonsense"], /There is no command "nonsense"/],
    [["send", "--channel", "local:a"], /Missing required argument: text/],
    [["runs", "--status", "odd"], /Invalid value for flag --status/],
    [["chat", "--odd"], /Unrecognized flag: --odd/],
    [["config"], /loop config needs a subcommand/],
    [["config", "chekc"], /chekc/],
    [["key", "set", "sk-ant-secret"], /loop: .*\n.*See "loop key set --help"/]
  ] as const)("%j is wrong usage: exit 2 and two lines on stderr at most", ([args, message]) =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* loop(yield* loopHome(), args)
      assert.deepStrictEqual([code, stdout], [2, ""])
      assert.match(stderr, message)
      assert.match(stderr, /See "loop .*"/)
      assert.isAtMost(stderr.trim().split("\n").length, 2)
    })
  )

  it.live("prints its version and its README, by their short names too", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string }
      for (const name of ["version", "v", "--version"]) {
        assert.strictEqual((yield* loop(home, [name])).stdout, `loop ${version}\n`)
      }
      assert.match((yield* loop(home, ["r"])).stdout, /^# Loop\n/)
    })
  )
})

describe("loop config check", () => {
  it.live("says that all is well", () =>
    Effect.gen(function* () {
      const home = yield* loopHome("{ busy: steer\n}")
      assert.deepStrictEqual(yield* loop(home, ["config", "check"]), {
        code: 0,
        stdout: `${home.config} is fine.\n`,
        stderr: ""
      })
    })
  )

  it.live("prints every problem with its key and line, and what to do", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(`{\n  "bussy": "queue",\n  "poll_interval_sec": 0,\n  "anthropic_api_key": 5\n}`)
      const { code, stderr, stdout } = yield* loop(home, ["config", "check"])
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.deepStrictEqual(stderr.trim().split("\n"), [
        `${home.config}:2: bussy: There is no such key; did you mean busy?`,
        `${home.config}:3: poll_interval_sec: Expected seconds above 0, got 0`,
        `${home.config}:4: anthropic_api_key: Expected text`,
        'loop: The configuration cannot be used. Mend it, then look it over with "loop config check".'
      ])
    })
  )

  it.live("tells where a file stops being HJSON", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(`{\n  "busy": [\n}`)
      const { code, stderr } = yield* loop(home, ["config", "check"])
      assert.strictEqual(code, 1)
      assert.include(stderr, `${home.config}:3: Found a punctuator`)
    })
  )

  it.live("passes warnings on and still is content", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(`{ mcp: { servers: { loop: { command: "x" } } } }`)
      const { code, stderr } = yield* loop(home, ["config", "check"])
      assert.strictEqual(code, 0)
      assert.match(stderr, /^loop: .*the name "loop" belongs to Loop's own tools/)
    })
  )
})
