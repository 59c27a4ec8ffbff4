import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeConfig } from "../../../src/domain/Config.ts"
import { exampleConfig } from "../../../src/domain/config/example.ts"
import { translate } from "../../../src/domain/predecessor/Config.ts"
import { merge } from "../../../src/domain/predecessor/MergeConfig.ts"

const env = { HOME: "/home/ada", LOOP_HOME: "/home/ada/new" }
const read = (config: object) => translate(JSON.stringify(config), env)
const keys = (config: object) => Object.fromEntries(read(config).keys)
const fates = (config: object) => Object.fromEntries(read(config).items.map(({ fate, name }) => [name, fate]))

describe("the predecessor's configuration", () => {
  it("takes entries of lists and maps that are possible here, and names each that is not", () => {
    const config = {
      mounts: [
        "data:/data",
        "bad",
        "~/x:~/x:ro",
        "/var/run/docker.sock:/var/run/docker.sock",
        "/home/ada/new:/l",
        "worse"
      ],
      copy_files: ["~/.claude.json", "~/.npmrc"],
      envs: { PORT: 8080, "ODD.NAME": null, LIST: [1] },
      mcp: { servers: { good: { command: "x" }, bad: { url: "http://x" }, loop: { command: "y" } } },
      task_templates: [
        { name: "good", schedule: "5m", type: "interval", prompt: "x" },
        { name: "both", schedule: "5m", type: "interval", prompt: "x", prompt_path: "y.md" }
      ]
    }
    assert.deepStrictEqual(keys(config), {
      mounts: ["data:/data", "~/x:~/x:ro"],
      copy_files: ["~/.npmrc"],
      mcp: { servers: { good: { command: "x" } } },
      task_templates: [config.task_templates[0]]
    })
    const told = fates(config)
    for (const name of [
      "mounts: bad",
      "mounts: worse",
      "mounts: /var/run/docker.sock:/var/run/docker.sock",
      "mounts: /home/ada/new:/l"
    ]) {
      assert.strictEqual(told[name], "left", name)
    }
    for (const name of ["copy_files: ~/.claude.json", "mcp.servers.bad", "mcp.servers.loop", "task_templates: both"]) {
      assert.strictEqual(told[name], "left", name)
    }
    assert.strictEqual(told["envs"], "left", "a name with a dot takes its map with it")
  })

  it("never brings along what the file's own reader would refuse", () => {
    for (const config of [
      { platform: "discord" },
      { platform: "slack", slack_bot_token: "x", slack_app_token: "y" },
      { platform: 7, log_level: "loud", log_format: "colours", container_timeout_sec: 0, poll_interval_sec: -1 },
      { api_addr: "0.0.0.0:8222", timezone: "Mars", memory: { enabled: "yes", max_chunk_chars: 0 }, permissions: [] },
      { claude_model: null, envs: null, streaming_enabled: null, task_templates: [] }
    ]) {
      const result = decodeConfig(merge("{}", read(config).keys, env).text, env, "UTC")
      assert.isTrue(Result.isSuccess(result), JSON.stringify(config))
    }
    assert.deepStrictEqual(
      keys({ platforms: ["Slack", "discord"], discord_token: "t", discord_app_id: "1" }).platforms,
      ["discord"]
    )
    assert.strictEqual(fates({ api_addr: ":9000" })["api_addr"], "changed")
  })

  it("shows no secret in what it says", () => {
    const config = {
      anthropic_api_key: 12345678,
      envs: { KEY: ["hidden-value"] },
      discord_token: { a: "hidden-value" }
    }
    assert.notMatch(JSON.stringify(read(config).items), /hidden-value|12345678/)
  })

  it("counts as silent what is still as Loop made it, and as said what is not", () => {
    const wanted = read({ platform: "discord", discord_token: "t", discord_app_id: "1" }).keys
    const made = merge(exampleConfig, wanted, env)
    assert.match(made.text, /"platforms": \[\s*"discord"\s*\]/)
    assert.include(made.text, "// Where people talk to Loop.")
    const mine = merge(`${exampleConfig}\n// mine`, wanted, env)
    assert.include(mine.text, `"platforms": ["local"]`)
    assert.strictEqual(mine.items.get("platforms")?.fate, "kept")
  })
})
