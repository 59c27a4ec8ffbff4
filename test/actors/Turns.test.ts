/** The main job: messages become turns, in order, each once. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MessageId } from "../../src/domain/Ids.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { working, writing } from "../support/Scripts.ts"

const { accept, ended, house, pass, post, prompted, room, runs, said, states } = House

describe("A channel", () => {
  it.effect("answers twenty messages that come at once, one by one and in order, with one process", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        const texts = Array.from({ length: 20 }, (_, at) => `message ${at}`)
        yield* Effect.forEach(texts, (text) => post(here, text), { concurrency: "unbounded" })
        yield* ended(here, 20)
        assert.deepStrictEqual(
          yield* said(here),
          texts.map((text) => `Answer to: ${text}`)
        )
        assert.deepStrictEqual([...new Set(Object.values(yield* states(here)))], ["replied"])
        assert.lengthOf((yield* Outside).processes(), 1)
      })
    )
  )

  it.effect("accepts a message that it knows already, and answers it once", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        assert.isTrue((yield* post(here, "hello")).fresh)
        assert.isFalse((yield* post(here, "hello")).fresh)
        yield* ended(here)
        assert.isFalse((yield* post(here, "hello")).fresh)
        yield* House.settle
        assert.deepStrictEqual(yield* said(here), ["Answer to: hello"])
        assert.lengthOf(yield* runs(here), 1)
      })
    )
  )

  it.effect("works beside another one, each in its own process", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const slow = working("At last.")
        outside.when("take your time", slow.script)
        const here = yield* room("here")
        const there = yield* room("there")
        yield* post(here, "take your time")
        yield* prompted("take your time")
        yield* post(there, "hello")
        yield* ended(there)
        assert.deepStrictEqual(yield* said(there), ["Answer to: hello"])
        assert.deepStrictEqual(yield* states(here), { "take your time": "running" })
        yield* slow.release
        yield* ended(here)
        assert.lengthOf(outside.processes(), 2)
      })
    )
  )

  it.effect("does not run a turn of forty minutes twice, however often it is woken meanwhile", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("take your time", (_, stage) =>
          Effect.andThen(Effect.sleep("40 minutes"), stage.say("It was worth it."))
        )
        const here = yield* room("room")
        yield* post(here, "take your time")
        yield* pass(45 * 60, 30)
        yield* ended(here)
        assert.deepStrictEqual(outside.prompts(), ["take your time"])
        assert.deepStrictEqual(yield* said(here), ["It was worth it."])
        assert.strictEqual((yield* runs(here))[0]?.attempt, 1)
      })
    )
  )

  it.effect("tells the agent who said what, nothing from before a reset, and commands as they are", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        const prompts = () => outside.processes().flatMap(({ written }) => written.map(({ text }) => text))
        yield* post(here, "first")
        yield* ended(here, 1)
        yield* post(here, "second")
        yield* post(here, "/context", "raw")
        yield* ended(here, 3)
        assert.deepStrictEqual(prompts(), ["Ada: first", "Ada: second", "/context"])
        const conversations = yield* Conversations
        yield* conversations.reset(House.owner, here.channel_id)
        yield* post(here, "third")
        yield* ended(here, 4)
        assert.strictEqual(prompts().at(-1), "Ada: third")
      })
    )
  )

  it.effect("tells an agent that begins nothing of what waits behind its message, nor of what was taken out", () =>
    house(
      Effect.gen(function* () {
        const here = yield* room("room")
        for (const text of ["taken out", "one", "two"]) yield* accept(here, text)
        const conversations = yield* Conversations
        yield* conversations.dropQueued(House.owner, here.channel_id, MessageId.make("taken out"))
        yield* post(here, "three")
        yield* ended(here, 3)
        const [first] = (yield* Outside).processes()
        assert.deepStrictEqual(
          first?.written.map(({ text }) => text),
          ["Ada: one", "Ada: two", "Ada: three"]
        )
      })
    )
  )

  it.effect("tells of a run's cost, session and result when it has ended", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("dear", (_, stage) =>
          Effect.andThen(stage.say("Expensive."), stage.end({ costUsd: 0.25, text: "Expensive.", turns: 3 }))
        )
        const here = yield* room("room")
        yield* post(here, "dear")
        const run = yield* ended(here)
        const { cost_usd, result, session_id, status, turns } = run
        assert.deepInclude({ cost_usd, result, status, turns }, { cost_usd: 0.25, result: "Expensive.", turns: 3 })
        assert.strictEqual(status, "completed")
        assert.strictEqual(session_id, outside.processes()[0]?.spec.session.sessionId)
        assert.deepStrictEqual(run.message_ids, [MessageId.make("dear")])
      })
    )
  )

  it.effect("is edited only while it waits: what it runs is what it showed when it began", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const first = writing("Wait.")
        outside.when("first", first.script)
        const here = yield* room("room")
        const conversations = yield* Conversations
        yield* post(here, "first")
        yield* prompted("first")
        yield* post(here, "secnd")
        yield* conversations.editQueued(House.owner, here.channel_id, MessageId.make("secnd"), "second")
        yield* first.release
        yield* ended(here, 2)
        assert.deepStrictEqual(outside.prompts(), ["first", "second"])
      })
    )
  )
})
