/** `POST /mcp`, by the SDK's own client and by hand. */
import { assert, layer } from "@effect/vitest"
import { Client } from "@modelcontextprotocol/sdk/client/index.js"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js"
import { Effect } from "effect"
import { request } from "node:http"
import { ChannelId, RunId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Runs } from "../../src/services/Runs.ts"
import { Tasks } from "../../src/services/Tasks.ts"
import { run } from "../layers/store/support.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

const openRoom = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  return channel_id
})

const connect = Effect.fnUntraced(function* (query: string) {
  const { token, url } = yield* Api
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp${query}`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } }
  })
  const client = new Client({ name: "ide", version: "1" })
  // Its type of `sessionId` is not exact.
  yield* Effect.promise(() => client.connect(transport as Transport))
  yield* Effect.addFinalizer(() => Effect.promise(() => client.close()))
  return client
})

const calling = (client: Client) =>
  Effect.fnUntraced(function* (name: string, args: Record<string, unknown> = {}) {
    const result = yield* Effect.promise(() => client.callTool({ name, arguments: args }))
    const [first] = result.content as ReadonlyArray<{ readonly text: string }>
    return { text: first?.text ?? "", isError: result.isError === true }
  })

const accept = { accept: "application/json, text/event-stream" }
const message = (method: string, params: object = {}) => ({ jsonrpc: "2.0", id: 1, method, params })

/** The status of a ping that calls the server by this name; `fetch` lets nobody choose it. */
const named = (url: string, token: string, host: string) =>
  Effect.callback<number>((resume) => {
    const headers = { ...accept, authorization: `Bearer ${token}`, "content-type": "application/json", host }
    const sent = request(`${url}/mcp`, { method: "POST", headers }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
    sent.end(JSON.stringify(message("ping")))
  })

layer(ApiLayer.layer({ config: { timezone: "Europe/Berlin" } }), { excludeTestServices: true })("POST /mcp", (it) => {
  it.effect("serves every tool but those of memory, which is off, to an MCP client", () =>
    Effect.gen(function* () {
      yield* openRoom("listed")
      const client = yield* connect("?channel_id=local:listed")
      yield* Effect.promise(() => client.ping())
      const { tools } = yield* Effect.promise(() => client.listTools())
      assert.deepStrictEqual(tools.map(({ name }) => name).sort(), [
        "ask_user",
        "cancel_task",
        "create_channel",
        "create_thread",
        "delete_thread",
        "edit_task",
        "get_readme",
        "list_runs",
        "list_tasks",
        "rename_thread",
        "schedule_task",
        "search_channels",
        "send_file",
        "send_message",
        "show_run",
        "show_task",
        "toggle_task"
      ])
      for (const { description, inputSchema, name } of tools) {
        assert.isAbove(description?.length ?? 0, 40, name)
        assert.strictEqual(inputSchema.type, "object", name)
      }
    })
  )

  it.effect("schedules, shows, changes, turns off and cancels tasks of the named channel", () =>
    Effect.gen(function* () {
      yield* openRoom("tasks")
      const call = calling(yield* connect("?channel_id=tasks"))
      assert.strictEqual((yield* call("list_tasks")).text, "Nothing is scheduled in this channel.")
      const draft = { type: "once", schedule: "2099-05-04T09:00", prompt: "look   around", auto_delete_sec: 60 }
      const made = yield* call("schedule_task", draft)
      const id = Number(
        /^Task (\d+) is scheduled\. It runs next at 2099-05-04 09:00 Europe\/Berlin\.$/.exec(made.text)?.[1]
      )
      assert.strictEqual(
        (yield* call("list_tasks")).text,
        `- ID ${id}: look around (schedule: 2099-05-04T09:00, type: once, enabled: true, auto_delete: 60s)`
      )
      const edited = yield* call("edit_task", {
        task_id: id,
        type: "cron",
        schedule: "0 7 * * mon",
        timezone: "Asia/Tokyo"
      })
      assert.match(edited.text, /^Task \d+ is changed\. It runs next at (\S+ 07:00 Asia\/Tokyo(, )?){5}\.$/)
      assert.strictEqual((yield* call("toggle_task", { task_id: id, enabled: false })).text, `Task ${id} is disabled.`)
      assert.deepStrictEqual((yield* call("show_task", { task_id: id })).text.split("\n"), [
        `Task: ${id}`,
        "Type: cron",
        "Schedule: 0 7 * * mon (Asia/Tokyo)",
        "Status: disabled",
        "Next run: none",
        "Auto-delete: 60s",
        "",
        "Prompt: look   around"
      ])
      assert.match((yield* call("toggle_task", { task_id: id, enabled: true })).text, /is enabled\. It runs next at /)
      assert.strictEqual((yield* call("cancel_task", { task_id: id })).text, `Task ${id} is cancelled and deleted.`)
      assert.deepStrictEqual(yield* call("show_task", { task_id: id }), {
        isError: true,
        text: `There is no task ${id} in this channel. Use list_tasks to see its tasks.`
      })
    })
  )

  it.effect("knows nothing of other channels' tasks and runs", () =>
    Effect.gen(function* () {
      yield* openRoom("mine")
      const theirs = yield* openRoom("theirs")
      const run_id = RunId.make("0190a8a0-0000-7000-8000-000000000001")
      const ended = { channel_id: theirs, status: "failed", reason: "it broke", result: "half of it" } as const
      yield* Runs.use((runs) => runs.insert(run(run_id, ended)))
      const there = calling(yield* connect("?channel_id=theirs"))
      const made = yield* there("schedule_task", { type: "interval", schedule: "1h", prompt: "look" })
      const task_id = Number(/\d+/.exec(made.text)?.[0])
      assert.match((yield* there("list_runs")).text, /^- 0190\S+: failed \(message, started 1970-\S+\): it broke$/)
      assert.match(
        (yield* there("show_run", { run_id })).text,
        /\nStatus: failed – it broke\n[^]*\nResult: half of it$/
      )

      const here = calling(yield* connect("?channel_id=mine"))
      for (const [name, args] of [
        ["show_task", { task_id }],
        ["cancel_task", { task_id }],
        ["toggle_task", { task_id, enabled: false }],
        ["edit_task", { task_id, prompt: "mine now" }],
        ["show_run", { run_id }]
      ] as const) {
        const { isError, text } = yield* here(name, args)
        assert.isTrue(isError, name)
        assert.match(text, /in this channel\. Use list_(tasks|runs) to see its/)
      }
      assert.strictEqual((yield* here("list_runs")).text, "Nothing has been worked on in this channel.")
      assert.strictEqual((yield* here("list_tasks")).text, "Nothing is scheduled in this channel.")
      assert.match((yield* there("show_task", { task_id })).text, /\nStatus: enabled\n[^]*\nPrompt: look$/)
    })
  )

  it.effect("finds channels by words with a space, tells channels from threads, and says when there is none", () =>
    Effect.gen(function* () {
      yield* openRoom("two words & more")
      const call = calling(yield* connect(`?channel_id=${encodeURIComponent("two words & more")}`))
      const found = yield* call("search_channels", { query: "o words & m" })
      assert.strictEqual(found.text, "- two words & more [channel] (ID: local:two words & more, dir: , active: true)")
      assert.strictEqual((yield* call("search_channels", { query: "three words" })).text, "There are no such channels.")
      const opened = yield* call("create_thread", { name: "a side one" })
      const [, thread = ""] = /^The thread a side one is (local:\S+)\.$/.exec(opened.text) ?? []
      const listed = yield* call("search_channels", { query: "side one" })
      assert.strictEqual(listed.text, `- a side one [thread] (ID: ${thread}, dir: , active: true)`)
      assert.strictEqual((yield* call("delete_thread", { thread_id: thread })).text, `The thread ${thread} is deleted.`)
      assert.strictEqual((yield* call("search_channels", { query: "side one" })).text, "There are no such channels.")
    })
  )

  it.effect("lists as many runs as it is asked for, and cuts a result that is long", () =>
    Effect.gen(function* () {
      const channel_id = yield* openRoom("long")
      for (const [n, id] of ["run-long-1", "run-long-2"].entries()) {
        const more = { channel_id, status: "completed", started_at: n, ended_at: 9, result: "x".repeat(8010) } as const
        yield* Runs.use((runs) => runs.insert(run(id, more)))
      }
      const call = calling(yield* connect("?channel_id=long"))
      assert.match((yield* call("list_runs", { limit: 1 })).text, /^- run-long-2: [^\n]*$/)
      assert.lengthOf((yield* call("list_runs")).text.split("\n"), 2)
      const { text } = yield* call("show_run", { run_id: "run-long-1" })
      assert.match(text, /\nResult: x{8000}\n\(10 more characters\)$/)
    })
  )

  it.effect("shows why a task has paused itself", () =>
    Effect.gen(function* () {
      yield* openRoom("paused")
      const call = calling(yield* connect("?channel_id=paused"))
      const made = yield* call("schedule_task", { type: "interval", schedule: "1h", prompt: "look" })
      const task_id = Number(/\d+/.exec(made.text)?.[0])
      yield* Tasks.use((tasks) => tasks.patch(task_id, { enabled: false, paused_reason: "It failed 5 times." }))
      assert.include((yield* call("show_task", { task_id })).text, "\nStatus: paused: It failed 5 times.\n")
    })
  )

  it.effect.each([
    ["schedule_task", { type: "cron", schedule: "0 0 30 2 *", prompt: "x" }, /never comes/],
    ["schedule_task", { type: "often", prompt: "" }, /Argument schedule: is required\. .*Argument type: /],
    ["edit_task", { task_id: 1 }, /^Name something to change/],
    ["show_run", { run_id: "none" }, /Use list_runs/],
    ["list_runs", { limit: 0 }, /Argument limit: /],
    ["list_runs", { limit: 101 }, /Argument limit: /],
    ["send_message", { channel_id: "local:none", content: "x" }, /There is no channel local:none\. Ask for its id/],
    ["send_message", { channel_id: "wrong", content: "" }, /Argument content: /],
    ["create_channel", { name: "" }, /Argument name: /],
    ["create_thread", { name: "x", message: "" }, /Argument message: /],
    ["delete_thread", { thread_id: "local:none" }, /no thread of your channel\. Use search_channels/],
    ["rename_thread", { thread_id: "wrong", name: "x" }, /no thread of your channel\. Use search_channels/],
    ["send_file", { path: "../etc/passwd" }, /not in the work directory|no file/],
    [
      "ask_user",
      { question: "Well?" },
      /^Nobody was asked: .* Ask your own user, or post the question with send_message/
    ],
    ["fly", {}, /^There is no tool fly\.$/]
  ] as const)("tells what went wrong, and what to do, as a result: %s %j", ([name, args, expected]) =>
    Effect.gen(function* () {
      yield* openRoom("wrong")
      const call = calling(yield* connect("?channel_id=wrong"))
      const { isError, text } = yield* call(name, args)
      assert.isTrue(isError)
      assert.match(text, expected)
    })
  )

  it.effect("greets and lists without a channel, and refuses calls until one is named", () =>
    Effect.gen(function* () {
      const client = yield* connect("")
      assert.strictEqual(client.getServerVersion()?.name, "loop")
      assert.isNotEmpty((yield* Effect.promise(() => client.listTools())).tools)
      const { isError, text } = yield* calling(client)("get_readme")
      assert.isTrue(isError)
      assert.match(text, /no channel is named\. Add \?channel_id=/)
    })
  )

  it.effect("says something in another channel, as the bot", () =>
    Effect.gen(function* () {
      yield* openRoom("here")
      const there = yield* openRoom("there")
      const call = calling(yield* connect("?channel_id=here"))
      assert.deepStrictEqual(yield* call("send_message", { channel_id: "there", content: "Green" }), {
        isError: false,
        text: "Said in there, local:there."
      })
      const [said] = yield* Messages.use((messages) => messages.list(there, { limit: 1 }))
      assert.deepInclude(said, { content: "Green", is_bot: true })
    })
  )

  it.effect("needs a token, a channel that exists, our name and our origin", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const post = (query: string, headers: Record<string, string>) =>
        api.call("POST", `/mcp${query}`, message("ping"), { headers: { ...accept, ...headers } })
      const good = yield* post("", {})
      assert.deepStrictEqual([good.status, good.json], [200, { jsonrpc: "2.0", id: 1, result: {} }])
      assert.strictEqual((yield* post("", { authorization: "Bearer wrong" })).status, 401)
      assert.strictEqual((yield* post("?channel_id=none", {})).status, 404)
      assert.strictEqual((yield* post("", { origin: "http://evil.example" })).status, 403)
      assert.strictEqual(yield* named(api.url, api.token, "evil.example"), 403)
      assert.strictEqual(yield* named(api.url, api.token, new URL(api.url).host), 200)
    })
  )

  it.effect("keeps to the protocol with what is no plain request", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const post = (json: unknown, headers: Record<string, string> = {}) =>
        api.call("POST", "/mcp", json, { headers: { ...accept, ...headers } })
      const notified = yield* post({ jsonrpc: "2.0", method: "notifications/initialized" })
      assert.deepStrictEqual([notified.status, notified.text], [202, ""])
      assert.include((yield* post(message("resources/list"))).text, "-32601")
      assert.strictEqual((yield* post({ hello: true })).status, 400)
      assert.strictEqual((yield* post(message("ping"), { "mcp-protocol-version": "1999-01-01" })).status, 400)
      assert.strictEqual((yield* post(message("ping"), { accept: "text/html" })).status, 406)
      const batch = yield* post([message("ping"), { ...message("ping"), id: 2 }])
      assert.deepStrictEqual((batch.json as ReadonlyArray<{ readonly id: number }>).map(({ id }) => id).sort(), [1, 2])
      const stream = yield* api.call("GET", "/mcp", undefined, { headers: accept })
      assert.deepStrictEqual([stream.status, stream.headers.get("allow")], [405, "POST"])
    })
  )
})
