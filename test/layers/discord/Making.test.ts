/** Channels and threads that we make, find, name, close and remove. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MessageId } from "../../../src/domain/Ids.ts"
import { ChannelType } from "../../support/discord/world/Model.ts"
import { Permission } from "../../support/discord/world/Permissions.ts"
import { connect, idOf } from "./platform.ts"

const ofText = (server: { readonly world: { readonly channels: ReadonlyMap<string, { readonly name?: unknown }> } }) =>
  [...server.world.channels.values()].map(({ name }) => name)

describe("A channel", () => {
  it.live("is made once, with its topic, however many want it at the same time", () =>
    Effect.gen(function* () {
      const { platform, server } = yield* connect()
      const wanted = { name: "My Project: (v2)", topic: "/home/me/project" }
      const made = yield* Effect.forEach([1, 2, 3], () => platform.makeChannel(wanted), { concurrency: "unbounded" })
      assert.lengthOf(new Set(made.map(({ channel_id }) => channel_id)), 1)
      assert.deepInclude(made[0], { name: "my-project-v2", guild_id: server.guild.id, direct: false, parent: null })
      assert.lengthOf(
        ofText(server).filter((name) => name === "my-project-v2"),
        1
      )
      const body = server.requests.find(
        ({ method, route }) => method === "POST" && route === "/guilds/{guild_id}/channels"
      )
      assert.deepInclude(body?.body, { topic: "/home/me/project", type: 0 })
    })
  )

  it.live(
    "in which something was written is told of, with an id from before that, also where no guild is configured",
    () =>
      Effect.gen(function* () {
        const { channel, general, here, platform, server, userSays } = yield* connect({}, { guildId: "" })
        yield* channel(server.guild, { name: "silent" })
        const said = yield* userSays(general, server.owner, "hello")
        const at = 1_420_070_400_000 + Number(BigInt(said.id) >> 22n)
        const busy = yield* platform.busySince(at - 1000)
        assert.deepStrictEqual(
          busy.map(({ place }) => [place.channel_id, place.name]),
          [[here, "general"]]
        )
        assert.isBelow(Number(busy[0]?.after), Number(said.id))
        assert.deepStrictEqual(yield* platform.busySince(at + 1000), [])
      })
  )

  it.live("that is there already is found, but not a category of that name", () =>
    Effect.gen(function* () {
      const { channel, here, platform, server } = yield* connect()
      yield* channel(server.guild, { name: "plans", type: ChannelType.category })
      assert.strictEqual((yield* platform.makeChannel({ name: "General" })).channel_id, here)
      const made = yield* platform.makeChannel({ name: "plans" })
      assert.strictEqual(server.world.channels.get(made.channel_id.slice("discord:".length))?.type, ChannelType.text)
    })
  )

  it.live("cannot be made where no server is configured, or where it is not allowed, and says what to do", () =>
    Effect.gen(function* () {
      const { platform } = yield* connect({}, { guildId: "" })
      const nowhere = yield* Effect.flip(platform.makeChannel({ name: "x" }))
      assert.include(nowhere.detail, "discord_guild_id")
      const weak = yield* connect({ botPermissions: Permission.viewChannel | Permission.sendMessages })
      const refused = yield* Effect.flip(weak.platform.makeChannel({ name: "x" }))
      assert.strictEqual(refused.outcome, "gone")
      assert.include(refused.detail, "Manage Channels")
    })
  )

  it.live("is not made twice because its answer was lost", () =>
    Effect.gen(function* () {
      const { platform, server } = yield* connect()
      server.faults.loseAnswer(({ method, route }) => method === "POST" && route === "/guilds/{guild_id}/channels")
      assert.strictEqual((yield* Effect.flip(platform.makeChannel({ name: "x" }))).outcome, "unclear")
      yield* platform.makeChannel({ name: "x" })
      assert.lengthOf(
        ofText(server).filter((name) => name === "x"),
        1
      )
    })
  )

  it.live("is renamed and removed; removed again it is no failure, and is no place any more", () =>
    Effect.gen(function* () {
      const { hears, here, platform } = yield* connect()
      yield* platform.rename(here, "New Name")
      assert.strictEqual((yield* hears("Renamed")).name, "new-name")
      assert.strictEqual((yield* platform.place(here))?.name, "new-name")
      yield* platform.removeChannel(here)
      yield* platform.removeChannel(here)
      assert.strictEqual((yield* hears("Gone")).channel_id, here)
      assert.isUndefined(yield* platform.place(here))
    })
  )
})

describe("A thread", () => {
  it.live("is public, lasts a week, is ours, and hangs on the message that it is about", () =>
    Effect.gen(function* () {
      const { general, here, platform, server, userSays } = yield* connect()
      const said = yield* userSays(general, server.owner, "about this")
      const free = yield* platform.makeThread(here, { name: "a\nlong name ".repeat(20) })
      const on = yield* platform.makeThread(here, { name: "on it", from: MessageId.make(said.id) })
      assert.strictEqual(on.channel_id, `discord:${said.id}`)
      for (const place of [free, on]) {
        assert.isTrue(place.ours)
        assert.deepStrictEqual(place.parent, { channel_id: here, name: "general" })
        const thread = server.world.channels.get(place.channel_id.slice("discord:".length))
        assert.deepInclude(thread, { type: 11 })
        assert.strictEqual(thread?.thread?.autoArchive, 10_080)
      }
      assert.isAtMost(Array.from(free.name ?? "").length, 100)
      const again = yield* platform.makeThread(here, { name: "on it", from: MessageId.make(said.id) })
      assert.strictEqual(again.channel_id, on.channel_id)
    })
  )

  it.live("from within a thread is its sibling", () =>
    Effect.gen(function* () {
      const { createThread, general, hears, here, platform, server } = yield* connect()
      const first = yield* createThread(general, server.owner, "first")
      yield* hears("ThreadOpened")
      const second = yield* platform.makeThread(idOf(first), { name: "second" })
      assert.strictEqual(second.parent?.channel_id, here)
    })
  )

  it.live("that is open is listed, one that was closed is not", () =>
    Effect.gen(function* () {
      const { here, platform } = yield* connect()
      const one = yield* platform.makeThread(here, { name: "one" })
      const two = yield* platform.makeThread(here, { name: "two" })
      yield* platform.archive(one.channel_id)
      assert.deepStrictEqual(yield* platform.threads, [two])
    })
  )
})
