/** What an IDE waits for: the first answer of `loop mcp`, from the bundle, and a tool's answer afterwards and over HTTP. */
import { type ChildProcess, spawn } from "node:child_process"
import { Effect } from "effect"
import { median, quantile } from "./figure.ts"
import { install } from "./install.ts"
import * as Server from "./server.ts"
import { report, timed } from "./support.ts"

const starts = 11
const calls = 200

const line = (child: ChildProcess) =>
  Effect.callback<void>((resume) => void child.stdout?.once("data", () => resume(Effect.void)))

const toolCall = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "list_tasks", arguments: {} } }

const measure = Effect.gen(function* () {
  const command = yield* install
  const home = yield* Server.temporary
  const server = yield* Server.start({ command, home }, { sandbox: "docker", anthropic_api_key: "bench" })
  const made = yield* server.call("POST", "/api/channels/create", { name: "bench" })
  const channel = String(made?.["channel_id"])
  const env = { PATH: process.env["PATH"], HOME: home, LOOP_HOME: home }

  const client = Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [command, "mcp", "--channel-id", channel, "--api-url", server.url], { env })
    ),
    (child) => Effect.sync(() => child.kill())
  )
  const ask = (child: ChildProcess, message: unknown) =>
    Effect.andThen(
      Effect.sync(() => child.stdin?.write(`${JSON.stringify(message)}\n`)),
      line(child)
    )
  const hello = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "bench", version: "1" } }
  const greeting = { jsonrpc: "2.0", id: 0, method: "initialize", params: hello }
  const first = timed(Effect.flatMap(client, (child) => ask(child, greeting))).pipe(Effect.scoped)
  const greeted = (yield* Effect.replicateEffect(first, starts)).map(({ ms }) => ms)

  const child = yield* client
  yield* ask(child, greeting)
  const called = (yield* Effect.replicateEffect(timed(ask(child, toolCall)), calls)).map(({ ms }) => ms)
  return [
    {
      what: "loop mcp, first answer",
      value: median(greeted),
      unit: "ms",
      against: `bundle, median of ${starts} starts`,
      atMost: 150
    },
    { what: "loop mcp, first answer, slowest", value: Math.max(...greeted), unit: "ms", against: `${starts} starts` },
    {
      what: "a tool's answer by loop mcp",
      value: median(called),
      unit: "ms",
      against: `list_tasks, p50 of ${calls}, by way of HTTP`,
      atMost: 10
    },
    { what: "a tool's answer by loop mcp, p99", value: quantile(called, 0.99), unit: "ms", against: `of ${calls}` }
  ]
}).pipe(Effect.scoped)

if (import.meta.main) await report(measure)
