/** Commands on a chat platform: each is answered once, by its own reply, to those who should read it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { catalogue } from "../../src/domain/chat/Catalogue.ts"
import type { ChatMessage, Person, Place } from "../../src/services/ChatPlatform.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Claims } from "../../src/services/Claims.ts"
import { answerOf, commandHouse } from "../support/Commanding.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import {
  ada,
  bob,
  contents,
  eve,
  file,
  general,
  goneFile,
  opened,
  place,
  says,
  stored,
  thread
} from "../support/People.ts"
import { bot, failed } from "../support/ScriptedChat.ts"
import { working } from "../support/Scripts.ts"

const { ended, pass, prompted, settle, until } = House

type Options = Readonly<Record<string, string>>

const give = (where: Place, name: string, options: Options = {}, person: Person = ada, target?: ChatMessage) =>
  Effect.flatMap(Outside, ({ chat }) => answerOf(chat.command(where, name, options, person, target ?? null)))

const known = ({ channel_id }: Place) =>
  Channels.use((channels) => channels.get(channel_id)).pipe(Effect.catchTag("ChannelNotFound", () => Effect.undefined))

describe("Commands", () => {
  it.effect("are declared at every connection, again while the platform fails", () =>
    commandHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        chat.failing.set("register", failed("retry"))
        yield* chat.tell({ _tag: "Connected" })
        yield* settle
        chat.failing.delete("register")
        assert.deepStrictEqual(chat.commands(), [])
        yield* pass(3)
        assert.deepStrictEqual(chat.commands(), catalogue)
      })
    )
  )

  it.effect("are answered openly, each by its own reply, however many are given at the same time", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        const [status, queue, runs] = yield* Effect.all(
          [give(here, "status"), give(here, "queue"), give(here, "runs")],
          { concurrency: "unbounded" }
        )
        assert.match(status.text, /^Loop is running\./)
        assert.strictEqual(queue.text, "Nothing waits.")
        assert.strictEqual(runs.text, "Nothing has run here yet.")
        for (const answer of [status, queue, runs]) assert.isFalse(answer.private)
      })
    )
  )

  it.effect("make a place known when who gives them may write there, a thread with its channel", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        const inside = yield* thread("work", here)
        yield* give(inside, "status", {}, bob)
        assert.deepInclude(yield* known(inside), { parent_id: here.channel_id, name: "work" })
        assert.deepInclude(yield* known(here), { name: "general" })
      })
    )
  )

  it.effect("are for whom a channel's own grants let in, also in a thread that is not known yet", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* give(here, "allow_user", { target_id: eve.id })
        const inside = yield* thread("work", here)
        assert.match((yield* give(inside, "status", {}, eve)).text, /^Loop is running\./)
        const elsewhere = yield* thread("others", yield* place("random"))
        assert.match((yield* give(elsewhere, "status", {}, eve)).text, /^⛔ /)
        assert.isUndefined(yield* known(elsewhere))
      })
    )
  )

  it.effect("of somebody without a role are refused to them alone, and nothing is known of the place", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        const answer = yield* give(here, "status", {}, eve)
        assert.isTrue(answer.private)
        assert.match(answer.text, /^⛔ I do not know you yet\./)
        assert.isUndefined(yield* known(here))
        yield* opened(here)
        const granting = yield* give(here, "allow_user", { target_id: eve.id }, bob)
        assert.isTrue(granting.private)
        assert.match(granting.text, /^⛔ Only an owner may do that/)
      })
    )
  )

  it.effect("of a Loop that nobody owns tell how it is claimed", () =>
    commandHouse(
      Effect.gen(function* () {
        assert.isTrue(yield* Claims.use((claims) => claims.wanted))
        const answer = yield* give(yield* general, "status", {}, eve)
        assert.match(answer.text, /^⛔ Nobody owns this Loop yet\./)
        const wrong = yield* give(yield* general, "claim", { code: "guess" }, eve)
        assert.isTrue(wrong.private)
        assert.match(wrong.text, /^That is not the code\./)
      }),
      { permissions: {} }
    )
  )

  it.effect("that cannot be are refused in one sentence, to whoever gave them alone", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        for (const [name, options, text] of [
          ["cancel", { task_id: "7" }, /7/],
          ["task", { task_id: "x" }, /whole number/],
          ["nonsense", {}, /^There is no command "nonsense"/],
          ["run", { run_id: "none" }, /^There is no run none\.$/]
        ] as const) {
          const answer = yield* give(here, name, options)
          assert.isTrue(answer.private, name)
          assert.match(answer.text, text)
          assert.notInclude(answer.text, "\n")
        }
      })
    )
  )

  it.effect("are answered although nothing can be stored, and although they meet a fault of ours", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        const { chat, knobs } = yield* Outside
        knobs.engine = Effect.die(new Error("a fault of ours"))
        const broken = yield* give(here, "diff")
        assert.deepStrictEqual([broken.private, broken.text.startsWith("Loop failed at that")], [true, true])
        yield* SqlClient.SqlClient.use(
          (sql) => sql`CREATE TRIGGER refused BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END`
        )
        const unstored = yield* give(here, "ask", {}, ada, chat.message(here, "do it"))
        assert.deepStrictEqual([unstored.private, unstored.text.startsWith("Storage failed")], [true, true])
      })
    )
  )

  it.effect("of too long an answer give it as a file", () =>
    commandHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        for (let n = 0; n < 40; n++) {
          yield* give(here, "schedule", { schedule: "1h", type: "interval", prompt: `${"look ".repeat(80)}${n}` })
        }
        const short = yield* give(here, "task", { task_id: "40" })
        assert.lengthOf(short.files, 0)
        const long = { schedule: "1h", type: "interval", prompt: "word ".repeat(3000) }
        yield* give(here, "schedule", long)
        const answer = yield* give(here, "task", { task_id: "41" })
        assert.strictEqual(answer.text, "That is too long to be shown here: see task.md.")
        assert.include(new TextDecoder().decode(answer.files[0]?.data), "word word")
      })
    )
  )

  it.effect("offer what may be meant, and nothing to whom it does not concern", () =>
    commandHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* give(here, "schedule", { schedule: "1h", type: "interval", prompt: "look at the mail" })
        const offered = Effect.fnUntraced(function* (person: Person) {
          const given = yield* chat.typing(here, "cancel", "task_id", "mail", person)
          return yield* until(
            "choices",
            Effect.sync(() => given[0])
          )
        })
        assert.deepStrictEqual(yield* offered(ada), [{ name: "1 [interval] look at the mail", value: "1" }])
        assert.deepStrictEqual(yield* offered(eve), [])
      })
    )
  )
})

describe("Ask Loop", () => {
  it.effect("makes a message a prompt of whoever chose it, with its files, also when it was heard before", () =>
    commandHouse(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* general
        const target = world.chat.message(here, `<@${bot.id}> fix this`, {
          author: eve,
          files: [file("log.txt", "it broke"), goneFile("lost.txt")]
        })
        const answer = yield* give(here, "ask", {}, bob, target)
        assert.isFalse(answer.private)
        assert.match(answer.text, /lost\.txt/)
        assert.include(answer.text, "On its way: fix this")
        yield* ended(here)
        const [first] = yield* stored(here)
        assert.deepInclude(first, { content: "fix this", author_id: bob.id, author_name: "Bob" })
        assert.deepStrictEqual(
          first?.attachments.map(({ name }) => name),
          ["log.txt"]
        )
        yield* give(here, "ask", {}, ada, target)
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* contents(here), ["fix this", "fix this"])
      })
    )
  )

  it.effect("on nothing, or by nobody, is refused and leaves nothing", () =>
    commandHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* opened(here)
        const empty = yield* give(here, "ask", {}, ada, chat.message(here, " "))
        assert.deepStrictEqual([empty.private, /neither a text nor a file/.test(empty.text)], [true, true])
        assert.match((yield* give(here, "ask")).text, /no longer there/)
        const denied = yield* give(here, "ask", {}, eve, chat.message(here, "do it"))
        assert.match(denied.text, /^⛔/)
        assert.deepStrictEqual(yield* contents(here), [])
      })
    )
  )
})

describe("Fork here", () => {
  it.effect("opens a thread on the message whose session goes on from there", () =>
    commandHouse(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* general
        const one = yield* says(here, "!loop one")
        const run = yield* ended(here)
        yield* says(here, "!loop two")
        yield* ended(here, 2)
        const answer = yield* give(here, "fork", {}, bob, one)
        const [made] = world.chat.did("makeThread")
        assert.deepInclude(made, { channel: here.channel_id, given: { name: "Fork: !loop one", from: one.id } })
        const place = [...world.chat.places.values()].find(({ parent }) => parent !== null)
        assert.strictEqual(
          answer.text,
          `The conversation goes on from there in <#${place?.channel_id.slice("discord:".length)}>.`
        )
        const row = place && (yield* known(place))
        assert.strictEqual(row?.fork_from?.session_id, run.session_id)
        const texts = world.processes()[0]?.log.flatMap(({ event }) => (event._tag === "Text" ? [event.uuid] : []))
        assert.strictEqual(row?.fork_from?.message_uuid, texts?.[0])
      })
    )
  )

  it.effect("where the platform refuses says so to whoever asked", () =>
    commandHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        chat.failing.set("makeThread", failed("gone", "Missing Permissions"))
        const answer = yield* give(here, "fork", {}, ada, chat.message(here, "x"))
        assert.deepStrictEqual(answer, {
          text: "discord did not do that: Missing Permissions",
          private: true,
          files: []
        })
      })
    )
  )
})

describe("A command while work goes on", () => {
  it.effect("stops it and says so", () =>
    commandHouse(
      Effect.gen(function* () {
        const world = yield* Outside
        world.when("one", working().script)
        const here = yield* general
        yield* says(here, "!loop one")
        yield* prompted("one")
        assert.strictEqual((yield* give(here, "stop", {}, bob)).text, "Stopped.")
        assert.strictEqual((yield* ended(here)).status, "stopped")
      })
    )
  )

  it.effect("in a thread stops what runs there, not in its channel", () =>
    commandHouse(
      Effect.gen(function* () {
        const world = yield* Outside
        for (const text of ["one", "two"]) world.when(text, working().script)
        const here = yield* general
        const inside = yield* thread("work", here)
        yield* says(here, "!loop one")
        yield* says(inside, "!loop two")
        yield* prompted("one")
        yield* prompted("two")
        assert.strictEqual((yield* give(inside, "stop")).text, "Stopped.")
        assert.strictEqual((yield* ended(inside)).status, "stopped")
        assert.strictEqual((yield* give(inside, "stop")).text, "There is nothing to stop.")
        assert.strictEqual((yield* give(here, "stop")).text, "Stopped.")
      })
    )
  )

  it.effect("is answered while its channel's history is still being read", () =>
    commandHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* opened(here)
        chat.knobs.before = ({ what }) => (what === "history" ? Effect.never : Effect.void)
        yield* chat.tell({ _tag: "Connected" })
        yield* settle
        assert.strictEqual((yield* give(here, "queue")).text, "Nothing waits.")
      })
    )
  )
})
