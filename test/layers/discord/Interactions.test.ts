/** Commands, clicks, forms and completions: acknowledged before anything else, each answered by its own token. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { ChatCommand } from "../../../src/domain/chat/Words.ts"
import { connect, idOf } from "./platform.ts"

const commands: ReadonlyArray<ChatCommand> = [
  { name: "status", description: "What runs", options: [], on: "channel" },
  {
    name: "task",
    description: "One task",
    options: [{ name: "task_id", description: "Its number", type: "integer", required: true, completes: true }],
    on: "channel"
  },
  {
    name: "template-add",
    description: "Add a template",
    options: [{ name: "name", description: "Its name", type: "text", required: true }],
    on: "channel"
  },
  {
    name: "allow_user",
    description: "Let somebody in",
    options: [
      {
        name: "role",
        description: "As what",
        type: "text",
        required: false,
        choices: [{ name: "Owner", value: "owner" }]
      },
      { name: "target_id", description: "Whom", type: "user", required: true }
    ],
    on: "channel"
  },
  { name: "ask", description: "Ask Loop", options: [], on: "message" }
]

const registered = Effect.fnUntraced(function* (...args: Parameters<typeof connect>) {
  const all = yield* connect(...args)
  yield* all.platform.register(commands)
  return { ...all, ...all.server.interactions }
})

describe("A command", () => {
  it.live("is answered although Discord lets the bot do nothing else for a while", () =>
    Effect.gen(function* () {
      const { general, hears, here, platform, server, slash } = yield* registered()
      const isTyping = ({ route }: { readonly route: string }) => route.endsWith("/typing")
      server.faults.rateLimit(isTyping, { retryAfter: 3, scope: "global" })
      const typing = yield* Effect.forkScoped(Effect.ignore(platform.typing(here)))
      yield* server.until(() => server.requests.some(isTyping))
      // As soon as the refusal is read, nothing else that the bot asks leaves any more.
      yield* Effect.timeoutOption(platform.history(here, null, 1), "200 millis").pipe(
        Effect.repeat({ while: ({ _tag }) => _tag === "Some" })
      )
      const asked = yield* Effect.forkScoped(Effect.ignore(platform.history(here, null, 1)))
      const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      yield* (yield* hears("Command")).reply.say({ content: "Nothing runs here" })
      assert.strictEqual(asking.shown()?.content, "Nothing runs here")
      assert.deepStrictEqual([typing.pollUnsafe(), asked.pollUnsafe()], [undefined, undefined])
      assert.lengthOf(server.requests.filter(isTyping), 1)
    })
  )

  it.live("is told with what it was called with, by whom and where, and is acknowledged at once", () =>
    Effect.gen(function* () {
      const { general, hears, here, person, role, server, slash } = yield* registered()
      const crew = yield* role(server.guild, "crew")
      const bob = yield* person(server.guild, "bob", [crew])
      const asking = yield* slash(general, bob, "loop", {
        subcommand: "allow_user",
        options: { target_id: server.owner, role: "owner" }
      })
      assert.strictEqual((yield* asking.answered).type, 5)
      const { name, options, person: who, place, target } = yield* hears("Command")
      assert.strictEqual(name, "allow_user")
      assert.deepStrictEqual(options, { target_id: server.owner.id, role: "owner" })
      assert.deepStrictEqual(who, { id: bob.id, name: "bob", roles: [crew.id, server.guild.id] })
      assert.deepInclude(place, { channel_id: here, name: "general" })
      assert.isNull(target)
      yield* slash(general, bob, "loop", { group: "template", subcommand: "add", options: { name: "x" } })
      const grouped = yield* hears("Command", (event) => event.name === "template-add")
      assert.deepStrictEqual(grouped.options, { name: "x" })
    })
  )

  it.live("is answered by ourselves, also in what follows the answer: nobody has called us by that", () =>
    Effect.gen(function* () {
      const { general, hears, server, slash } = yield* registered()
      yield* slash(general, server.owner, "loop", { subcommand: "status" })
      const { reply } = yield* hears("Command")
      yield* reply.say({ content: "first" })
      yield* reply.say({ content: "second" })
      const { message } = yield* hears("Said", (event) => event.message.content === "second")
      assert.isTrue(message.own)
    })
  )

  it.live("is acknowledged while what came before it still waits, and told in its turn", () =>
    Effect.gen(function* () {
      const { createThread, general, hears, heard, server, slash } = yield* registered()
      const gate = yield* server.faults.hold(({ method, path }) => method === "PUT" && path.includes("thread-members"))
      yield* createThread(general, server.owner, "aside")
      yield* gate.reached
      const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      yield* asking.answered
      assert.isUndefined(heard.find(({ _tag }) => _tag === "Command"))
      yield* gate.release
      yield* hears("Command")
      assert.deepStrictEqual(
        heard.map(({ _tag }) => _tag),
        ["Connected", "ThreadOpened", "Command"]
      )
    })
  )

  it.live("keeps its answer, whatever is said in its channel meanwhile", () =>
    Effect.gen(function* () {
      const { general, hears, here, platform, server, slash } = yield* registered()
      const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      const { reply } = yield* hears("Command")
      const id = yield* platform.deliver(here, { content: "what a run says" }, "n1.0")
      yield* reply.say({ content: "Nothing runs here" })
      assert.strictEqual(asking.shown()?.content, "Nothing runs here")
      assert.strictEqual(server.messages(general).find((each) => each.id === id)?.content, "what a run says")
    })
  )

  it.live("is answered in its own place, and what follows follows", () =>
    Effect.gen(function* () {
      const { general, heard, hears, server, slash } = yield* registered()
      const first = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      yield* first.answered
      yield* hears("Command")
      const second = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      yield* second.answered
      yield* hears("Command", (event) => event !== heard.find(({ _tag }) => _tag === "Command"))
      const [one, two] = heard.flatMap((event) => (event._tag === "Command" ? [event.reply] : []))
      yield* two!.say({ content: "two" })
      yield* one!.say({ content: "one" })
      yield* one!.say({ content: "more" })
      assert.strictEqual(first.shown()?.content, "one")
      assert.strictEqual(second.shown()?.content, "two")
      assert.deepStrictEqual(
        first.followups().map(({ content }) => content),
        ["more"]
      )
    })
  )

  it.live("is answered in parts when the answer is long", () =>
    Effect.gen(function* () {
      const { general, hears, server, slash } = yield* registered()
      const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      const { reply } = yield* hears("Command")
      yield* reply.say({ content: `${"a".repeat(1500)}\n\n${"b".repeat(1500)}` })
      assert.strictEqual(asking.shown()?.content, "a".repeat(1500))
      assert.deepStrictEqual(
        asking.followups().map(({ content }) => content),
        ["b".repeat(1500)]
      )
    })
  )

  it.live("is answered for one person alone, without a public word", () =>
    Effect.gen(function* () {
      const { general, hears, server, slash } = yield* registered()
      const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      const { reply } = yield* hears("Command")
      yield* reply.say({ content: "secret" }, { private: true })
      yield* reply.say({ content: "again" }, { private: true })
      assert.isEmpty(server.messages(general))
      assert.deepStrictEqual(
        asking.followups().map(({ content, flags }) => [content, flags & 64]),
        [
          ["secret", 64],
          ["again", 64]
        ]
      )
    })
  )

  for (const late of ["miss", "expire"] as const) {
    it.live(`whose time is over (${late}) is answered in the channel, and nothing private is said there`, () =>
      Effect.gen(function* () {
        const { general, hears, server, slash } = yield* registered()
        const gate = yield* server.faults.hold(({ route }) => route.startsWith("/interactions/"))
        const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
        yield* gate.reached
        yield* asking[late]
        yield* gate.release
        const { reply } = yield* hears("Command")
        yield* reply.say({ content: "secret" }, { private: true })
        yield* reply.say({ content: "secret" }, { private: true })
        yield* reply.say({ content: "public" })
        const said = server.messages(general).filter(({ flags }) => (flags & 128) === 0)
        assert.deepStrictEqual(
          said.map(({ content }) => content),
          [
            `<@${server.owner.id}>, the answer was for you alone, and Discord does not take it any more. Ask again, please.`,
            "public"
          ]
        )
      })
    )
  }

  it.live("whose token runs out between two answers goes on in the channel", () =>
    Effect.gen(function* () {
      const { general, hears, server, slash } = yield* registered()
      const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      const { reply } = yield* hears("Command")
      yield* reply.say({ content: "one" })
      yield* asking.expire
      yield* reply.say({ content: "two" })
      yield* reply.say({ content: "three" })
      assert.deepStrictEqual(
        server.messages(general).map(({ content }) => content),
        ["one", "two", "three"]
      )
      assert.isEmpty(asking.followups())
    })
  )

  it.live("is answered although Discord fails at first", () =>
    Effect.gen(function* () {
      const { general, hears, server, slash } = yield* registered()
      server.faults.fail(({ method }) => method === "PATCH", 502)
      const asking = yield* slash(general, server.owner, "loop", { subcommand: "status" })
      const { reply } = yield* hears("Command")
      yield* reply.say({ content: "here" })
      assert.strictEqual(asking.shown()?.content, "here")
    })
  )

  it.live("on a message is told with that message, under its declared name", () =>
    Effect.gen(function* () {
      const { general, hears, messageMenu, server, userSays } = yield* registered()
      const said = yield* userSays(general, server.owner, "what is this?")
      yield* messageMenu(said, "Ask Loop", server.owner)
      const { name, target } = yield* hears("Command")
      assert.strictEqual(name, "ask")
      assert.deepStrictEqual([target?.id, target?.content], [said.id, "what is this?"] as never)
    })
  )
})

describe("What is being typed", () => {
  it.live("is completed with up to 25 choices", () =>
    Effect.gen(function* () {
      const { autocomplete, general, hears, server } = yield* registered()
      const asking = yield* autocomplete(general, server.owner, "loop", {
        subcommand: "task",
        options: { task_id: "1" },
        focused: "task_id"
      })
      const event = yield* hears("Completing")
      assert.deepInclude(event, { name: "task", option: "task_id", typed: "1" })
      const many = Array.from({ length: 30 }, (_, n) => ({ name: `task ${n}`, value: String(n) }))
      yield* event.choices([{ name: `!${"🐙".repeat(60)}`, value: "99" }, ...many])
      const { data, type } = yield* asking.answered
      assert.strictEqual(type, 8)
      const { choices } = data as { readonly choices: ReadonlyArray<{ readonly name: string; readonly value: number }> }
      assert.lengthOf(choices, 25)
      assert.strictEqual(choices[3]?.value, 2)
      assert.strictEqual(choices[0]?.name, `!${"🐙".repeat(49)}`)
    })
  )

  it.live("is answered with nothing where nobody knows more, before Discord's time is over", () =>
    Effect.gen(function* () {
      const { autocomplete, general, server } = yield* registered()
      const asking = yield* autocomplete(general, server.owner, "loop", {
        subcommand: "task",
        options: { task_id: "1" },
        focused: "task_id"
      })
      assert.deepStrictEqual((yield* asking.answered).data, { choices: [] })
    })
  )
})

describe("A click", () => {
  const buttons = [
    [
      { id: "stop:1", label: "Stop", style: "danger" as const },
      { id: "answer:2", label: "Other …", style: "secondary" as const, asks: "What instead?" }
    ]
  ]

  it.live("is told, acknowledged without a trace, changes its message, and can be answered", () =>
    Effect.gen(function* () {
      const { click, general, hears, here, platform, server } = yield* registered()
      const id = yield* platform.deliver(here, { content: "working", buttons }, "n1")
      const asking = yield* click(server.messages(general)[0]!, "stop:1", server.owner)
      assert.strictEqual((yield* asking.answered).type, 6)
      const { button, change, message_id, person, reply, text } = yield* hears("Click")
      assert.deepStrictEqual([button, message_id, person.id, text], ["stop:1", id, server.owner.id, null] as never)
      yield* change({ content: "stopped" })
      assert.deepInclude(server.messages(general)[0], { content: "stopped", components: [] })
      yield* reply.say({ content: "not yours" }, { private: true })
      assert.deepStrictEqual(
        asking.followups().map(({ content, flags }) => [content, flags & 64]),
        [["not yours", 64]]
      )
      assert.lengthOf(server.messages(general), 1)
    })
  )

  it.live("that comes too late still changes its message", () =>
    Effect.gen(function* () {
      const { click, general, hears, here, platform, server } = yield* registered()
      yield* platform.deliver(here, { content: "working", buttons }, "n1")
      const asking = yield* click(server.messages(general)[0]!, "stop:1", server.owner)
      const { change } = yield* hears("Click")
      yield* asking.answered
      yield* asking.expire
      yield* change({ content: "stopped" })
      assert.deepInclude(server.messages(general)[0], { content: "stopped", components: [] })
    })
  )

  it.live("in a direct conversation is told with whose it is", () =>
    Effect.gen(function* () {
      const { click, directChannel, hears, platform, server } = yield* registered()
      const direct = yield* directChannel(server.owner)
      yield* platform.deliver(idOf(direct), { content: "working", buttons }, "n1")
      yield* click(server.messages(direct)[0]!, "stop:1", server.owner)
      const { person, place } = yield* hears("Click")
      assert.deepInclude(person, { id: server.owner.id, name: server.owner.username, roles: [] })
      assert.deepInclude(place, { channel_id: idOf(direct), direct: true, guild_id: null })
    })
  )

  it.live("on something that is no button of ours is nobody's", () =>
    Effect.gen(function* () {
      const { general, heard, hears, here, platform, select, server, slash } = yield* registered()
      yield* platform.deliver(here, { content: "choose", buttons }, "n1")
      const message = server.messages(general)[0]!
      const options = [{ label: "one", value: "1" }]
      const menu = { type: 3, id: 2, custom_id: "stop:1", options, min_values: 1, max_values: 1 }
      Object.assign(message, { components: [{ type: 1, id: 1, components: [menu] }] })
      const asking = yield* select(message, "stop:1", ["1"], server.owner)
      yield* slash(general, server.owner, "loop", { subcommand: "status" })
      yield* hears("Command")
      assert.isUndefined(heard.find(({ _tag }) => _tag === "Click"))
      assert.isUndefined(asking.interaction.answer)
    })
  )

  it.live("on a button that asks opens a form, and what is written there is the click", () =>
    Effect.gen(function* () {
      const { click, general, heard, hears, here, platform, server, submitModal } = yield* registered()
      const id = yield* platform.deliver(here, { content: "?", buttons }, "n1")
      const message = server.messages(general)[0]!
      const custom = JSON.stringify(message.components).match(/"custom_id":"(\?[^"]*)"/)?.[1] ?? ""
      const asking = yield* click(message, custom, server.owner)
      const form = yield* asking.answered
      assert.strictEqual(form.type, 9)
      assert.deepInclude(form.data, { title: "What instead?" })
      assert.isUndefined(heard.find(({ _tag }) => _tag === "Click"))
      yield* submitModal(asking, { text: "do this" })
      const { button, message_id, text } = yield* hears("Click")
      assert.deepStrictEqual([button, message_id, text], ["answer:2", id, "do this"] as never)
    })
  )
})

describe("The declared commands", () => {
  it.live("are sent only when they differ from what Discord has", () =>
    Effect.gen(function* () {
      const { platform, server } = yield* registered()
      const puts = () => server.requests.filter(({ method }) => method === "PUT").length
      assert.strictEqual(puts(), 1)
      yield* platform.register(commands)
      assert.strictEqual(puts(), 1)
      yield* platform.register([...commands, { name: "queue", description: "What waits", options: [], on: "channel" }])
      assert.strictEqual(puts(), 2)
      yield* platform.register(commands)
      assert.strictEqual(puts(), 3)
      const changed = JSON.stringify(commands)
      for (const [n, [from, to]] of [
        ["Let somebody in", "Let a person in"],
        ['"required":true,"completes":true', '"required":true'],
        ['"type":"user","required":true', '"type":"user","required":false'],
        ['"value":"owner"', '"value":"member"'],
        ['"type":"integer"', '"type":"text"']
      ].entries()) {
        yield* platform.register(JSON.parse(changed.replace(from!, to!)) as typeof commands)
        assert.strictEqual(puts(), 4 + n, to)
      }
    })
  )
})
