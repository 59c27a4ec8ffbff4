/** `loop onboard:local` in a project, with a server and without. */
import { spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { assert, describe, it, layer } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { Effect, Result } from "effect"
import { decodeConfig, mergeProject } from "../../src/domain/Config.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import * as Bundle from "../support/Bundle.ts"
import { loop, loopHome } from "../support/Command.ts"

interface Entry {
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}

const entryIn = (directory: string): Entry =>
  (JSON.parse(readFileSync(join(directory, ".mcp.json"), "utf8")) as { mcpServers: { loop: Entry } }).mcpServers.loop

const launcher = fileURLToPath(new URL("../../bin/loop", import.meta.url))

/** The same launcher, before a bundle of the sources as they are: the one in `dist` may be older. */
const launcherIn = Effect.fnUntraced(function* (directory: string) {
  const bundle = yield* Bundle.ready
  cpSync(dirname(launcher), join(directory, "bin"), { recursive: true })
  symlinkSync(dirname(bundle), join(directory, "dist"))
  return join(directory, "bin/loop")
})

const claude = fileURLToPath(
  new URL(`../../node_modules/@anthropic-ai/claude-code-linux-${process.arch}/claude`, import.meta.url)
)

interface Init {
  readonly mcp_servers: ReadonlyArray<{ readonly name: string; readonly status: string }>
  readonly tools: ReadonlyArray<string>
}

/** What Claude Code says it has, before it asks a model anything. */
const initOf = Effect.fnUntraced(function* (directory: string) {
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(
        claude,
        ["--print", "--verbose", "--output-format", "stream-json", "--permission-mode", "bypassPermissions"],
        {
          cwd: directory,
          env: {
            HOME: directory,
            PATH: "/usr/bin:/bin",
            IS_SANDBOX: "1",
            MCP_TIMEOUT: "60000",
            ANTHROPIC_API_KEY: "none",
            ANTHROPIC_BASE_URL: "http://127.0.0.1:1",
            CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1"
          },
          stdio: ["pipe", "pipe", "inherit"]
        }
      )
    ),
    (child) => Effect.sync(() => void child.kill("SIGKILL"))
  )
  child.stdin.end("hi")
  return yield* Effect.promise(async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const said = JSON.parse(line) as Init & { readonly subtype?: string }
      if (said.subtype === "init") return said
    }
    throw new Error("Claude Code ended without a first line")
  })
})

const timeout = { timeout: 120_000 }

layer(ApiLayer.layer(), { excludeTestServices: true })("a project that loop onboard:local was run in", (it) => {
  it.effect(
    "has a channel, and Loop's tools for every client that reads its .mcp.json, without a PATH",
    () =>
      Effect.gen(function* () {
        const { call, home: server, token, url } = yield* Api
        writeFileSync(join(server, "token"), token, { mode: 0o600 })
        const project = yield* loopHome()
        const env = { LOOP_HOME: server }
        const { code, stderr, stdout } = yield* loop(project, ["onboard:local", "--api-url", `${url}/`], { env })
        assert.deepStrictEqual([code, stderr], [0, ""])
        const channel = /^Its channel is (local:\w+)\.$/m.exec(stdout)?.[1] ?? ""
        const { json } = yield* call("GET", `/api/channels/${encodeURIComponent(channel)}`)
        assert.strictEqual((json as { dir_path: string }).dir_path, project.dir)

        const { args, command, env: given } = entryIn(project.dir)
        assert.deepStrictEqual(args, ["mcp", "--dir", project.dir, "--api-url", url])
        assert.notInclude(JSON.stringify(given), token)
        assert.strictEqual(command, launcher)
        const transport = new StdioClientTransport({
          command: yield* launcherIn(project.dir),
          args: [...args],
          env: { HOME: project.dir, ...given }
        })
        const client = new Client({ name: "ide", version: "1" })
        yield* Effect.promise(() => client.connect(transport))
        yield* Effect.addFinalizer(() => Effect.promise(() => client.close()))
        const { tools } = yield* Effect.promise(() => client.listTools())
        assert.include(
          tools.map(({ name }) => name),
          "schedule_task"
        )
        const again = yield* loop(project, ["o:local", "--api-url", url], { env })
        assert.include(again.stdout, `Loop's tools are updated in ${project.dir}/.mcp.json`)
        assert.include(again.stdout, `Its channel is ${channel}.`)
      }).pipe(Effect.scoped),
    timeout
  )

  it.effect(
    "gives them to the real Claude Code that is started there",
    () =>
      Effect.gen(function* () {
        const { home: server, token, url } = yield* Api
        writeFileSync(join(server, "token"), token, { mode: 0o600 })
        const project = yield* loopHome()
        yield* loop(project, ["init", "--api-url", url], { env: { LOOP_HOME: server } })
        const path = join(project.dir, ".mcp.json")
        writeFileSync(path, readFileSync(path, "utf8").replace(launcher, yield* launcherIn(project.dir)))
        const { mcp_servers, tools } = yield* initOf(project.dir)
        assert.deepStrictEqual(
          mcp_servers.filter(({ name }) => name === "loop").map(({ status }) => status),
          ["connected"]
        )
        assert.includeMembers([...tools], ["mcp__loop__schedule_task", "mcp__loop__list_runs"])
      }).pipe(Effect.scoped),
    timeout
  )
})

describe("loop onboard:local", () => {
  it.live("is done without a server, too, and warns", () =>
    Effect.gen(function* () {
      const project = yield* loopHome(`{ api_addr: ":1" }`)
      const env = { LOOP_API_TOKEN: "t" }
      const { code, stderr, stdout } = yield* loop(project, ["init"], { env })
      assert.strictEqual(code, 0)
      assert.match(stderr, /^loop: There is no channel for .*: No server answers at http:\/\/127\.0\.0\.1:1.*\.\n$/)
      assert.include(stdout, `Loop's tools are added in ${project.dir}/.mcp.json`)
      assert.deepStrictEqual(entryIn(project.dir).args.slice(2), [project.dir, "--api-url", "http://127.0.0.1:1"])
      assert.deepStrictEqual(readdirSync(join(project.dir, ".loop")).sort(), ["config.json", "templates"])
      assert.strictEqual(statSync(join(project.dir, ".mcp.json")).mode & 0o777, 0o644)
    })
  )

  it.live("keeps what is there, and says where an owner is named instead", () =>
    Effect.gen(function* () {
      const project = yield* loopHome()
      const mine = `{"mcpServers": {"tickets": {"command": "t"}}, "note": 1.50}`
      writeFileSync(join(project.dir, ".mcp.json"), mine, { mode: 0o600 })
      mkdirSync(join(project.dir, ".loop/templates"), { recursive: true })
      writeFileSync(join(project.dir, ".loop/config.json"), "{ /* mine */ }")
      const { code, stderr, stdout } = yield* loop(project, ["init", "--owner-id", "42"])
      assert.strictEqual(code, 0)
      assert.include(stderr, "loop onboard:global --owner-id 42")
      assert.include(stdout, ".loop/config.json is there already and is kept.")
      const text = readFileSync(join(project.dir, ".mcp.json"), "utf8")
      assert.isTrue(text.startsWith(`{"mcpServers": {"tickets": {"command": "t"},`) && text.endsWith(`, "note": 1.50}`))
      assert.strictEqual(statSync(join(project.dir, ".mcp.json")).mode & 0o777, 0o600)
      assert.strictEqual(readFileSync(join(project.dir, ".loop/config.json"), "utf8"), "{ /* mine */ }")
    })
  )

  it.live("leaves a .mcp.json alone that it cannot read, and makes nothing else", () =>
    Effect.gen(function* () {
      const project = yield* loopHome()
      writeFileSync(join(project.dir, ".mcp.json"), "// notes\n{}")
      const { code, stderr } = yield* loop(project, ["init"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /^loop: .*\.mcp\.json is not JSON with an object "mcpServers", and was left alone\. Mend it/)
      assert.strictEqual(readFileSync(join(project.dir, ".mcp.json"), "utf8"), "// notes\n{}")
      assert.isFalse(existsSync(join(project.dir, ".loop")))
    })
  )

  it.live.each([".mcp.json", ".loop"])("follows no link in the place of %s", (name) =>
    Effect.gen(function* () {
      const project = yield* loopHome()
      const outside = join(project.env.LOOP_HOME, "outside")
      mkdirSync(outside)
      writeFileSync(join(outside, "f"), "{}")
      symlinkSync(name === ".loop" ? outside : join(outside, "f"), join(project.dir, name))
      const { code, stderr } = yield* loop(project, ["init"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /it is a link or no directory; put a plain one there\.\n$/)
      assert.deepStrictEqual(readdirSync(outside), ["f"])
      assert.strictEqual(readFileSync(join(outside, "f"), "utf8"), "{}")
    })
  )

  it.live("makes an example whose every line applies when it is uncommented", () =>
    Effect.gen(function* () {
      const project = yield* loopHome()
      yield* loop(project, ["init"])
      const example = readFileSync(join(project.dir, ".loop/config.json"), "utf8")
      const homes = { HOME: "/home/test", LOOP_HOME: "/home/test/.loop" }
      const { config } = Result.getOrThrow(decodeConfig("{}", homes, "UTC"))
      const { config: merged, warnings } = mergeProject(config, example.replaceAll(`// "`, `"`), project.dir, homes)
      assert.deepStrictEqual(warnings, [])
      assert.deepStrictEqual(
        [merged.claude_model, merged.envs, Object.keys(merged.mcp.servers), merged.task_templates[0]?.name],
        ["sonnet", { CI: "1" }, ["tickets"], "review"]
      )
      assert.deepStrictEqual(mergeProject(config, example, project.dir, homes), { config, warnings: [], asked: null })
    })
  )
})
