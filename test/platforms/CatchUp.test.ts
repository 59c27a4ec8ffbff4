/** What is written while nobody listens, while nothing can be stored, and while a channel is slow. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { isNewer } from "../../src/domain/chat/CatchUp.ts"
import { Channels } from "../../src/services/Channels.ts"
import type { ChatMessage } from "../../src/services/ChatPlatform.ts"
import { ReadMarks } from "../../src/services/ReadMarks.ts"
import { ended, pass, settle, until } from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import {
  ada,
  chatHouse,
  contents,
  deafHouse,
  eve,
  general,
  listening,
  opened,
  place,
  says,
  stored,
  tell,
  thread,
  writes
} from "../support/People.ts"
import { failed } from "../support/ScriptedChat.ts"
import { working } from "../support/Scripts.ts"

const connected = tell({ _tag: "Connected" })
const mark = ({ channel_id }: Effect.Success<typeof general>) => ReadMarks.use((marks) => marks.get(channel_id))
const known = ({ channel_id }: Effect.Success<typeof general>) =>
  Channels.use((channels) => channels.get(channel_id)).pipe(Effect.orElseSucceed(() => undefined))

describe("What was written while nobody listened", () => {
  it.effect("is taken in its order, before what is said now, and once", () =>
    deafHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* writes(here, "!loop one")
        yield* writes(here, "no call")
        yield* writes(here, "!loop two")
        yield* writes(here, "!loop not me", { author: eve })
        yield* connected
        const three = yield* says(here, "!loop three")
        yield* listening(
          Effect.gen(function* () {
            yield* ended(here, 3)
            assert.strictEqual(yield* mark(here), three.id)
            yield* connected
            yield* settle
            assert.deepStrictEqual(yield* contents(here), ["one", "two", "three"])
            assert.deepStrictEqual((yield* Outside).prompts(), ["one", "two", "three"])
            assert.isFalse(isNewer(three.id, (yield* mark(here)) ?? ""))
          })
        )
      })
    )
  )

  it.effect("is asked for from the newest message that was judged, also where that did not call", () =>
    chatHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* opened(here)
        yield* says(here, "!loop one")
        const aside = yield* says(here, "no call")
        yield* until(
          "a mark",
          Effect.map(mark(here), (id) => id === aside.id)
        )
        yield* writes(here, "!loop two")
        yield* connected
        yield* ended(here, 2)
        assert.deepStrictEqual(
          chat.did("history").map(({ given }) => given),
          [{ after: aside.id, limit: 200 }]
        )
      })
    )
  )

  it.effect("is left alone where it is too old or too much, newest first", () =>
    deafHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* writes(here, "!loop old")
        yield* TestClock.adjust("2 hours")
        for (const text of ["one", "two", "three"]) yield* writes(here, `!loop ${text}`)
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* ended(here, 2)
            yield* settle
            assert.deepStrictEqual(yield* contents(here), ["two", "three"])
          })
        )
        const there = yield* place("there")
        yield* opened(there)
        yield* writes(there, "!loop old")
        yield* TestClock.adjust("2 hours")
        yield* writes(there, "!loop new")
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* ended(there)
            yield* settle
            assert.deepStrictEqual(yield* contents(there), ["new"])
          })
        )
      }),
      { catch_up_max_age_sec: 3600, catch_up_max_messages: 2 }
    )
  )

  it.effect("is its newest part where more came since the last look than is looked at", () =>
    deafHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* writes(here, "!loop zero")
        yield* connected
        yield* listening(Effect.andThen(ended(here), settle))
        for (const text of ["one", "two", "three"]) yield* writes(here, `!loop ${text}`)
        yield* connected
        yield* listening(Effect.andThen(ended(here, 3), settle))
        assert.deepStrictEqual(yield* contents(here), ["zero", "two", "three"])
      }),
      { catch_up_max_messages: 2 }
    )
  )

  it.effect("is left alone for good: what is too old is not read again", () =>
    deafHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* opened(here)
        const { id } = yield* writes(here, "!loop old")
        yield* TestClock.adjust("2 hours")
        const marks = () => chat.did("history").map(({ given }) => (given as { readonly after: string | null }).after)
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* settle
            yield* connected
            yield* settle
            assert.deepStrictEqual(marks(), [null, id])
          })
        )
      }),
      { catch_up_max_age_sec: 3600 }
    )
  )

  it.effect("is not looked at where the configuration asks for none", () =>
    deafHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* writes(here, "!loop one")
        yield* connected
        yield* says(here, "!loop two")
        yield* listening(
          Effect.gen(function* () {
            yield* ended(here)
            yield* settle
            assert.deepStrictEqual(yield* contents(here), ["two"])
          })
        )
      }),
      { catch_up_max_age_sec: 0 }
    )
  )

  it.effect("is taken from channels that are not known yet, as far as nothing was judged since", () =>
    deafHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* opened(here)
        const young = yield* place("young")
        const quiet = yield* place("quiet")
        yield* writes(young, "!loop long ago")
        yield* writes(quiet, "!loop long ago, too")
        yield* pass(3600, 60)
        const judged = yield* writes(here, "aside")
        yield* ReadMarks.use((marks) => marks.advance(here.channel_id, judged.id))
        yield* writes(young, "!loop first", { at: 3_600_000 })
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* ended(young)
            yield* settle
            assert.deepStrictEqual(yield* contents(young), ["first"])
            assert.isUndefined(yield* known(quiet))
            assert.notInclude(
              chat.did("history").map(({ channel }) => channel),
              quiet.channel_id
            )
          })
        )
      })
    )
  )

  it.effect("is taken from threads too, those that were opened meanwhile among them", () =>
    deafHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        const there = yield* thread("ideas", here)
        const elsewhere = yield* thread("others", yield* place("random"))
        yield* writes(there, "!loop one")
        yield* writes(elsewhere, "!loop two")
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* ended(there)
            assert.deepStrictEqual(yield* contents(there), ["one"])
            assert.deepInclude(yield* known(there), { name: "ideas", parent_id: here.channel_id })
            assert.isUndefined(yield* known(elsewhere))
          })
        )
      })
    )
  )

  it.effect("of a channel that was deleted meanwhile is nothing: the channel goes", () =>
    deafHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        const there = yield* place("there")
        yield* opened(here)
        yield* opened(there)
        chat.places.delete(here.channel_id)
        chat.failing.set("history", failed("gone"))
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* pass(5)
            assert.isUndefined(yield* known(here))
            assert.isDefined(yield* known(there))
          })
        )
      })
    )
  )

  it.effect("is read in at most four channels at a time, and again when the platform fails", () =>
    deafHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const places = yield* Effect.forEach(["a", "b", "c", "d", "e", "f"], (name) => place(name))
        yield* Effect.forEach(places, (each) => opened(each))
        yield* Effect.forEach(places, (each) => writes(each, "!loop hello"))
        const open = yield* Deferred.make<void>()
        let reading = 0
        let most = 0
        chat.knobs.before = ({ what }) => {
          if (what !== "history") return Effect.void
          most = Math.max(most, ++reading)
          return Deferred.await(open).pipe(
            Effect.andThen(chat.did("history").length <= 8 ? Effect.fail(failed("retry")) : Effect.void),
            Effect.ensuring(Effect.sync(() => reading--))
          )
        }
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* settle
            assert.strictEqual(reading, 4)
            yield* Deferred.succeed(open, undefined)
            yield* pass(10)
            for (const each of places) assert.deepStrictEqual(yield* contents(each), ["hello"])
            assert.strictEqual(most, 4)
          })
        )
      })
    )
  )
})

describe("While nothing can be stored", () => {
  const broken = SqlClient.SqlClient.use(
    (sql) => sql`CREATE TRIGGER full BEFORE INSERT ON messages BEGIN SELECT RAISE(ABORT, 'no'); END`
  )
  const mended = SqlClient.SqlClient.use((sql) => sql`DROP TRIGGER full`)

  it.effect("what is said is not taken for judged: the next server finds it in the history", () =>
    deafHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* broken
        yield* listening(Effect.andThen(says(here, "!loop one"), pass(2)))
        yield* mended
        yield* connected
        yield* listening(ended(here))
        assert.deepStrictEqual(yield* contents(here), ["one"])
      })
    )
  )

  it.effect("what is said waits in its order and is taken when that is over", () =>
    chatHouse(
      Effect.gen(function* () {
        const here = yield* general
        yield* opened(here)
        yield* broken
        yield* says(here, "!loop one")
        yield* says(here, "!loop two")
        yield* pass(20)
        assert.deepStrictEqual(yield* stored(here), [])
        yield* mended
        yield* pass(30)
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* contents(here), ["one", "two"])
      })
    )
  )

  it.effect("and it does not end, the author is told in the channel, and the next message has its turn", () =>
    chatHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const here = yield* general
        yield* opened(here)
        yield* broken
        yield* says(here, "!loop one")
        yield* pass(600, 10)
        const lines = chat.shown(here.channel_id).map(({ post }) => post.content)
        assert.strictEqual(lines.length, 1)
        assert.include(lines[0], "could not be stored")
        yield* mended
        yield* says(here, "!loop two")
        yield* pass(30)
        assert.deepStrictEqual(yield* contents(here), ["two"])
      })
    )
  )
})

describe("A channel that is slow", () => {
  it.effect("takes messages as they were edited last, however much waits in it", () =>
    deafHouse(
      Effect.gen(function* () {
        const { chat, when } = yield* Outside
        when("100", working().script)
        const slow = yield* place("slow")
        yield* opened(slow)
        const open = yield* Deferred.make<void>()
        chat.knobs.before = ({ what }) => (what === "history" ? Deferred.await(open) : Effect.void)
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* settle
            const said: Array<ChatMessage> = []
            for (let n = 1; n <= 250; n++) said.push(yield* says(slow, n % 50 === 0 ? `!loop ${n}` : `aside ${n}`))
            for (const content of ["!loop edited", "!loop edited again"]) {
              yield* tell({ _tag: "Edited", message: { ...said[149]!, content } })
            }
            yield* settle
            yield* Deferred.succeed(open, undefined)
            yield* until(
              "the edit",
              Effect.map(contents(slow), (all) => all.length === 5 && all.includes("edited again"))
            )
            assert.deepStrictEqual(yield* contents(slow), ["50", "100", "edited again", "200", "250"])
          })
        )
      })
    )
  )

  it.effect("holds up nobody else, and loses nothing of more than it can remember", () =>
    deafHouse(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        const slow = yield* place("slow")
        const quick = yield* place("quick")
        yield* opened(slow)
        yield* opened(quick)
        const open = yield* Deferred.make<void>()
        chat.knobs.before = ({ channel, what }) =>
          what === "history" && channel === slow.channel_id ? Deferred.await(open) : Effect.void
        yield* connected
        yield* listening(
          Effect.gen(function* () {
            yield* settle
            for (let n = 1; n <= 300; n++)
              yield* says(slow, n % 100 === 0 ? `!loop ${n}` : `aside ${n}`, { author: ada })
            yield* says(quick, "!loop hello")
            yield* ended(quick)
            assert.deepStrictEqual(yield* contents(slow), [])
            yield* Deferred.succeed(open, undefined)
            yield* until(
              "all of it",
              Effect.map(contents(slow), (all) => all.length === 3)
            )
            assert.deepStrictEqual(yield* contents(slow), ["100", "200", "300"])
          })
        )
      })
    )
  )
})
