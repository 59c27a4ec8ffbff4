/** Whom the tools serve outside of runs: only who may, wherever a tool reaches. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Schema } from "effect"
import type { Access } from "../../src/domain/Access.ts"
import { ChannelId } from "../../src/domain/Ids.ts"
import type { Subject } from "../../src/domain/Subject.ts"
import * as Remote from "../../src/mcp/Remote.ts"
import { tools } from "../../src/mcp/Tools.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { ScopedTokens } from "../../src/services/ScopedTokens.ts"
import * as Api from "../support/Api.ts"

const room = ChannelId.make("local:room")
const thread = ChannelId.make("local:thread")
const other = ChannelId.make("local:other")
const elsewhere = ChannelId.make("local:elsewhere")

const services = Layer.unwrap(Effect.map(Api.home, (path) => Api.services(path)))

const open = Effect.gen(function* () {
  const channels = yield* Channels
  for (const [channel_id, parent_id] of [[room], [thread, room], [other], [elsewhere, other]] as const) {
    const name = channel_id.slice(6)
    yield* channels.upsert({ channel_id, platform: "local", name, ...(parent_id !== undefined && { parent_id }) })
  }
})

const holder = (channel: ChannelId, access: Access): Effect.Effect<Subject, unknown, ScopedTokens> =>
  ScopedTokens.use((tokens) =>
    Effect.map(
      tokens.create({ name: access, scope: { channels: [channel], access }, created_by: null, expires_at: null }),
      ({ row }) => ({ kind: "token", token_id: row.token_id, name: row.name })
    )
  )

const call = Effect.fnUntraced(function* (
  subject: Subject,
  channel_id: ChannelId,
  name: string,
  args: Readonly<Record<string, Schema.Json>> = {}
) {
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }
  const answer = yield* Remote.answer({ subject, channel_id }, message)
  const { result } = answer as unknown as { result: { isError: boolean; content: [{ text: string }] } }
  return `${result.isError ? "Error: " : ""}${result.content[0].text}`
})

/** Of every tool, arguments that are right, pointing away from the caller's channel where the tool can. */
const calls: Readonly<Record<string, Readonly<Record<string, Schema.Json>>>> = {
  send_message: { channel_id: other, content: "hi" },
  send_file: { path: "a.txt" },
  ask_user: { questions: [{ question: "Which?", header: "Which", options: [], multiSelect: false }] },
  schedule_task: { schedule: "1h", type: "interval", prompt: "look" },
  list_tasks: {},
  show_task: { task_id: 1 },
  edit_task: { task_id: 1, prompt: "look again" },
  toggle_task: { task_id: 1, enabled: false },
  cancel_task: { task_id: 1 },
  list_runs: {},
  show_run: { run_id: "r1" },
  get_readme: {},
  search_channels: {},
  create_channel: { name: "new" },
  create_thread: { name: "new" },
  rename_thread: { thread_id: elsewhere, name: "mine" },
  delete_thread: { thread_id: elsewhere },
  search_memory: { query: "x" },
  index_memory: {}
}

describe("A token for one channel", () => {
  it.effect("is asked for at every tool: none works in another channel", () =>
    Effect.gen(function* () {
      yield* open
      assert.sameMembers(
        Object.keys(calls),
        tools.map(({ name }) => name),
        "a new tool has its line here"
      )
      const admin = yield* holder(room, "admin")
      const reader = yield* holder(room, "read")
      for (const [name, args] of Object.entries(calls)) {
        assert.strictEqual(yield* call(admin, other, name, args), "Error: You may not write local:other.", name)
        assert.strictEqual(yield* call(reader, room, name, args), "Error: You may not write local:room.", name)
      }
    }).pipe(Effect.provide(services))
  )

  it.effect("lets programs use the tools there, and reaches nothing from there that it does not name", () =>
    Effect.gen(function* () {
      yield* open
      const writer = yield* holder(room, "write")
      const admin = yield* holder(room, "admin")
      assert.strictEqual(yield* call(writer, room, "list_runs"), "Nothing has been worked on in this channel.")
      const found = yield* call(writer, room, "search_channels")
      assert.include(found, room)
      assert.include(found, thread)
      assert.notInclude(found, other)
      const say = (channel_id: ChannelId) => call(writer, room, "send_message", { channel_id, content: "hi" })
      assert.strictEqual(yield* say(room), "Said in room, local:room.")
      assert.strictEqual(yield* say(thread), "Said in thread, local:thread.")
      assert.strictEqual(yield* say(other), "Error: You may not write local:other.")
      assert.strictEqual(
        yield* call(admin, room, "create_channel", { name: "new" }),
        "Error: You may not manage channels."
      )
      const rename = { thread_id: thread, name: "renamed" }
      assert.strictEqual(yield* call(writer, room, "rename_thread", rename), "Error: You may not manage local:thread.")
      assert.match(yield* call(admin, room, "rename_thread", rename), /is called renamed now/)
      assert.match(
        yield* call(admin, room, "delete_thread", { thread_id: elsewhere }),
        /^Error: .*no thread of your channel\. Use search_channels to find one/
      )
      assert.lengthOf(yield* Messages.use((messages) => messages.list(other, { limit: 5 })), 0)
    }).pipe(Effect.provide(services))
  )
})
