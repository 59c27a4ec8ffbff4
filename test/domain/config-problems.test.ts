import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { ConfigFile, decodeConfig } from "../../src/domain/Config.ts"
import { isVolumeName } from "../../src/domain/config/values.ts"

const home = { HOME: "/home/ada", LOOP_HOME: "/home/ada/.loop" }
const problems = (text: string) => {
  const result = decodeConfig(text, home, "UTC")
  return Result.isFailure(result)
    ? result.failure.map(({ key, line, message }) => `${line ?? "-"} ${key}: ${message}`)
    : []
}

describe("a configuration that is wrong", () => {
  it("tells all its problems at once, each with its key and line, in the file's order", () => {
    const found = problems(`{
      // a comment with { "busy": 1 }
      "pol_interval_sec": 5,
      "poll_interval_sec": 0,
      "text": '''
        busy: nothing
      '''
      mounts: [
        "cache:~/.cache",
        "a/b:/c"
      ]
      envs: { "FINE": 1, NONE: null }
      memory: { enabled: "yes", "max_chunk": 3 }
      api_addr: "0.0.0.0:80"
    }`)
    assert.deepStrictEqual(found, [
      "3 pol_interval_sec: There is no such key; did you mean poll_interval_sec?",
      "4 poll_interval_sec: Expected seconds above 0, got 0",
      "5 text: There is no such key",
      '10 mounts.1: "a/b" is neither an absolute path, nor one that begins with ~/, nor the name of a volume',
      '12 envs.NONE: A variable cannot be null; leave the key out, or write "" for an empty one',
      "13 memory.max_chunk: There is no such key",
      '13 memory.enabled: Expected `true` or `false`, got "yes"',
      "14 api_addr: Other machines could reach 0.0.0.0; use 127.0.0.1, or set api_allow_remote: true if that is meant"
    ])
  })

  it("tells the line of text that is no HJSON", () => {
    assert.match(problems(`{\n  busy: "queue"\n  mounts: [\n}`).join(), /^4 : Found a punctuator character '}'/)
    assert.match(problems(`["a"]`).join(), /must hold an object/)
    assert.match(problems("[".repeat(100_000)).join(), /nested too deeply/)
  })

  it.each([
    "poll_interval_sec",
    "container_timeout_sec",
    "approval_timeout_sec",
    "max_concurrent_runs",
    "max_kept_processes"
  ])("has a %s of zero", (key) => {
    assert.strictEqual(problems(`{ ${key}: 0 }`).length, 1)
    assert.strictEqual(problems(`{ ${key}: -1 }`).length, 1)
    assert.deepStrictEqual(problems(`{ ${key}: 1 }`), [])
  })

  it("has a number of seconds that no timer can hold", () => {
    assert.match(problems("{ container_timeout_sec: 3000000 }").join(), /at most 2147483 seconds/)
  })

  it("has a null, of whatever key", () => {
    for (const key of Object.keys(ConfigFile.fields)) {
      assert.isAbove(problems(`{ ${key}: null }`).length, 0, key)
    }
  })

  it("has a variable that is an object, a list, or a number that cannot be kept", () => {
    const found = problems(`{ envs: { A: {x: 1}, B: [1], C: 12345678901234567890 } }`)
    assert.match(found[0]!, /envs\.A: .* quoted JSON text/)
    assert.match(found[1]!, /envs\.B: .* quoted JSON text/)
    assert.match(found[2]!, /envs\.C: .* put it in quotes/)
  })

  it("never has its secrets in the sentence", () => {
    const found = problems(
      `{ anthropic_api_key: 31337, discord_token: ["s3cret"], envs: { A: { b: "s3cret" } } }`
    ).join()
    assert.notMatch(found, /31337|s3cret/)
    assert.match(found, /anthropic_api_key: Expected text/)
  })

  it.each(["db_path", "log_file"])("has a %s that is relative to who knows what", (key) => {
    assert.match(problems(`{ ${key}: "here/x" }`)[0]!, new RegExp(`${key}: "here/x" is not absolute; begin it with`))
  })

  it("asks for no platform at all", () => {
    assert.match(problems("{ platforms: [] }")[0]!, /platforms/)
  })

  it("has a comma in a word without quotes", () => {
    assert.match(problems("{\n  busy: queue,\n}").join(), /got "queue," \(text without quotes goes on/)
  })

  it("mounts LOOP_HOME, something in it, or something around it", () => {
    for (const source of ["~/.loop", "/home/ada/.loop/channels", "/home/ada", "/home/ada/x/../.loop/token", "/"]) {
      assert.match(problems(`{ mounts: ["${source}:/x"] }`).join(), /cannot be mounted: /, source)
    }
    assert.deepStrictEqual(problems(`{ mounts: ["~/.looping:/x", "/home/adam:/y"] }`), [])
    assert.match(problems(`{ copy_files: ["~/.loop/token"] }`).join(), /copy_files\.0: .*LOOP_HOME/)
  })

  it.each(["~/a", "x", "~/a:b", "~/a:/b:rx", "~/a:/b:ro:z", "~:/x", "./a:/x", "~/a:/", "~/a:/run/loop"])(
    "has %s for a mount",
    (mount) => assert.match(problems(`{ mounts: ["${mount}"] }`).join(), /^1 mounts\.0: /)
  )

  it("asks for a platform that is not there, or without its keys", () => {
    assert.match(problems(`{ platforms: ["slack"] }`).join(), /slack is not there yet/)
    assert.match(problems(`{\n platform: "slack" }`).join(), /^2 platforms: slack/)
    assert.deepStrictEqual(
      problems(`{ platforms: ["local", "discord"] }`).map((each) => each.split(":")[0]),
      ["- discord_token", "- discord_app_id"]
    )
    assert.strictEqual(problems("{ platforms: [] }").length, 1)
    assert.match(problems(`{ platforms: ["irc"] }`).join(), /`local`, `discord`, `slack`/)
  })

  it("has a template with both kinds of prompt, with none, or twice", () => {
    const template = (more: string) => `{ name: "t", schedule: "5m", type: "interval", ${more} }`
    const found = problems(`{ task_templates: [
      ${template('prompt: "a", prompt_path: "b"')}
      ${template("auto_delete_sec: 1")}
    ] }`).join("\n")
    assert.match(found, /2 task_templates\.0: Template "t": prompt and prompt_path are mutually exclusive/)
    assert.match(found, /3 task_templates\.1: Template "t": one of prompt and prompt_path is required/)
    assert.match(found, /3 task_templates\.1: Template "t" is there twice/)
    assert.match(
      problems(`{ task_templates: [${template('prompt_path: "../x"')}] }`).join(),
      /inside the templates directory/
    )
  })

  it("cannot smuggle keys in by way of a prototype", () => {
    const result = decodeConfig(`{ "__proto__": { "claude_model": "evil" } }`, home, "UTC")
    assert.strictEqual(Result.getOrThrow(result).config.claude_model, "")
  })
})

describe("the name of a volume", () => {
  it.each([
    ["gomodcache", true],
    ["my-volume", true],
    ["/abs", false],
    ["~/x", false],
    ["./x", false],
    ["a/b", false]
  ])("%s: %s", (name, volume) => assert.strictEqual(isVolumeName(name), volume))
})
