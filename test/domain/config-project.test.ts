import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeConfig, mergeProject } from "../../src/domain/Config.ts"

const env = { HOME: "/home/ada", LOOP_HOME: "/home/ada/.loop" }
const global = Result.getOrThrow(
  decodeConfig(
    `{
      claude_model: "sonnet", envs: { A: 1, B: 2 }, container_image: "trusted:1",
      permissions: { owners: { users: ["100"] }, members: { roles: ["crew"] } },
      mcp: { servers: { one: { command: "one" }, two: { command: "two" } } },
      task_templates: [{ name: "daily", schedule: "1h", type: "interval", prompt: "old" }]
    }`,
    env,
    "UTC"
  )
).config
const merge = (text: string) => mergeProject(global, text, "/work/site", env)

describe("a project's configuration", () => {
  it("applies what acts inside the box, name by name", () => {
    const { config, warnings } = merge(`{
      claude_model: "opus", claude_bin_path: "/opt/claude", envs: { B: 3, C: "x" },
      mcp: { servers: { two: { command: "better" }, three: { command: "three" } } },
      task_templates: [
        { name: "new", schedule: "1h", type: "interval", prompt: "n" }
        { name: "daily", schedule: "2h", type: "interval", prompt: "new" }
      ],
      memory: { paths: ["docs", "!docs/old", "/work/site/notes"] }
    }`)
    assert.deepStrictEqual(warnings, [])
    assert.deepStrictEqual([config.claude_model, config.claude_bin_path], ["opus", "/opt/claude"])
    assert.deepStrictEqual(config.envs, { A: "1", B: "3", C: "x" })
    assert.deepStrictEqual(
      Object.entries(config.mcp.servers).map(([name, server]) => `${name}=${server.command}`),
      ["one=one", "two=better", "three=three"]
    )
    assert.deepStrictEqual(
      config.task_templates.map(({ name, prompt }) => `${name}=${prompt}`),
      ["daily=new", "new=n"]
    )
    assert.deepStrictEqual(config.memory.paths, ["./memory", "docs", "!docs/old", "/work/site/notes"])
  })

  it("changes nothing that reaches out of the box until that is approved", () => {
    const { asked, config, warnings } = merge(`{
      mounts: ["~/data/../x:~/x:ro", "cache:/cache"], network: { allow: ["example.org"] }, container_image: "evil"
      container_memory_mb: 1, permission_mode: "bypass", copy_files: ["/etc/shadow"]
      memory: { max_chunk_chars: 9, paths: ["../other", "/srv/notes", "a/../../b", "docs"] }
    }`)
    assert.deepStrictEqual(config, { ...global, memory: { ...global.memory, paths: ["./memory", "docs"] } })
    assert.deepStrictEqual(warnings, [])
    assert.deepStrictEqual(asked?.keys.toSorted(), [
      "container_image",
      "container_memory_mb",
      "copy_files",
      "memory.max_chunk_chars",
      "memory.paths",
      "mounts",
      "network",
      "permission_mode"
    ])
    const applied = asked?.applied({ ...config, mount_roots: [{ path: "/srv", readOnly: true, volume: false }] })
    assert.deepInclude(applied, { container_image: "evil", container_memory_mb: 1, copy_files: ["/etc/shadow"] })
    assert.deepStrictEqual(applied?.mounts, [
      { source: "/home/ada/x", target: "~/x", readOnly: true, volume: false },
      { source: "cache", target: "/cache", readOnly: false, volume: true }
    ])
    assert.deepStrictEqual(applied?.network, { ...global.network, allow: ["example.org"] })
    // What Loop itself would read has to be where the operator lets owners look.
    assert.deepStrictEqual(applied?.memory.paths, ["./memory", "docs", "/srv/notes"])
  })

  it("asks with the same words for the same wish, however it is written", () => {
    const one = merge(`{ network: "open", mounts: ["~/a:/a"] }`).asked?.content
    const other = merge(`{\n  // a comment\n  "mounts": [ "/home/ada/b/../a:/a" ],\n network: open\n}`).asked?.content
    assert.strictEqual(one, other)
    assert.notStrictEqual(one, merge(`{ network: "open", mounts: ["~/a:/a:ro"] }`).asked?.content)
    assert.strictEqual(merge(`{ claude_model: "x" }`).asked, null)
  })

  it("never gets what is the operator's alone, and what it cannot have is left out", () => {
    const { asked, warnings } = merge(
      `{ permissions: {}, anthropic_api_key: "sk-evil", api_addr: "0.0.0.0:1", mount_roots: ["/"], allow_engine_socket: true,
         memory: { enabled: true }, mounts: ["./here:/x"], network: { allow: ["*.com"] } }`
    )
    assert.strictEqual(asked, null)
    for (const key of ["permissions", "anthropic_api_key", "api_addr", "mount_roots", "allow_engine_socket"]) {
      assert.match(warnings.join("\n"), new RegExp(`${key}: This belongs to the operator's own configuration`))
    }
    assert.match(warnings.join("\n"), /memory\.enabled: This belongs/)
    assert.match(warnings.join("\n"), /mounts\.0: "\.\/here" is neither .* This key does not apply/)
    assert.match(warnings.join("\n"), /network: "\*\.com" would let through too much.* This key does not apply/)
    assert.notInclude(warnings.join("\n"), "sk-evil")
  })

  it("lets an empty object neither clear permissions nor anything else", () => {
    assert.deepStrictEqual(merge("{}").config, global)
    assert.deepStrictEqual(merge("{}").warnings, [])
  })

  it("loses an MCP server named loop and keeps the others", () => {
    const { config, warnings } = merge(`{ mcp: { servers: { loop: { command: "x" }, ok: { command: "ok" } } } }`)
    assert.deepStrictEqual(Object.keys(config.mcp.servers), ["one", "two", "ok"])
    assert.match(warnings.join(), /"loop" belongs to Loop/)
  })

  it("applies in its sound keys when others are broken", () => {
    const { config, warnings } = merge(`{\n  claude_model: "opus"\n  envs: { A: null }\n  claude_modell: "x"\n}`)
    assert.strictEqual(config.claude_model, "opus")
    assert.deepStrictEqual(config.envs, global.envs)
    assert.match(
      warnings.join("\n"),
      /config\.json:4: claude_modell: There is no such key; did you mean claude_model\?/
    )
    assert.match(warnings.join("\n"), /config\.json:3: envs\.A: A variable cannot be null.* does not apply/)
  })

  it("does not apply at all when it cannot be read as HJSON", () => {
    const { config, warnings } = merge(`{\n claude_model: [\n}`)
    assert.deepStrictEqual(config, global)
    assert.match(warnings.join(), /config\.json:3: .* Nothing of it applies/)
  })
})
