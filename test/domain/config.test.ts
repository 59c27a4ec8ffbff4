import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type Config, decodeConfig, type Env, redact } from "../../src/domain/Config.ts"
import { exampleConfig, exampleConfigOf } from "../../src/domain/config/example.ts"

const home = { HOME: "/home/ada", LOOP_HOME: "/home/ada/.loop" }
const read = (text: string, env: Env = {}) => decodeConfig(text, { ...home, ...env }, "Europe/Berlin")
const good = (text: string, env: Env = {}): Config => {
  const result = read(text, env)
  if (Result.isFailure(result)) throw new Error(JSON.stringify(result.failure))
  return result.success.config
}
const warnings = (text: string) => Result.getOrThrow(read(text)).warnings
const problems = (text: string, env: Env = {}) => {
  const result = read(text, env)
  return Result.isFailure(result)
    ? result.failure.map(({ key, line, message }) => `${line ?? "-"} ${key}: ${message}`)
    : []
}

describe("what a configuration says", () => {
  it("gives every key a value when the file is empty", () => {
    const config = good("{}")
    assert.deepStrictEqual(config.platforms, ["local"])
    assert.strictEqual(config.api_addr, "127.0.0.1:8222")
    assert.strictEqual(config.container_memory_mb, 2048)
    assert.strictEqual(config.container_timeout_sec, 3600)
    assert.strictEqual(config.container_keep_alive_sec, 300)
    assert.strictEqual(config.poll_interval_sec, 30)
    assert.deepStrictEqual(config.network, { mode: "allowlist", allow: [], host_services: [], read_only_public: false })
    assert.deepStrictEqual(config.memory.paths, ["./memory"])
    assert.strictEqual(config.timezone, "Europe/Berlin")
    assert.strictEqual(config.db_path, "/home/ada/.loop/loop.sqlite")
  })

  it("tells a missing number from a zero", () => {
    const config = good("{ container_memory_mb: 0, container_keep_alive_sec: 0, anthropic_max_retries: 0 }")
    assert.deepStrictEqual(
      [config.container_memory_mb, config.container_keep_alive_sec, config.anthropic_max_retries],
      [0, 0, 0]
    )
  })

  it("takes a zero of memory's for the default, as it is said of them", () => {
    const { memory } = good("{ memory: { max_chunk_chars: 0, reindex_interval_sec: 0 } }")
    assert.deepStrictEqual([memory.max_chunk_chars, memory.reindex_interval_sec], [5000, 300])
  })

  it("keeps as many processes as it runs, unless told otherwise", () => {
    assert.strictEqual(good("{ max_concurrent_runs: 3 }").max_kept_processes, 3)
    assert.strictEqual(good("{ max_concurrent_runs: 3, max_kept_processes: 1 }").max_kept_processes, 1)
  })

  it("reads comments, trailing commas and words without quotes", () => {
    const config = good(`{
      // a comment
      "claude_model": "opus", # another
      /* and one more */ busy: steer
      allowed_tools: ["Read", "Edit",],
    }`)
    assert.deepStrictEqual([config.claude_model, config.busy], ["opus", "steer"])
    assert.deepStrictEqual(config.allowed_tools, ["Read", "Edit"])
  })

  it("reads what an editor put a byte order mark in front of", () => {
    assert.strictEqual(good('\uFEFF{ busy: "steer" }').busy, "steer")
  })

  it("reads a word that is one of a few in any case, and a platform once", () => {
    const config = good(`{ platforms: ["LOCAL", "local"], log_level: "Warn", log_format: "JSON" }`)
    assert.deepStrictEqual([config.platforms, config.log_level, config.log_format], [["local"], "warn", "json"])
  })

  it("takes the earlier spelling of platforms, and a network by its mode alone", () => {
    const config = good(`{ platform: "Local", network: "open", log_level: "WARN" }`)
    assert.deepStrictEqual(config.platforms, ["local"])
    assert.strictEqual(config.network.mode, "open")
    assert.strictEqual(config.log_level, "warn")
  })

  it("expands the home directory in paths of this machine and leaves it in names of places in the box", () => {
    const config = good(`{
      db_path: "~/data/loop.sqlite", log_file: "~/loop.log", copy_files: ["~/.npmrc"],
      memory: { paths: ["~/notes", "!~/notes/private", "docs"] },
      mounts: ["~/.gitconfig:~/.gitconfig:ro", "cache:~/.cache"]
      envs: { BASH_ENV: "~/.bashrc" }
    }`)
    assert.strictEqual(config.db_path, "/home/ada/data/loop.sqlite")
    assert.strictEqual(config.log_file, "/home/ada/loop.log")
    assert.deepStrictEqual(config.copy_files, ["/home/ada/.npmrc"])
    assert.deepStrictEqual(config.memory.paths, ["/home/ada/notes", "!/home/ada/notes/private", "docs"])
    assert.deepStrictEqual(config.mounts, [
      { source: "/home/ada/.gitconfig", target: "~/.gitconfig", readOnly: true, volume: false },
      { source: "cache", target: "~/.cache", readOnly: false, volume: true }
    ])
    assert.deepStrictEqual(config.envs, { BASH_ENV: "~/.bashrc" })
  })

  it("writes numbers among the variables without an exponent", () => {
    const config = good("{ envs: { BIG: 3000000000000, SMALL: 0.0000001, YES: true, WORD: 1e6 } }")
    assert.deepStrictEqual(
      [config.envs["BIG"], config.envs["SMALL"], config.envs["YES"], config.envs["WORD"]],
      ["3000000000000", "0.0000001", "true", "1000000"]
    )
  })

  it("never touches the predecessor's database", () => {
    const text = `{ db_path: "~/.loop/loop.db" }`
    assert.strictEqual(good(text).db_path, "/home/ada/.loop/loop.sqlite")
    assert.match(warnings(text).join(), /loop\.db/)
  })

  it("leaves out an MCP server named loop and keeps the others", () => {
    const text = `{ mcp: { servers: { loop: { command: "x" }, tickets: { command: "tickets", env: { N: 1 } } } } }`
    assert.deepStrictEqual(good(text).mcp.servers, { tickets: { command: "tickets", args: [], env: { N: "1" } } })
    assert.match(warnings(text).join(), /"loop" belongs to Loop/)
  })

  it("says that a key is written twice", () => {
    assert.deepStrictEqual(warnings(`{\n  busy: "queue",\n  busy: "steer"\n}`), [
      "busy is written again in line 3; the last one counts"
    ])
  })

  it("shows no secret", () => {
    const config = good(`{ anthropic_api_key: "sk-ant-1", discord_token: "t0ken", envs: { P: "passw0rd" },
      mcp: { servers: { a: { command: "a", env: { K: "key" } } } } }`)
    assert.notMatch(JSON.stringify(redact(config)), /sk-ant-1|t0ken|passw0rd|"key"/)
    assert.strictEqual(redact(config).slack_bot_token, "")
  })
})

describe("what the environment adds", () => {
  const keys = { ANTHROPIC_API_KEY: "env-key", CLAUDE_CODE_OAUTH_TOKEN: "env-token" }

  it("gives credentials where the file has none", () => {
    assert.strictEqual(good("{}", keys).anthropic_api_key, "env-key")
    assert.strictEqual(good("{}", keys).claude_code_oauth_token, "env-token")
  })

  it("gives no credential beside one of the file", () => {
    const config = good(`{ anthropic_api_key: "mine" }`, keys)
    assert.deepStrictEqual([config.anthropic_api_key, config.claude_code_oauth_token], ["mine", ""])
  })

  it("gives the model's address, the engine's and the zone", () => {
    const env = { ANTHROPIC_BASE_URL: "http://localhost:1/", DOCKER_HOST: "tcp://engine", TZ: ":Asia/Tokyo" }
    const config = good("{}", env)
    assert.strictEqual(config.anthropic_base_url, "http://localhost:1")
    assert.strictEqual(config.docker_host, "tcp://engine")
    assert.strictEqual(config.timezone, "Asia/Tokyo")
    const own = good(`{ anthropic_base_url: "http://m", docker_host: "unix:///d", timezone: "UTC" }`, env)
    assert.deepStrictEqual([own.anthropic_base_url, own.docker_host, own.timezone], ["http://m", "unix:///d", "UTC"])
  })

  it("is named when it is what is wrong", () => {
    assert.match(problems("{}", { ANTHROPIC_BASE_URL: "nonsense" }).join(), /environment's ANTHROPIC_BASE_URL/)
  })
})

describe("where the server listens", () => {
  it.each([
    [":8222", "127.0.0.1:8222"],
    ["localhost:1", "localhost:1"],
    ["127.0.0.2:80", "127.0.0.2:80"],
    ["[::1]:8222", "[::1]:8222"]
  ])("%s is %s", (written, meant) => assert.strictEqual(good(`{ api_addr: "${written}" }`).api_addr, meant))

  it.each(["0.0.0.0:8222", "*:8222", "[::]:8222", "example.com:80"])("%s needs api_allow_remote", (address) => {
    assert.match(problems(`{ api_addr: "${address}" }`).join(), /^1 api_addr: Other machines could reach/)
    assert.deepStrictEqual(problems(`{ api_addr: "${address}", api_allow_remote: true }`), [])
  })

  it.each(["8222", "127.0.0.1", "::1:80", ":99999", "a b:80"])("%s is no address", (address) =>
    assert.match(problems(`{ api_addr: "${address}" }`).join(), /Expected host:port/)
  )
})

describe("the configuration that Loop makes", () => {
  it("says nothing but the defaults, and who owns it", () => {
    assert.deepStrictEqual(good(exampleConfig), good("{}"))
    assert.deepStrictEqual(good(exampleConfigOf("42")).permissions.owners.users, ["42"])
  })

  it("has examples that apply when they are uncommented", () => {
    const lines = exampleConfig.replaceAll(`// "`, `"`)
    assert.deepStrictEqual(
      problems(lines).map((each) => each.replace(/^\d+ /, "")),
      ["discord_token: The platform discord needs this key", "discord_app_id: The platform discord needs this key"]
    )
    const config = good(lines.replace(/("discord_(?:token|app_id)": )""/g, `$1"x"`))
    assert.deepStrictEqual(
      [config.claude_model, config.max_concurrent_runs, config.envs, Object.keys(config.mcp.servers)],
      ["sonnet", 8, { EDITOR: "vi" }, ["tickets"]]
    )
    assert.deepStrictEqual(
      config.mounts.map(({ readOnly, source, volume }) => [source, readOnly, volume]),
      [
        ["/home/ada/.gitconfig", true, false],
        ["loop-npmcache", false, true]
      ]
    )
  })
})
