/** What happens on Discord reaches the house, in its order and in its words. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { connect, idOf } from "./platform.ts"

describe("What people write", () => {
  it.live(
    "is told with its author's roles, that of everybody among them, its place and whom it calls, without a request",
    () =>
      Effect.gen(function* () {
        const { general, hears, here, person, role, server, userSays } = yield* connect()
        const crew = yield* role(server.guild, "crew")
        const bob = yield* person(server.guild, "bob", [crew])
        const before = server.requests.length
        const said = yield* userSays(general, bob, "hello", { mentions: [server.bot] })
        const { message } = yield* hears("Said")
        const { at, files, ...rest } = message
        assert.deepStrictEqual(rest, {
          id: said.id,
          place: {
            channel_id: here,
            guild_id: server.guild.id,
            name: "general",
            parent: null,
            direct: false,
            ours: false
          },
          author: { id: bob.id, name: "bob", roles: [crew.id, server.guild.id] },
          own: false,
          content: `hello <@${server.bot.id}>`,
          mentionsUs: true,
          repliesToUs: false
        } as unknown as typeof rest)
        assert.deepStrictEqual(files, [])
        assert.isAbove(at, 1_600_000_000_000)
        assert.strictEqual(server.requests.length, before)
      })
  )

  it.live("in a channel that cannot be looked up is told without its name", () =>
    Effect.gen(function* () {
      const { general, hears, server, userSays } = yield* connect()
      const untold = { ...general, id: server.world.nextId(), name: "untold" }
      server.world.channels.set(untold.id, untold)
      server.faults.fail(({ method, path }) => method === "GET" && path.endsWith(`/channels/${untold.id}`), 500, 9)
      yield* userSays(untold, server.owner, "hi")
      const { message } = yield* hears("Said")
      assert.deepInclude(message, { content: "hi" })
      assert.deepInclude(message.place, {
        channel_id: idOf(untold),
        guild_id: server.guild.id,
        name: null,
        direct: false
      })
    })
  )

  it.live("is told in the order in which it was written, also behind what takes its time", () =>
    Effect.gen(function* () {
      const { createThread, general, heard, hears, server, userSays } = yield* connect()
      const gate = yield* server.faults.hold(({ method, path }) => method === "PUT" && path.includes("thread-members"))
      yield* userSays(general, server.owner, "1")
      const thread = yield* createThread(general, server.owner, "aside")
      yield* gate.reached
      yield* userSays(general, server.owner, "2")
      yield* userSays(thread, server.owner, "3")
      yield* gate.release
      yield* userSays(general, server.owner, "4")
      yield* hears("Said", ({ message }) => message.content === "4")
      assert.deepStrictEqual(
        heard.flatMap((event) =>
          event._tag === "Said" ? [event.message.content] : event._tag === "ThreadOpened" ? [event.place.name] : []
        ),
        ["1", "aside", "2", "3", "4"]
      )
    })
  )

  it.live("as an answer to us says so, and an answer to somebody else, or to another bot, does not", () =>
    Effect.gen(function* () {
      const { general, hears, here, otherBot, platform, server, userSays } = yield* connect()
      const id = yield* platform.deliver(here, { content: "mine" }, "n1")
      const mine = server.messages(general).find((each) => each.id === id)
      const other = yield* userSays(general, server.owner, "theirs")
      yield* userSays(general, server.owner, "yes", { replyTo: mine!, ping: false })
      yield* userSays(general, server.owner, "no", { replyTo: other })
      const robot = yield* userSays(general, yield* otherBot(server.guild, "robot"), "beep")
      yield* userSays(general, server.owner, "to a bot", { replyTo: robot })
      const bots = yield* hears("Said", ({ message }) => message.content === "to a bot")
      assert.isFalse(bots.message.repliesToUs)
      const yes = yield* hears("Said", ({ message }) => message.content === "yes")
      const no = yield* hears("Said", ({ message }) => message.content === "no")
      assert.isTrue(yes.message.repliesToUs)
      assert.isFalse(no.message.repliesToUs)
      const own = yield* hears("Said", ({ message }) => message.content === "mine")
      assert.strictEqual(own.message.id, id)
      assert.isTrue(own.message.own)
    })
  )

  it.live("directly to us is told as such", () =>
    Effect.gen(function* () {
      const { directChannel, hears, server, userSays } = yield* connect()
      const direct = yield* directChannel(server.owner)
      yield* userSays(direct, server.owner, "psst")
      const { message } = yield* hears("Said")
      assert.deepInclude(message.place, { channel_id: idOf(direct), direct: true, guild_id: null, parent: null })
      assert.deepStrictEqual(message.author.roles, [])
    })
  )

  it.live("is told anew when it was edited, and not when something else changed about it", () =>
    Effect.gen(function* () {
      const { createThread, edit, general, hears, heard, server, userSays } = yield* connect()
      const said = yield* userSays(general, server.owner, "a")
      yield* createThread(general, server.owner, "on it", said)
      yield* hears("ThreadOpened")
      yield* edit(said, "b")
      const { message } = yield* hears("Edited")
      assert.deepStrictEqual([message.id, message.content], [said.id, "b"])
      yield* userSays(general, server.owner, "end")
      yield* hears("Said", ({ message }) => message.content === "end")
      assert.lengthOf(
        heard.filter(({ _tag }) => _tag === "Edited"),
        1
      )
      // That a thread was begun is a message of Discord's own.
      assert.lengthOf(
        heard.filter(({ _tag }) => _tag === "Said"),
        2
      )
    })
  )

  it.live("is told to be deleted, one at a time or many at once", () =>
    Effect.gen(function* () {
      const { general, hears, here, remove, removeMany, server, userSays } = yield* connect()
      const one = yield* userSays(general, server.owner, "one")
      const two = yield* userSays(general, server.owner, "two")
      const three = yield* userSays(general, server.owner, "three")
      yield* remove(one)
      yield* removeMany(general, [two, three])
      const single = yield* hears("Deleted")
      assert.deepStrictEqual([single.channel_id, [...single.ids]], [here, [one.id] as never])
      const many = yield* hears("Deleted", ({ ids }) => ids.length === 2)
      assert.sameMembers(many.ids.map(String), [two.id, three.id])
    })
  )

  it.live("with a file gives the file's bytes, but no more than wanted", () =>
    Effect.gen(function* () {
      const { general, hears, server, userSays } = yield* connect()
      const bytes = new TextEncoder().encode("a,b\n")
      yield* userSays(general, server.owner, "look", {
        attachments: [{ filename: "t.csv", bytes, contentType: "text/csv" }]
      })
      const [file] = (yield* hears("Said")).message.files
      assert.deepInclude(file, { name: "t.csv", size: 4 })
      assert.match(file!.mime, /^text\/csv/)
      assert.deepStrictEqual(new Uint8Array(yield* file!.read(4)), bytes)
      const refused = yield* Effect.flip(file!.read(3))
      assert.deepInclude(refused, { outcome: "gone", detail: "t.csv is larger than 3 bytes." })
      for (const [path, stored] of server.world.files) {
        server.world.files.set(path, { ...stored, bytes: new Uint8Array(100_000) })
      }
      const grown = yield* Effect.flip(file!.read(50_000))
      assert.deepInclude(grown, { outcome: "gone", detail: "t.csv is larger than 50000 bytes." })
    })
  )
})

describe("Channels and threads", () => {
  it.live("a thread is joined when it is opened, and its messages are told with where it hangs", () =>
    Effect.gen(function* () {
      const { createThread, general, hears, here, server, userSays } = yield* connect()
      const thread = yield* createThread(general, server.owner, "aside")
      const { place } = yield* hears("ThreadOpened")
      const shown = {
        channel_id: idOf(thread),
        guild_id: server.guild.id,
        name: "aside",
        parent: { channel_id: here, name: "general" },
        direct: false,
        ours: false
      }
      assert.deepStrictEqual(place, shown)
      assert.isTrue(server.world.channels.get(thread.id)?.thread?.members.has(server.bot.id))
      yield* userSays(thread, server.owner, "in here")
      assert.deepStrictEqual((yield* hears("Said")).message.place, shown)
    })
  )

  it.live("a thread of ours is known as such", () =>
    Effect.gen(function* () {
      const { hears, here, platform, server, userSays } = yield* connect()
      const made = yield* platform.makeThread(here, { name: "mine" })
      assert.isTrue(made.ours)
      const thread = server.world.channels.get(made.channel_id.slice("discord:".length))
      yield* userSays(thread!, server.owner, "hi")
      assert.isTrue((yield* hears("Said", ({ message }) => message.content === "hi")).message.place.ours)
    })
  )

  it.live("a new name is told, other changes are not; what is deleted is gone, with its threads", () =>
    Effect.gen(function* () {
      const { channel, createThread, deleteChannel, deleteThread, heard, hears, renameChannel, renameThread, server } =
        yield* connect()
      const other = yield* channel(server.guild, { name: "other" })
      const first = yield* createThread(other, server.owner, "first")
      const second = yield* createThread(other, server.owner, "second")
      yield* hears("ThreadOpened", ({ place }) => place.name === "second")
      yield* renameChannel(other, "other")
      yield* renameChannel(other, "elsewhere")
      yield* renameThread(first, server.owner, "premier")
      yield* deleteThread(first)
      yield* deleteChannel(other)
      yield* hears("Gone", ({ channel_id }) => channel_id === idOf(other))
      assert.deepStrictEqual(
        heard.flatMap((event) =>
          event._tag === "Renamed" ? [event.name] : event._tag === "Gone" ? [event.channel_id] : []
        ),
        ["elsewhere", "premier", idOf(first), idOf(second), idOf(other)]
      )
    })
  )
})
