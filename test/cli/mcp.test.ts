/** `loop mcp` as a process, by the SDK's own client and by hand, against the real server. */
import { readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { assert, layer } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js"
import { Effect } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { loop, loopHome, start } from "../support/Command.ts"
import { fakeServer } from "../support/FakeServer.ts"

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url))

const openRoom = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

const ping = (id: number) => ({ jsonrpc: "2.0", id, method: "ping" })
const call = (id: number, name: string) => ({ jsonrpc: "2.0", id, method: "tools/call", params: { name } })
const lines = (...messages: ReadonlyArray<unknown>) => messages.map((each) => `${JSON.stringify(each)}\n`).join("")

/** Every line of stdout as JSON: anything else there is a failure. */
const answers = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as { readonly id: number; readonly [key: string]: unknown })

const ours = Effect.map(Api, ({ token, url }) => ({ LOOP_API_URL: url, LOOP_API_TOKEN: token }))

const timeout = { timeout: 120_000 }

layer(ApiLayer.layer(), { excludeTestServices: true })("loop mcp", (it) => {
  it.effect(
    "serves the tools of a channel over stdin and stdout",
    () =>
      Effect.gen(function* () {
        yield* openRoom("stdio")
        const home = yield* loopHome()
        const transport = new StdioClientTransport({
          command: process.execPath,
          args: [main, "mcp", "--channel-id", "local:stdio"],
          env: { ...home.env, ...(yield* ours) }
        })
        const client = new Client({ name: "ide", version: "1" })
        yield* Effect.promise(() => client.connect(transport))
        yield* Effect.addFinalizer(() => Effect.promise(() => client.close()))
        assert.strictEqual(client.getServerVersion()?.name, "loop")
        const { tools } = yield* Effect.promise(() => client.listTools())
        assert.include(
          tools.map(({ name }) => name),
          "schedule_task"
        )
        const args = { type: "interval", schedule: "1h", prompt: "look" }
        yield* Effect.promise(() => client.callTool({ name: "schedule_task", arguments: args }))
        const { json } = yield* (yield* Api).call("GET", "/api/tasks?channel_id=stdio")
        assert.strictEqual((json as ReadonlyArray<unknown>).length, 1)
      }),
    timeout
  )

  it.effect(
    "finds or makes the channel of a directory, whatever its name is",
    () =>
      Effect.gen(function* () {
        const home = yield* loopHome()
        const env = yield* ours
        const dir = 'an "odd" \\ one'
        const made = Effect.map(
          loop(home, ["m", "--dir", dir], { env, input: lines(call(1, "list_tasks")) }),
          ({ stdout }) => JSON.stringify(answers(stdout)[0]?.["result"])
        )
        assert.include(yield* made, "Nothing is scheduled in this channel.")
        yield* made
        const all = yield* Channels.use((channels) => channels.search(""))
        assert.lengthOf(
          all.filter(({ dir_path }) => dir_path === join(home.dir, dir)),
          1
        )
      }),
    timeout
  )

  it.effect(
    "answers everything before it ends with its input, and what is not JSON too",
    () =>
      Effect.gen(function* () {
        yield* openRoom("many")
        const input = `${lines(ping(1), { jsonrpc: "2.0", method: "notifications/initialized" }, ping(2))}\nnot json\n`
        const ended = yield* loop(yield* loopHome(), ["mcp", "--channel-id", "many"], { env: yield* ours, input })
        assert.deepStrictEqual([ended.code, ended.stderr], [0, ""])
        const ids = answers(ended.stdout).map(({ id }) => id)
        assert.deepStrictEqual(ids.sort(), [1, 2, null].sort())
      }),
    timeout
  )

  it.effect(
    "answers one request while another one is still under way",
    () =>
      Effect.gen(function* () {
        yield* openRoom("side")
        const running = yield* start(yield* loopHome(), ["mcp", "--channel-id", "side"], { env: yield* ours })
        yield* running.type(lines(ping(1)))
        yield* running.says('"id":1')
        yield* running.type(lines(ping(2)))
        yield* running.says('"id":2')
      }).pipe(Effect.scoped),
    timeout
  )

  it.effect(
    "tells the client in protocol what the server refuses, and that there is none",
    () =>
      Effect.gen(function* () {
        const home = yield* loopHome()
        const input = lines(ping(1), call(2, "get_readme"))
        const unknown = yield* loop(home, ["mcp", "--channel-id", "local:none"], { env: yield* ours, input })
        const byId = (stdout: string) => answers(stdout).sort((a, b) => a.id - b.id)
        const sentence = "There is no channel local:none."
        assert.deepStrictEqual(byId(unknown.stdout), [
          { jsonrpc: "2.0", id: 1, error: { code: -32_603, message: sentence } },
          { jsonrpc: "2.0", id: 2, result: { content: [{ type: "text", text: sentence }], isError: true } }
        ])
        const { env, url } = yield* Effect.scoped(fakeServer())
        const away = yield* loop(home, ["mcp", "--channel-id", "local:none"], { env, input })
        assert.strictEqual(away.code, 0)
        assert.include(away.stdout, `No server answers at ${url} (ECONNREFUSED). Start it with`)
      }),
    timeout
  )

  it.effect(
    "finds address and token in LOOP_HOME, with an address of the configuration too",
    () =>
      Effect.gen(function* () {
        yield* openRoom("home")
        const { token, url } = yield* Api
        const home = yield* loopHome(`{ api_addr: "${url.slice("http://".length)}" }`)
        const serve = (...flags: ReadonlyArray<string>) =>
          loop(home, ["mcp", "--channel-id", "home", ...flags], { input: lines(ping(1)) })
        const none = yield* serve()
        assert.deepStrictEqual([none.code, none.stdout], [1, ""])
        assert.match(none.stderr, /^loop: There is no token in .*token yet\. Start the server/)
        writeFileSync(join(home.env.LOOP_HOME, "token"), `${token}\n`)
        assert.deepStrictEqual(answers((yield* serve()).stdout), [{ jsonrpc: "2.0", id: 1, result: {} }])
        const given = yield* serve("--api-url", `${url}/`)
        assert.deepStrictEqual(answers(given.stdout), [{ jsonrpc: "2.0", id: 1, result: {} }])
      }),
    timeout
  )

  it.effect(
    "ends with a sentence that names the directory whose channel cannot be had",
    () =>
      Effect.gen(function* () {
        const { env } = yield* Effect.scoped(fakeServer())
        const home = yield* loopHome()
        const { code, stderr, stdout } = yield* loop(home, ["mcp", "--dir", "/nowhere"], { env })
        assert.deepStrictEqual([code, stdout], [1, ""])
        assert.match(stderr, /^loop: There is no channel for \/nowhere: No server answers at .*\n$/)
      }),
    timeout
  )

  it.effect(
    "writes methods and times to a log of its owner's, and nothing of what was said",
    () =>
      Effect.gen(function* () {
        yield* openRoom("logged")
        const home = yield* loopHome()
        const log = join(home.dir, "mcp.log")
        const args = ["mcp", "--channel-id", "logged", "--log", log]
        yield* loop(home, args, { env: yield* ours, input: lines(call(1, "secret_name")) })
        assert.match(readFileSync(log, "utf8"), /^\S+Z started\n\S+Z tools\/call: answered in \d+ ms\n$/)
        assert.strictEqual(statSync(log).mode & 0o777, 0o600)
        const wrong = yield* loop(home, ["mcp", "--channel-id", "x", "--log", "/no/where"], { env: yield* ours })
        assert.deepStrictEqual([wrong.code, wrong.stdout], [1, ""])
        assert.match(wrong.stderr, /The log \/no\/where cannot be written \(ENOENT\)/)
      }),
    timeout
  )

  it.effect.each([["m"], ["mcp", "--dir", ".", "--channel-id", "x"], ["mcp", "--odd"]] as const)(
    "%j is wrong usage",
    (args) =>
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* loop(yield* loopHome(), args)
        assert.deepStrictEqual([code, stdout], [2, ""])
        assert.match(stderr, /^loop: .*\nSee "loop (m|mcp) --help"\.\n$/)
      }),
    timeout
  )
})
