/** Channels and threads that live on a chat platform: made, found, made again, renamed and deleted there. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { Channels } from "../../../src/services/Channels.ts"
import { Conversations } from "../../../src/services/Conversations.ts"
import { type ChannelId, MessageId } from "../../../src/domain/Ids.ts"
import { TaskControl } from "../../../src/services/TaskControl.ts"
import type { Subject } from "../../../src/services/Tokens.ts"
import { ended, house, owner, pass, post, said, settle } from "../../support/House.ts"
import { Outside } from "../../support/Outside.ts"
import { ada, bot, failed } from "../../support/ScriptedChat.ts"

const keys = {
  platforms: ["local", "discord"],
  discord_token: "t",
  discord_app_id: "1",
  discord_guild_id: "1",
  permissions: { owners: { users: [ada.id] }, members: { users: ["200"] } }
}
const use = <A, E>(ask: (conversations: Conversations["Service"]) => Effect.Effect<A, E>) => Conversations.use(ask)
const ensure = (dir: string) => use((c) => c.ensure(owner, dir))
const get = (id: ChannelId) => Channels.use((channels) => channels.get(id))
const bob: Subject = { kind: "person", platform: "discord", person_id: "200", name: "Bob", roles: [] }

describe("The channel of a directory", () => {
  it.effect("is made in the guild under its name, with the directory as topic, once for however many ask", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const made = yield* Effect.all(
          Array.from({ length: 8 }, () => ensure("/srv/My App/")),
          { concurrency: "unbounded" }
        )
        assert.lengthOf(new Set(made.map(({ channel_id }) => channel_id)), 1)
        assert.deepInclude(made[0], { platform: "discord", name: "my-app", dir_path: "/srv/My App" })
        assert.deepStrictEqual(
          chat.did("makeChannel").map(({ given }) => given),
          [{ name: "my-app", topic: "/srv/My App" }]
        )
      }),
      keys
    )
  )

  it.effect("is another one for another directory of the same name, and the same at every time", () =>
    house(
      Effect.gen(function* () {
        const one = yield* ensure("/srv/a/app")
        const two = yield* ensure("/srv/b/app")
        assert.notStrictEqual(one.channel_id, two.channel_id)
        assert.match(two.name, /^app-[0-9a-f]{4}$/)
        assert.strictEqual((yield* ensure("/srv/b/app")).channel_id, two.channel_id)
        assert.strictEqual((yield* get(one.channel_id)).dir_path, "/srv/a/app")
      }),
      keys
    )
  )

  it.effect("that was deleted on the platform is made again with its session, settings, tasks and messages", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const old = yield* ensure("/srv/app")
        yield* post(old, "hello")
        const run = yield* ended(old)
        yield* use((c) => c.patch(owner, old.channel_id, { settings: { busy: "steer" } }))
        yield* TaskControl.use((tasks) =>
          tasks.add(owner, { channel_id: old.channel_id, type: "interval", schedule: "1h", prompt: "look" })
        )
        world.chat.places.delete(old.channel_id)
        const again = yield* ensure("/srv/app")
        assert.notStrictEqual(again.channel_id, old.channel_id)
        assert.deepInclude(again, { dir_path: "/srv/app", session_id: run.session_id, settings: { busy: "steer" } })
        assert.lengthOf(yield* TaskControl.use((tasks) => tasks.list(owner, again.channel_id)), 1)
        assert.deepStrictEqual(yield* said(again), ["Answer to: hello"])
        assert.deepStrictEqual(world.moved, [[old.channel_id, again.channel_id]])
        assert.strictEqual((yield* Effect.flip(get(old.channel_id)))._tag, "ChannelNotFound")
        yield* post(again, "go on")
        yield* ended(again, 2)
        assert.deepInclude({ ...world.processes().at(-1)?.spec.session }, { _tag: "Resume", sessionId: run.session_id })
      }),
      keys
    )
  )

  it.effect("is taken as it is while the platform cannot be asked, and is not made when it cannot be", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const known = yield* ensure("/srv/app")
        yield* chat.platform.rename(known.channel_id, "moved")
        chat.failing.set("place", failed("retry"))
        assert.strictEqual((yield* ensure("/srv/app")).channel_id, known.channel_id)
        chat.failing.set("makeChannel", failed("retry", "Missing Permissions"))
        const refused = yield* Effect.flip(ensure("/srv/other"))
        assert.deepInclude(refused, { reason: "unavailable", message: "discord did not do that: Missing Permissions" })
      }),
      keys
    )
  )

  it.effect("is for owners to choose, and needs a guild on Discord", () =>
    house(
      Effect.gen(function* () {
        const denied = yield* Effect.flip(use((c) => c.ensure(bob, "/etc")))
        assert.deepInclude(denied, { _tag: "Denied", action: "grant" })
        assert.strictEqual((yield* ensure("/srv/app")).platform, "local")
        const named = yield* Effect.flip(use((c) => c.ensure(owner, "/srv/app", "discord")))
        assert.deepInclude(named, { reason: "not_configured" })
      }),
      { ...keys, discord_guild_id: "" }
    )
  )
})

describe("A channel that is made by name", () => {
  it.effect("is the one that is there, and nothing that is known of it is blanked", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const project = yield* ensure("/srv/app")
        const create = (more: { readonly dir_path?: string } = {}) =>
          use((c) => c.create(owner, { name: "app", platform: "discord", ...more }))
        assert.deepInclude(yield* create(), { channel_id: project.channel_id, dir_path: "/srv/app" })
        assert.deepInclude(yield* Effect.flip(create({ dir_path: "/srv/other" })), {
          reason: "conflict",
          field: "name"
        })
        assert.strictEqual((yield* get(project.channel_id)).dir_path, "/srv/app")
        const other = yield* use((c) => c.create(owner, { name: "talk", platform: "discord" }))
        assert.isTrue(chat.places.has(other.channel_id))
        assert.strictEqual((yield* use((c) => c.create(owner, { name: "here" }))).platform, "local")
      }),
      keys
    )
  )
})

describe("A thread", () => {
  it.effect("is opened with its first message, which the agent gets whole and once, and people see in parts", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const channel = yield* ensure("/srv/app")
        const long = `do this ${"word ".repeat(1000)}end`
        const thread = yield* use((c) =>
          c.createThread(owner, {
            channel_id: channel.channel_id,
            name: "work",
            message: `@loopbot <@${bot.id}> ${long}`,
            author_id: "100"
          })
        )
        assert.deepInclude(thread, { name: "work", parent_id: channel.channel_id, platform: "discord" })
        yield* ended(thread)
        yield* pass(5)
        assert.deepStrictEqual(world.prompts(), [long])
        for (const part of world.delivered) {
          assert.isAtMost(part.length, 2000)
          assert.notInclude(part, `<@${bot.id}>`)
        }
        const last = world.delivered.findIndex((text) => text.endsWith("end <@100>"))
        assert.strictEqual(last, 2, "the third part")
        assert.match(world.delivered[0] ?? "", /^do this word/)
      }),
      keys
    )
  )

  it.effect("without a message greets, and nothing runs", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const channel = yield* ensure("/srv/app")
        const open = (author_id?: string) =>
          use((c) =>
            c.createThread(owner, {
              channel_id: channel.channel_id,
              name: "t",
              ...(author_id !== undefined && { author_id })
            })
          )
        const one = yield* open("100")
        const two = yield* open()
        yield* settle
        assert.deepStrictEqual(yield* said(one), ["Hello <@100>! Write here what you would like to have done."])
        assert.deepStrictEqual(yield* said(two), ["Hello! Write here what you would like to have done."])
        assert.deepStrictEqual(world.prompts(), [])
      }),
      keys
    )
  )

  it.effect("of a thread is its sibling, and one on a message stands on it, also on one of the bot's", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const channel = yield* ensure("/srv/app")
        yield* post(channel, "one")
        yield* ended(channel)
        const between = yield* Clock.currentTimeMillis
        yield* pass(2)
        yield* post(channel, "two")
        yield* ended(channel, 2)
        yield* pass(2)
        const open = (
          from: ChannelId,
          more: { readonly from_message_id?: MessageId; readonly from_at?: number } = {}
        ) => use((c) => c.createThread(owner, { channel_id: from, name: "t", ...more }))
        const threads = () => chat.did("makeThread").map(({ channel, given }) => ({ channel, given }))
        const first = yield* open(channel.channel_id, { from_message_id: MessageId.make("one") })
        assert.deepStrictEqual(threads(), [{ channel: channel.channel_id, given: { name: "t", from: "one" } }])
        const sibling = yield* open(first.channel_id)
        assert.strictEqual(sibling.parent_id, channel.channel_id)
        assert.deepStrictEqual(threads()[1], { channel: channel.channel_id, given: { name: "t" } })
        const there = yield* chat.platform.history(channel.channel_id, null, 50)
        const answer = there.find(({ content }) => content === "Answer to: one")
        const onAnswer = yield* open(channel.channel_id, { from_message_id: answer?.id ?? MessageId.make("none") })
        assert.deepStrictEqual(onAnswer.fork_from, first.fork_from)
        const late = yield* open(channel.channel_id, { from_message_id: MessageId.make("77"), from_at: between })
        assert.deepStrictEqual(late.fork_from, first.fork_from)
        assert.notStrictEqual((yield* open(channel.channel_id)).fork_from?.message_uuid, first.fork_from?.message_uuid)
      }),
      keys
    )
  )

  it.effect("is renamed, archived and deleted on its platform; one that is gone there already is no failure", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const channel = yield* ensure("/srv/app")
        const open = use((c) => c.createThread(owner, { channel_id: channel.channel_id, name: "t" }))
        const thread = yield* open
        const { channel_id: id } = thread
        yield* use((c) => c.patch(owner, id, { name: " new ", archived: true }))
        assert.strictEqual(chat.places.get(id)?.name, "new")
        assert.lengthOf(chat.did("archive"), 1)
        assert.deepInclude(yield* Effect.flip(use((c) => c.patch(owner, channel.channel_id, { archived: true }))), {
          reason: "invalid",
          field: "archived"
        })
        assert.lengthOf(chat.did("archive"), 1)
        chat.failing.set("rename", failed("retry"))
        assert.deepInclude(yield* Effect.flip(use((c) => c.patch(owner, id, { name: "other" }))), {
          reason: "unavailable"
        })
        assert.strictEqual((yield* get(id)).name, "new")
        yield* use((c) => c.remove(owner, id))
        assert.isFalse(chat.places.has(id))
        chat.failing.set("removeChannel", failed("gone"))
        const second = yield* open
        yield* use((c) => c.remove(owner, second.channel_id))
        assert.strictEqual((yield* Effect.flip(get(second.channel_id)))._tag, "ChannelNotFound")
        chat.failing.delete("removeChannel")
        yield* use((c) => c.remove(owner, channel.channel_id))
        assert.isTrue(chat.places.has(channel.channel_id), "a channel may be somebody else's")
        assert.deepInclude(yield* Effect.flip(use((c) => c.patch(owner, channel.channel_id, { archived: true }))), {
          _tag: "ChannelNotFound"
        })
      }),
      keys
    )
  )
})
