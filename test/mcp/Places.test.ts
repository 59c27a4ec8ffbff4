/** What agents do with channels and threads, through the tools that they really get. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, type Schema } from "effect"
import * as Outgoing from "../../src/layers/Outgoing.ts"
import * as WorkFiles from "../../src/layers/WorkFiles.ts"
import * as InBand from "../../src/mcp/InBand.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import { LateConversations } from "../../src/services/LateConversations.ts"
import { LateTaskControl } from "../../src/services/LateTaskControl.ts"
import { Memory } from "../../src/services/Memory.ts"
import { ToolHost } from "../../src/services/ToolHost.ts"
import { commandHouse } from "../support/Commanding.ts"
import { ended, owner, pass, post, room, runs, said, serving, settle } from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"
import { general, grants, opened, says, stored, thread } from "../support/People.ts"

const tools = InBand.layer.pipe(
  Layer.provide([Outgoing.layer, WorkFiles.layer, Layer.mock(Memory, {})]),
  Layer.provideMerge(
    Layer.provideMerge(
      Layer.merge(LateConversations.layerFulfilled, LateTaskControl.layerFulfilled),
      Layer.merge(LateConversations.layer, LateTaskControl.layer)
    )
  )
)

/** Agents are served by the real tools. */
const served = <A, E, R>(body: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const { knobs } = yield* Outside
    const host = yield* ToolHost
    knobs.outside = host.isOutside
    knobs.tool = (caller, message) => Effect.orDie(host.handle(caller, message))
    return yield* body
  }).pipe(Effect.provide(tools))

const call = (name: string, args: Readonly<Record<string, string>>): Schema.Json => ({
  jsonrpc: "2.0",
  id: 1,
  method: "tools/call",
  params: { name, arguments: args }
})

/** An agent that is told `text` calls the tool and says what it heard. */
const calling = (text: string, name: string, args: Readonly<Record<string, string>>) =>
  Effect.map(Outside, ({ when }) =>
    when(text, (_, stage) =>
      Effect.flatMap(stage.ask({ _tag: "Tool", message: call(name, args) }), (answer) => {
        const { result } = (
          answer as unknown as { message: { result: { isError: boolean; content: [{ text: string }] } } }
        ).message
        return stage.say(`${result.isError ? "Error: " : ""}${result.content[0].text}`)
      })
    )
  )

describe("An agent", () => {
  it.effect("that gives work to the agent of a new thread, and so on, does so five times in a row at most", () =>
    commandHouse(
      served(
        Effect.gen(function* () {
          const { chat, prompts } = yield* Outside
          const here = yield* general
          yield* calling("go", "create_thread", { name: "side", message: "go" })
          yield* says(here, "!loop go")
          yield* pass(30)
          assert.lengthOf(prompts(), 6)
          assert.lengthOf(chat.did("makeThread"), 5)
          const last = [...chat.places.values()].at(-1)!
          assert.match(chat.shown(last.channel_id).at(-2)?.post.content ?? "", /^Error: .*called itself 5 times/)
        })
      )
    )
  )

  it.effect("opens a thread in which another one begins to work for the same person", () =>
    commandHouse(
      served(
        Effect.gen(function* () {
          const world = yield* Outside
          const here = yield* general
          yield* calling("go", "create_thread", { name: "side", message: "do this" })
          yield* says(here, "!loop go")
          yield* ended(here)
          const [made] = world.chat.did("makeThread")
          assert.deepInclude(made, { channel: here.channel_id, given: { name: "side" } })
          const place = [...world.chat.places.values()].find(({ parent }) => parent !== null)
          assert.strictEqual(
            (yield* said(here)).at(-1),
            `The thread side is ${place?.channel_id}; an agent works there now.`
          )
          if (place === undefined) return
          yield* ended(place)
          const [first] = yield* stored(place)
          assert.deepInclude(first, { content: "do this", author_id: "100", author_name: "Ada" })
        })
      )
    )
  )

  it.effect("makes, finds, renames and deletes, but only threads of its own channel, and not its own", () =>
    commandHouse(
      served(
        Effect.gen(function* () {
          const world = yield* Outside
          const here = yield* general
          const there = world.chat.place("77")
          yield* opened(there)
          const other = yield* opened(yield* thread("elsewhere", there))
          yield* opened(here)
          const own = yield* Conversations.use((all) =>
            all.createThread(owner, { channel_id: here.channel_id, name: "own" })
          )
          const tell = Effect.fnUntraced(function* (
            where: { readonly channel_id: typeof here.channel_id },
            name: string,
            args: Readonly<Record<string, string>>
          ) {
            const text = `${name} ${(yield* runs(where)).length}`
            yield* calling(text, name, args)
            const before = (yield* runs(where)).length
            yield* post(where, text)
            yield* ended(where, before + 1)
            return (yield* said(where)).at(-1) ?? ""
          })
          assert.match(yield* tell(here, "create_channel", { name: "plans" }), /^The channel plans is discord:/)
          assert.include(
            yield* tell(here, "search_channels", { query: "OWN" }),
            ` kind="tool">- own [thread] (ID: ${own.channel_id}, dir: , active: true)`
          )
          assert.match(yield* tell(here, "search_channels", {}), /^- own \[thread\].*\n[^]*^- plans \[channel\]/m)
          assert.match(yield* tell(here, "rename_thread", { thread_id: own.channel_id, name: "new" }), /called new now/)
          assert.strictEqual(world.chat.places.get(own.channel_id)?.name, "new")
          assert.match(
            yield* tell(here, "delete_thread", { thread_id: other.channel_id }),
            /^Error: .* no thread of your/
          )
          assert.match(
            yield* tell(here, "delete_thread", { thread_id: here.channel_id }),
            /^Error: .* no thread of your/
          )
          assert.match(yield* tell(own, "delete_thread", { thread_id: own.channel_id }), /^Error: You work in that/)
          assert.match(yield* tell(here, "delete_thread", { thread_id: own.channel_id }), /is deleted\.$/)
          assert.isFalse(world.chat.places.has(own.channel_id))
          assert.strictEqual(
            (yield* Effect.flip(Channels.use((channels) => channels.get(own.channel_id))))._tag,
            "ChannelNotFound"
          )
        })
      )
    )
  )

  it.effect("that asked before a restart is served after it", () =>
    Effect.gen(function* () {
      const { knobs, toolCalls } = yield* Outside
      knobs.outside = () => true
      knobs.tool = () => Effect.never
      yield* calling("go", "create_channel", { name: "x" })
      const here = yield* serving(
        Effect.gen(function* () {
          const here = yield* room("room")
          yield* post(here, "go")
          yield* settle
          yield* pass(1)
          assert.lengthOf(toolCalls, 1)
          return here
        })
      )
      knobs.tool = () =>
        Effect.succeed({ jsonrpc: "2.0", id: 1, result: { isError: false, content: [{ type: "text", text: "made" }] } })
      yield* serving(
        Effect.gen(function* () {
          yield* settle
          yield* ended(here)
          assert.strictEqual((yield* said(here)).at(-1), "made")
        })
      )
    }).pipe(Effect.provide(outsideLayer(grants)))
  )
})
