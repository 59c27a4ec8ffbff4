import { execFile } from "node:child_process"
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { resolve } from "node:path"
import { promisify } from "node:util"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { withValue } from "../../src/domain/config/edit.ts"
import * as Bundle from "../support/Bundle.ts"
import { loop, loopHome } from "../support/Command.ts"
import { fakeServer } from "../support/FakeServer.ts"

/** A model API that answers every request so. */
const api = (status: number, message: string) =>
  Effect.map(
    fakeServer({ answers: { "POST /v1/messages": { status, body: { type: "error", error: { message } } } } }),
    ({ url }) => ({ ANTHROPIC_BASE_URL: url })
  )

const config = `// my notes
{
  "busy": "steer", # not queue
  "claude_code_oauth_token": "sk-ant-oat-old", // the old one
}
`

describe("loop key set", () => {
  it.live("stores a key that the API accepts, and keeps every comment", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(config)
      const env = yield* api(400, "messages: Field required")
      const { code, stderr, stdout } = yield* loop(home, ["key", "set"], { input: " sk-ant-api-new\n", env })
      assert.deepStrictEqual([code, stderr], [0, ""])
      assert.strictEqual(stdout, `The key works; it is anthropic_api_key in ${home.config} now.\n`)
      assert.strictEqual(
        readFileSync(home.config, "utf8"),
        `// my notes
{
  "anthropic_api_key": "sk-ant-api-new",
  "busy": "steer", # not queue
  "claude_code_oauth_token": "", // the old one
}
`
      )
      assert.strictEqual(statSync(home.config).mode & 0o777, 0o600)
    })
  )

  it.live("stores a token as a token, and makes the file its owner's alone", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(config)
      writeFileSync(home.config, config, { mode: 0o644 })
      const env = yield* api(200, "")
      const { code } = yield* loop(home, ["key", "set"], { input: "sk-ant-oat-new", env })
      assert.strictEqual(code, 0)
      assert.include(readFileSync(home.config, "utf8"), '"claude_code_oauth_token": "sk-ant-oat-new", // the old one')
      assert.strictEqual(statSync(home.config).mode & 0o777, 0o600)
    })
  )

  it.live("makes the configuration where there is none", () =>
    Effect.gen(function* () {
      const home = yield* loopHome()
      const env = yield* api(400, "")
      assert.strictEqual((yield* loop(home, ["key", "set"], { input: "sk-ant-api-new", env })).code, 0)
      assert.strictEqual((yield* loop(home, ["config", "check"])).stdout, `${home.config} is fine.\n`)
      assert.include(readFileSync(home.config, "utf8"), '"anthropic_api_key": "sk-ant-api-new"')
    })
  )

  it.live("stores nothing that the API refuses, and does not repeat the key", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(config)
      // Gateways do.
      const env = yield* api(401, "invalid x-api-key sk-ant-api-bad")
      const { code, stderr, stdout } = yield* loop(home, ["key", "set"], { input: "sk-ant-api-bad\n", env })
      assert.deepStrictEqual([code, stdout], [1, ""])
      assert.match(
        stderr,
        /^loop: The key was refused \(401: invalid x-api-key ‹secret anthropic_api_key›\)\. Nothing was stored/
      )
      assert.notInclude(stderr, "sk-ant-api-bad")
      assert.strictEqual(readFileSync(home.config, "utf8"), config)
    })
  )

  it.live("stores a key that cannot be tried now, and says so", () =>
    Effect.gen(function* () {
      const home = yield* loopHome(config)
      const env = yield* Effect.scoped(api(400, ""))
      const { code, stderr } = yield* loop(home, ["key", "set"], { input: "sk-ant-api-new\n", env })
      assert.strictEqual(code, 0)
      assert.match(stderr, /could not be tried \(.*ECONNREFUSED.*\)\. "loop doctor" tries it again/)
      assert.include(readFileSync(home.config, "utf8"), "sk-ant-api-new")
    })
  )

  it.live("ends with Ctrl-C where it asks for the key, and stores nothing", () =>
    Effect.gen(function* () {
      const main = yield* Bundle.ready
      const home = yield* loopHome()
      const env = { ...home.env, TERM: "xterm", READY_WORD: "OAuth token" }
      const asking = ["bash", "-c", 'trap : INT; "$0" "$1" key set; echo "code $? END"', process.execPath, main]
      const typed = [resolve("test/support/terminal.py"), "", "\u0003", ...asking]
      const { stdout } = yield* Effect.promise(() => promisify(execFile)("python3", typed, { env }))
      assert.match(stdout, /code 130 END/)
      assert.isFalse(existsSync(home.config))
    })
  )

  it.live("wants a key on stdin", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* loop(yield* loopHome(), ["key", "set"], { input: "\n" })
      assert.deepStrictEqual(
        [code, stderr],
        [1, "loop: There is no key on stdin. Type it when asked, or pipe it in.\n"]
      )
    })
  )
})

describe("a value written into a configuration", () => {
  it.each([
    ["{}", `{\n  "k": "v",}`],
    ["{ a: 1 }", `{\n  "k": "v", a: 1 }`],
    ['{ k: "old", a: 1 }', `{ k: "v", a: 1 }`],
    ["{\n  k: old words\n  a: 1\n}", `{\n  k: "v"\n  a: 1\n}`],
    ["{ /* k: */ a: { k: 1 } }", `{\n  "k": "v", /* k: */ a: { k: 1 } }`],
    ["a: 1", `"k": "v"\na: 1`],
    ["# only words\n{\n  'k': '''\n  long\n  ''' }", `# only words\n{\n  'k': "v" }`]
  ])("%j becomes %j", (before, after) => assert.strictEqual(withValue(before, "k", "v"), after))

  it("is refused where the text says something else afterwards", () => {
    assert.isUndefined(withValue("{ a: [ }", "k", "v"))
  })
})
