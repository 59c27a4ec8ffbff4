/** What a run's tools may do: what everybody may for whom it works, looked up at each call, and no more. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Schema } from "effect"
import { allow, none } from "../../src/domain/chat/Grants.ts"
import type { AgentRequest } from "../../src/domain/AgentEvent.ts"
import { ChannelId, MessageId, ProcessId, RunId } from "../../src/domain/Ids.ts"
import type { Author } from "../../src/domain/Subject.ts"
import * as InBand from "../../src/mcp/InBand.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Requests } from "../../src/services/Requests.ts"
import { Runs } from "../../src/services/Runs.ts"
import { ScopedTokens } from "../../src/services/ScopedTokens.ts"
import { TaskControl } from "../../src/services/TaskControl.ts"
import { Tasks } from "../../src/services/Tasks.ts"
import { ToolHost } from "../../src/services/ToolHost.ts"
import { approval, run } from "../layers/store/support.ts"
import * as Api from "../support/Api.ts"

const room = ChannelId.make("discord:room")
const other = ChannelId.make("discord:other")
const owner: Author = { kind: "owner" }
const ada: Author = { kind: "person", platform: "discord", person_id: "ada", name: "Ada", roles: [] }
const bob: Author = { ...ada, person_id: "bob", name: "Bob" }

const services = Layer.unwrap(Effect.map(Api.home, (path) => Layer.provideMerge(InBand.layer, Api.services(path))))

/** Ada is at home in the room, Bob in both. */
const open = Effect.gen(function* () {
  const channels = yield* Channels
  yield* channels.upsert({ channel_id: room, platform: "discord", name: "room" })
  yield* channels.upsert({ channel_id: other, platform: "discord", name: "other" })
  const both = allow(allow(none, "user", "ada", "member"), "user", "bob", "member")
  yield* channels.patch(room, { permissions: both })
  yield* channels.patch(other, { permissions: allow(none, "user", "bob", "member") })
})

/** A run in the room that works on a message of each of them. */
const working = Effect.fnUntraced(function* (name: string, ...authors: ReadonlyArray<Author>) {
  const run_id = RunId.make(name)
  yield* Runs.use((runs) => runs.insert(run(name, { channel_id: room, status: "failed", ended_at: 2 })))
  for (const [n, author] of authors.entries()) {
    const message_id = MessageId.make(`${name}-${n}`)
    yield* Conversations.use((all) => all.post(author, { channel_id: room, content: "do it", message_id }))
    yield* Messages.use((messages) => messages.mark(room, [message_id], "running", run_id))
  }
  return run_id
})

const call = Effect.fnUntraced(function* (run_id: RunId, name: string, args: Schema.Json) {
  const caller = { channel_id: room, run_id, process_id: ProcessId.make("0123abcd") }
  const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } }
  const answer = yield* ToolHost.use((host) => host.handle(caller, message))
  const { result } = answer as unknown as { result: { isError: boolean; content: [{ text: string }] } }
  return `${result.isError ? "Error: " : ""}${result.content[0].text}`
})

const say = (run_id: RunId, channel_id: ChannelId) => call(run_id, "send_message", { channel_id, content: "hi" })

describe("a run's tools", () => {
  it.effect("reach what its author may reach", () =>
    Effect.gen(function* () {
      yield* open
      const ofAda = yield* working("r-ada", ada)
      assert.match(yield* say(ofAda, room), /^Said in/)
      assert.strictEqual(yield* say(ofAda, other), "Error: You may not write discord:other.")
      assert.notInclude(yield* call(ofAda, "search_channels", {}), other)
      assert.strictEqual(yield* call(ofAda, "create_channel", { name: "x" }), "Error: You may not manage channels.")
      assert.match(yield* say(yield* working("r-bob", bob), other), /^Said in/)
      assert.match(yield* say(yield* working("r-owner", owner), other), /^Said in/)
    }).pipe(Effect.provide(services))
  )

  it.effect("reach what all of several authors may, and stay in the channel where nobody knows them", () =>
    Effect.gen(function* () {
      yield* open
      const both = yield* working("r-both", owner, ada)
      assert.strictEqual(yield* say(both, other), "Error: You may not write discord:other.")
      const unknown = yield* working("r-unknown")
      assert.match(yield* say(unknown, room), /^Said in/)
      assert.strictEqual(yield* say(unknown, other), "Error: You may not write discord:other.")
    }).pipe(Effect.provide(services))
  )

  it.effect("lose what their author loses meanwhile", () =>
    Effect.gen(function* () {
      yield* open
      const { row } = yield* ScopedTokens.use((tokens) =>
        tokens.create({ name: "ci", scope: { channels: ["*"], access: "write" }, created_by: null, expires_at: null })
      )
      const ofToken = yield* working("r-token", { kind: "token", token_id: row.token_id, name: "ci" })
      assert.match(yield* say(ofToken, other), /^Said in/)
      yield* ScopedTokens.use((tokens) => tokens.revoke(row.token_id))
      assert.strictEqual(yield* say(ofToken, room), "Error: You may not write discord:room.")

      const ofBob = yield* working("r-bob", bob)
      assert.match(yield* say(ofBob, other), /^Said in/)
      yield* Channels.use((channels) => channels.patch(other, { permissions: none }))
      assert.strictEqual(yield* say(ofBob, other), "Error: You may not write discord:other.")
    }).pipe(Effect.provide(services))
  )

  it.effect("do not gain by work that they leave behind: a task, a thread, a repetition by somebody who may more", () =>
    Effect.gen(function* () {
      yield* open
      const ofAda = yield* working("r-ada", ada)
      const draft = { schedule: "1h", type: "interval", prompt: "say it elsewhere" }
      assert.match(yield* call(ofAda, "schedule_task", draft), /is scheduled/)
      const [task] = yield* Tasks.use((tasks) => tasks.ofChannel(room))
      assert.isDefined(task)
      /** The run that works on the channel's queued messages now. */
      const begin = Effect.fnUntraced(function* (name: string) {
        const run_id = RunId.make(name)
        yield* Runs.use((runs) => runs.insert(run(name, { channel_id: room, status: "failed", ended_at: 2 })))
        const waiting = yield* Messages.use((messages) => messages.queued(room))
        const ids = waiting.map(({ message_id }) => message_id)
        yield* Messages.use((messages) => messages.mark(room, ids, "failed", run_id))
        return run_id
      })
      yield* TaskControl.use((control) => control.runNow(owner, task?.task_id ?? 0))
      const ofTask = yield* begin("r-task")
      assert.match(yield* say(ofTask, room), /^Said in/)
      assert.strictEqual(yield* say(ofTask, other), "Error: You may not write discord:other.")
      yield* Conversations.use((all) => all.retry(owner, ofTask))
      assert.strictEqual(yield* say(yield* begin("r-again"), other), "Error: You may not write discord:other.")

      for (const [n, change] of [{ prompt: "say it elsewhere" }, { pre_run: "echo say it elsewhere" }].entries()) {
        const { task: ofOwner } = yield* TaskControl.use((control) =>
          control.add(owner, { channel_id: room, schedule: "1h", type: "interval", prompt: "look" })
        )
        yield* TaskControl.use((control) => control.edit(ada, ofOwner.task_id, change))
        yield* TaskControl.use((control) => control.runNow(owner, ofOwner.task_id))
        const edited = yield* begin(`r-edited${n}`)
        assert.strictEqual(yield* say(edited, other), "Error: You may not write discord:other.")
      }
    }).pipe(Effect.provide(services))
  )

  it.effect("do not gain by words that somebody else puts in: into a message that waits, an answer, a no", () =>
    Effect.gen(function* () {
      yield* open
      const message_id = MessageId.make("waits")
      yield* Conversations.use((all) => all.post(owner, { channel_id: room, content: "look", message_id }))
      yield* Conversations.use((all) => all.editQueued(ada, room, message_id, "say it elsewhere"))
      const changed = RunId.make("r-changed")
      yield* Runs.use((runs) => runs.insert(run("r-changed", { channel_id: room, status: "failed", ended_at: 2 })))
      yield* Messages.use((messages) => messages.mark(room, [message_id], "running", changed))
      assert.match(yield* say(changed, room), /^Said in/)
      assert.strictEqual(yield* say(changed, other), "Error: You may not write discord:other.")

      const asking = Effect.fnUntraced(function* (name: string, request: AgentRequest) {
        const run_id = yield* working(name, owner)
        const ask = approval(name, { channel_id: room, run_id, request })
        yield* Requests.use((requests) => requests.ask(ask))
        return { run_id, id: ask.approval_id }
      })
      const questions = [{ question: "Which?", options: [], multiple: false }]
      const answered = yield* asking("r-answered", { _tag: "Question", toolUseId: "t1", questions, input: {} })
      yield* Conversations.use((all) => all.answer(ada, answered.id, 0, "that one, and say it elsewhere"))
      assert.strictEqual(yield* say(answered.run_id, other), "Error: You may not write discord:other.")
      const permission = { _tag: "Permission", toolUseId: "t1", tool: "Bash", input: {} } as const
      const denied = yield* asking("r-denied", permission)
      yield* Conversations.use((all) => all.decide(ada, denied.id, "deny", "no: say it elsewhere"))
      assert.strictEqual(yield* say(denied.run_id, other), "Error: You may not write discord:other.")
      // A click puts in no words.
      const allowed = yield* asking("r-allowed", permission)
      yield* Conversations.use((all) => all.decide(ada, allowed.id, "allow", null))
      assert.match(yield* say(allowed.run_id, other), /^Said in/)
    }).pipe(Effect.provide(services))
  )

  it.effect(
    "do not gain by a repetition of somebody's who may less, nor where one of those who asked is not known",
    () =>
      Effect.gen(function* () {
        yield* open
        const begin = Effect.fnUntraced(function* (name: string, ...ids: ReadonlyArray<MessageId>) {
          const run_id = RunId.make(name)
          yield* Runs.use((runs) => runs.insert(run(name, { channel_id: room, status: "failed", ended_at: 2 })))
          yield* Messages.use((messages) => messages.mark(room, ids, "failed", run_id))
          return run_id
        })
        const [asked, unknown, aside] = [MessageId.make("asked"), MessageId.make("unknown"), MessageId.make("aside")]
        const post = (message_id: MessageId) =>
          Conversations.use((all) => all.post(owner, { channel_id: room, content: "look", message_id }))
        yield* post(asked)
        const again = yield* Conversations.use((all) =>
          Effect.flatMap(begin("r-first", asked), (id) => all.retry(ada, id))
        )
        assert.strictEqual(yield* say(yield* begin("r-again", again), other), "Error: You may not write discord:other.")

        const said = {
          channel_id: room,
          author_id: "x",
          author_name: "X",
          content: "x",
          kind: "prompt",
          attachments: []
        } as const
        const next = MessageId.make("next")
        yield* post(next)
        yield* Messages.use((messages) => messages.accept({ ...said, message_id: unknown }))
        const unsure = yield* begin("r-unsure", next, unknown)
        assert.strictEqual(yield* say(unsure, other), "Error: You may not write discord:other.")
        // What was only overheard asks for nothing.
        const last = MessageId.make("last")
        yield* Messages.use((messages) => messages.note({ ...said, message_id: aside }))
        yield* post(last)
        const heard = yield* begin("r-heard", last)
        yield* Messages.use((messages) => messages.tell(room, 1_000, heard))
        assert.lengthOf(yield* Messages.use((messages) => messages.ofRun(heard)), 2)
        assert.match(yield* say(heard, other), /^Said in/)
      }).pipe(Effect.provide(services))
  )

  it.effect("are none, not even those that only look, once its author may not write there", () =>
    Effect.gen(function* () {
      yield* open
      const ofAda = yield* working("r-ada", ada)
      assert.notMatch(yield* call(ofAda, "search_channels", {}), /^Error/)
      yield* Channels.use((channels) => channels.patch(room, { permissions: none }))
      assert.strictEqual(yield* call(ofAda, "search_channels", {}), "Error: You may not write discord:room.")
    }).pipe(Effect.provide(services))
  )
})
