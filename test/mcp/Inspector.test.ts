/** The MCP inspector, as people use it to try a server: every tool, over HTTP and over stdin and stdout. */
import { spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { ChannelId, RunId } from "../../src/domain/Ids.ts"
import { tools } from "../../src/mcp/Tools.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Runs } from "../../src/services/Runs.ts"
import { run } from "../layers/store/support.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import * as Bundle from "../support/Bundle.ts"

const inspector = resolve("node_modules/@modelcontextprotocol/inspector/clients/cli/build/index.js")
const seconds = 240

interface Result {
  readonly isError?: boolean
  readonly content: ReadonlyArray<{ readonly text: string }>
}

interface Target {
  readonly options: ReadonlyArray<string>
  /** An address, or a command. */
  readonly server: ReadonlyArray<string>
}

/** What the inspector prints as JSON. It ends with 5 when a tool has failed. */
const inspect = Effect.fnUntraced(function* (target: Target, args: ReadonlyArray<string>) {
  const { home } = yield* Api
  const env = { PATH: process.env["PATH"], HOME: home }
  const { code, stderr, stdout } = yield* Effect.callback<{ code: number | null; stdout: string; stderr: string }>(
    (resume) => {
      const child = spawn(process.execPath, [inspector, ...args, ...target.options, "--", ...target.server], {
        cwd: home,
        env
      })
      let [stdout, stderr] = ["", ""]
      child.stdin.end()
      child.stdout.on("data", (piece) => void (stdout += String(piece)))
      child.stderr.on("data", (piece) => void (stderr += String(piece)))
      child.on("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
      return Effect.sync(() => child.kill())
    }
  )
  assert.include([0, 5], code, stderr)
  return JSON.parse(stdout) as unknown
})

/** Every tool once, in an order in which each has something to do; those of it that have been called. */
const tryAll = Effect.fnUntraced(function* (channel_id: ChannelId, target: Target) {
  const { home } = yield* Api
  const dir_path = join(home, channel_id.slice("local:".length))
  mkdirSync(dir_path)
  writeFileSync(join(dir_path, "plan.txt"), "the plan")
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name: "room", dir_path }))
  const run_id = RunId.make(`run-${channel_id}`)
  yield* Runs.use((runs) => runs.insert(run(run_id, { channel_id, status: "completed", result: "all of it" })))

  const called = new Set<string>()
  const call = Effect.fnUntraced(function* (name: string, args: Readonly<Record<string, string>>, expected: RegExp) {
    called.add(name)
    const given = Object.entries(args).flatMap(([key, value]) => ["--tool-arg", `${key}=${value}`])
    const result = (yield* inspect(target, ["--method", "tools/call", "--tool-name", name, ...given])) as Result
    const text = `${result.isError === true ? "Error: " : ""}${result.content[0]?.text ?? ""}`
    assert.match(text, expected, name)
    return expected.exec(text)?.[1] ?? ""
  })

  const { tools: listed } = (yield* inspect(target, ["--method", "tools/list"])) as {
    readonly tools: ReadonlyArray<{ readonly name: string }>
  }
  assert.sameMembers(
    listed.map(({ name }) => name),
    tools.map(({ name }) => name)
  )

  yield* call("get_readme", {}, /^# Loop/)
  yield* call("send_message", { channel_id, content: "hello" }, /^Said in room, local:/)
  yield* call("send_file", { path: "plan.txt" }, /^Sent plan\.txt \(8 bytes\)\.$/)
  yield* call("ask_user", { question: "Well?" }, /^Error: Nobody was asked: /)
  yield* call("search_channels", { query: "room" }, /- room \[channel\] \(ID: local:/)
  yield* call("create_channel", { name: `of-${channel_id.slice(6)}` }, /^The channel \S+ is local:/)
  const thread_id = yield* call("create_thread", { name: "side" }, /^The thread side is (\S+)\.$/)
  yield* call("rename_thread", { thread_id, name: "aside" }, /is called aside now\.$/)
  yield* call("delete_thread", { thread_id }, /is deleted\.$/)
  const draft = { type: "cron", schedule: "0 9 * * mon", prompt: "look", auto_delete_sec: "60" }
  const task_id = yield* call("schedule_task", draft, /^Task (\d+) is scheduled\. It runs next at /)
  yield* call("list_tasks", {}, /schedule: 0 9 \* \* mon, type: cron, enabled: true, auto_delete: 60s/)
  yield* call("edit_task", { task_id, prompt: "look again" }, /is changed\. It runs next at /)
  yield* call("toggle_task", { task_id, enabled: "false" }, /is disabled\.$/)
  yield* call("show_task", { task_id }, /\nStatus: disabled\n[^]*\nPrompt: look again$/)
  yield* call("cancel_task", { task_id }, /is cancelled and deleted\.$/)
  // Nothing is written down, so nothing has to be embedded.
  yield* call("index_memory", {}, /^0 files are indexed: 0 new or changed, 0 gone\.$/)
  yield* call("search_memory", { query: "plan" }, /Nothing in memory is about that\.[^]*Ollama does not answer at/)
  yield* call("list_runs", {}, new RegExp(`^- ${run_id}: completed`))
  yield* call("show_run", { run_id }, /\nResult: all of it$/)
  assert.sameMembers(
    [...called],
    tools.map(({ name }) => name)
  )
})

/** Its tools are there only where it is on. */
const memory = { enabled: true, embeddings: { provider: "ollama", ollama_url: "http://127.0.0.1:4" } }

layer(ApiLayer.layer({ config: { memory } }), { excludeTestServices: true, timeout: "4 minutes" })(
  "The inspector lists and calls every tool",
  (it) => {
    it.effect(
      "over HTTP",
      () =>
        Effect.gen(function* () {
          const { token, url } = yield* Api
          const options = ["--transport", "http", "--header", `Authorization: Bearer ${token}`]
          yield* tryAll(ChannelId.make("local:http"), { options, server: [`${url}/mcp?channel_id=local:http`] })
        }),
      { timeout: seconds * 1000 }
    )

    it.effect(
      "over stdin and stdout, from the bundle",
      () =>
        Effect.gen(function* () {
          const main = yield* Bundle.ready
          // It finds the token in LOOP_HOME: the inspector gives a server few variables of its own.
          const { url } = yield* Api
          yield* tryAll(ChannelId.make("local:stdio"), {
            options: [],
            server: [process.execPath, main, "mcp", "--channel-id", "local:stdio", "--api-url", url]
          })
        }),
      { timeout: seconds * 1000 }
    )
  }
)
