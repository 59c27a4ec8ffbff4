/** Loop's own tools, called by the real agent in its box. */
import { spawn } from "node:child_process"
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Bundle from "../support/Bundle.ts"
import { follow } from "../support/Follow.ts"
import * as Program from "../support/Program.ts"
import * as Talk from "../support/Talk.ts"

const project = Effect.acquireRelease(
  Effect.sync(() => realpathSync(mkdtempSync(join(tmpdir(), "loop-project-")))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const binary = resolve(`node_modules/@anthropic-ai/claude-code-linux-${process.arch}/claude`)

/** What the agent's own program answers, started by a person in that directory. */
const onHost = (cwd: string, api: string, prompt: string) =>
  Effect.callback<string>((resume) => {
    const args = ["-p", prompt, "--mcp-config", ".mcp.json", "--allowedTools", "mcp__loop__schedule_task"]
    const env = { PATH: process.env["PATH"], HOME: cwd, ANTHROPIC_BASE_URL: api, ANTHROPIC_API_KEY: Program.fakeKey }
    const child = spawn(binary, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => void (output += String(piece)))
    child.on("close", () => resume(Effect.succeed(output)))
    return Effect.sync(() => child.kill())
  })

const mcp = (name: string, args: object = {}) => `mcp: ${name} ${JSON.stringify(args)}`

layer(Program.layer(), { timeout: "3 minutes", excludeTestServices: true })("An agent's tools", (it) => {
  it.effect("schedule work in its own channel alone, and see what became of it", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const draft = { type: "cron", schedule: "0 9 * * mon", timezone: "Asia/Tokyo", prompt: "say: the work is done" }
      const [answer = ""] = (yield* channel.ask(mcp("schedule_task", draft))).said
      const id = /Task (\d+) is scheduled\. It runs next at \S+ 09:00 Asia\/Tokyo/.exec(answer)?.[1]
      assert.isDefined(id, answer)
      const [listed] = (yield* channel.ask(mcp("list_tasks"))).said
      assert.include(listed, `- ID ${id}: say: the work is done (schedule: 0 9 * * mon, type: cron, enabled: true)`)

      const elsewhere = yield* Talk.newChannel()
      const [foreign] = (yield* elsewhere.ask(mcp("cancel_task", { task_id: Number(id) }))).said
      assert.include(foreign, `There is no task ${id} in this channel.`)

      assert.strictEqual((yield* Talk.call("POST", `/api/tasks/${id}/run`)).status, 202)
      const [run] = yield* Talk.eventually(
        Effect.map(Talk.get(`/api/runs?task_id=${id}`), (all) => all as ReadonlyArray<Talk.RunSeen>),
        (all) => all[0]?.status === "completed"
      )
      assert.strictEqual(run?.result, "the work is done")
      const [shown] = (yield* channel.ask(mcp("show_run", { run_id: run?.run_id }))).said
      assert.include(shown, "Result: the work is done")
    })
  )

  it.effect("ask a person and wait for the answer", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const message = yield* channel.post(mcp("ask_user", { question: "Which colour?", options: ["Red", "Blue"] }))
      const { data } = yield* page.hears("approval.requested")
      assert.deepInclude(data["request"], {
        _tag: "Question",
        questions: [{ question: "Which colour?", options: ["Red", "Blue"], multiple: false }]
      })
      yield* Talk.eventually(channel.runs, (runs) => runs.at(-1)?.status === "waiting")
      const decided = yield* Talk.call("POST", `/api/approvals/${String(data["approval_id"])}`, {
        decision: "allow",
        message: "Green, please"
      })
      assert.strictEqual(decided.status, 200)
      assert.strictEqual((yield* channel.settled(message)).state, "replied")
      assert.deepStrictEqual(yield* channel.said, ["The tool said: Green, please"])
    })
  )

  it.effect("are told that nobody answered, and go on", () =>
    Effect.gen(function* () {
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const message = yield* channel.post(mcp("ask_user", { question: "Which colour?" }))
      const { data } = yield* page.hears("approval.requested")
      yield* Talk.call("POST", `/api/approvals/${String(data["approval_id"])}`, {
        decision: "deny",
        message: "Not now."
      })
      assert.strictEqual((yield* channel.settled(message)).state, "replied")
      assert.include((yield* channel.said)[0], "Not now. Go on without the answer")
    })
  )

  it.effect("still have their answer when the server was killed while they waited", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const channel = yield* Talk.newChannel()
      const page = yield* follow(channel)
      const message = yield* channel.post(mcp("ask_user", { question: "Which colour?" }))
      const { data } = yield* page.hears("approval.requested")
      yield* Talk.eventually(channel.runs, (runs) => runs.at(-1)?.status === "waiting")
      yield* program.kill
      yield* program.start()
      const answer = { decision: "allow", message: "Blue" }
      assert.strictEqual(
        (yield* Talk.call("POST", `/api/approvals/${String(data["approval_id"])}`, answer)).status,
        200
      )
      yield* channel.settled(message)
      assert.deepStrictEqual(yield* channel.said, ["The tool said: Blue"])
    })
  )

  it.effect("are used by the agent's own program in a directory of the host, as its .mcp.json says", () =>
    Effect.gen(function* () {
      const program = yield* Program.Program
      const directory = yield* project
      const main = yield* Bundle.ready
      const args = [main, "mcp", "--dir", ".", "--api-url", program.url()]
      const servers = { loop: { command: process.execPath, args, env: { LOOP_HOME: program.home } } }
      writeFileSync(join(directory, ".mcp.json"), JSON.stringify({ mcpServers: servers }))
      const draft = { type: "interval", schedule: "1h", prompt: "look" }
      const answer = yield* onHost(directory, program.api.url, mcp("schedule_task", draft))
      assert.match(answer, /Task \d+ is scheduled\. It runs next at /)

      const channels = (yield* Talk.get("/api/channels")) as ReadonlyArray<Readonly<Record<string, string>>>
      const own = channels.find(({ dir_path }) => dir_path === directory)
      const tasks = yield* Talk.get(`/api/tasks?channel_id=${own?.["channel_id"]}`)
      assert.deepInclude((tasks as ReadonlyArray<object>)[0], draft)
    })
  )
})
