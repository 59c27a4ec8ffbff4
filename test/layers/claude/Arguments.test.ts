import { assert, describe, it } from "@effect/vitest"
import { ChannelId, ProcessId, SessionId } from "../../../src/domain/Ids.ts"
import { argv, env } from "../../../src/layers/claude/Arguments.ts"
import type { AgentSpec } from "../../../src/services/Agent.ts"

const sessionId = SessionId.make("0b0e1c5e-0000-4000-8000-000000000001")
const spec: AgentSpec = {
  box: {
    processId: ProcessId.make("0badcafe"),
    channelId: ChannelId.make("local:x"),
    title: "x",
    image: "loop-agent",
    env: { FOO: "bar", ANTHROPIC_API_KEY: "mine" },
    workDir: "/work",
    home: "/home",
    socketDir: "/run/0badcafe",
    mounts: [],
    copyFiles: [],
    limits: { memoryMb: 1, cpus: 1, pids: 1 },
    forwards: [],
    timezone: "UTC",
    configHash: ""
  },
  session: { _tag: "New", sessionId },
  binary: "claude",
  model: "",
  systemPrompt: "",
  mcpServers: { notes: { command: "notes", args: ["-v"], env: {} } },
  credential: "api_key"
}

const option = (line: ReadonlyArray<string>, name: string) =>
  line.includes(name) ? line[line.indexOf(name) + 1] : undefined

describe("The command line", () => {
  it("names the session that is begun, resumed or forked", () => {
    const of = (session: AgentSpec["session"]) =>
      argv({ ...spec, session })
        .slice(-7)
        .join(" ")
    const from = SessionId.make("0b0e1c5e-0000-4000-8000-000000000002")
    assert.match(of({ _tag: "New", sessionId }), new RegExp(`--session-id ${sessionId}$`))
    assert.match(of({ _tag: "Resume", sessionId }), new RegExp(`--resume ${sessionId}$`))
    assert.strictEqual(
      of({ _tag: "Fork", from, at: "u", sessionId }),
      `--resume ${from} --fork-session --session-id ${sessionId} --resume-session-at u`
    )
    assert.notInclude(of({ _tag: "Fork", from, at: null, sessionId }), "--resume-session-at")
  })

  it("puts the in-band server beside the user's own, and nobody else in its place", () => {
    const taken = { ...spec, mcpServers: { ...spec.mcpServers, loop: { command: "evil", args: [], env: {} } } }
    const config = JSON.parse(option(argv(taken), "--mcp-config") ?? "") as { mcpServers: Record<string, unknown> }
    assert.deepStrictEqual(config.mcpServers, {
      notes: { command: "notes", args: ["-v"], env: {} },
      loop: { type: "sdk", name: "loop" }
    })
  })

  it("leaves out what is not set", () => {
    assert.isUndefined(option(argv(spec), "--model"))
    assert.isUndefined(option(argv(spec), "--append-system-prompt"))
    assert.strictEqual(option(argv({ ...spec, model: "opus" }), "--model"), "opus")
  })
})

describe("The environment", () => {
  it("holds a placeholder of the right kind and never a key of the user's", () => {
    assert.strictEqual(env(spec)["ANTHROPIC_API_KEY"], "relay")
    const oauth = env({ ...spec, box: { ...spec.box, env: {} }, credential: "oauth" })
    assert.strictEqual(oauth["CLAUDE_CODE_OAUTH_TOKEN"], "relay")
    assert.isUndefined(oauth["ANTHROPIC_API_KEY"])
    assert.strictEqual(env(spec)["FOO"], "bar")
  })
})
