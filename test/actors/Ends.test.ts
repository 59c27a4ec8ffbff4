/** The end of a run is stored whole or not at all, and whether it can be said changes nothing of it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { SqlClient } from "effect/sql"
import { ChannelId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"
import { failed } from "../support/ScriptedChat.ts"

const { ended, house, pass, post, prompted, runs, said, settle, states } = House

const here = { channel_id: ChannelId.make("discord:1") }
const room = Channels.use((channels) => channels.upsert({ ...here, platform: "discord", name: "general" }))
const session = Channels.use((channels) => Effect.map(channels.get(here.channel_id), ({ session_id }) => session_id))

/** The answers that people see: neither statuses nor the lines under answers. */
const seen = Effect.map(Outside, ({ chat }) =>
  chat
    .shown(here.channel_id)
    .filter(({ post }) => post.buttons === undefined && !post.content.startsWith("-# "))
    .map(({ post }) => post.content)
)
const waiting = SqlClient.SqlClient.use(
  (sql) => sql<{ content: string }>`SELECT content FROM outbox WHERE state = 'waiting' AND content LIKE 'Answer%'`
)

/** What of the end is refused, while it is. */
const steps = {
  "the channel's session": "UPDATE OF session_id ON channels",
  "the answer's row": "INSERT ON messages WHEN NEW.is_bot = 1",
  "what is to be delivered": "INSERT ON outbox",
  "the state of its message": "UPDATE OF state ON messages WHEN NEW.state = 'replied'",
  "its own row": "UPDATE OF ended_at ON runs WHEN NEW.ended_at IS NOT NULL",
  "the event that tells of it": "INSERT ON events WHEN NEW.type = 'run.ended'"
}

describe("Where the end of a run cannot be stored", () => {
  it.effect.each(Object.entries(steps))("for %s, nothing of it is, and nothing is lost or said twice", ([, step]) =>
    house(
      Effect.gen(function* () {
        const { processes, prompts } = yield* Outside
        const sql = yield* SqlClient.SqlClient
        yield* room
        yield* sql.unsafe(`CREATE TRIGGER refused BEFORE ${step} BEGIN SELECT RAISE(ABORT, 'no'); END`)
        yield* post(here, "work")
        yield* prompted("work")
        yield* pass(70, 10)
        assert.deepStrictEqual([yield* said(here), yield* seen], [[], []])
        assert.deepStrictEqual(yield* states(here), { work: "running" })
        assert.isNull((yield* runs(here))[0]?.ended_at)

        yield* sql.unsafe("DROP TRIGGER refused")
        yield* pass(70, 10)
        const run = yield* ended(here)
        assert.deepInclude(run, { status: "completed", result: "Answer to: work" })
        assert.deepStrictEqual([yield* said(here), yield* seen], [["Answer to: work"], ["Answer to: work"]])
        assert.deepStrictEqual(yield* states(here), { work: "replied" })
        assert.deepStrictEqual([yield* session, prompts().length], [run.session_id, 1])
        yield* post(here, "and on")
        yield* ended(here, 2)
        assert.lengthOf(processes(), 1)
      }),
      { streaming_enabled: false }
    )
  )
})

describe("Where the answer of a run cannot be said", () => {
  it.effect("for now, the run has ended all the same, and its answer waits until it can, before the next one's", () =>
    house(
      Effect.gen(function* () {
        const { chat } = yield* Outside
        yield* room
        chat.failing.set("deliver", failed("retry"))
        yield* post(here, "one")
        const run = yield* ended(here)
        assert.deepStrictEqual(yield* states(here), { one: "replied" })
        assert.deepStrictEqual([run.status, yield* session], ["completed", run.session_id])
        yield* post(here, "two")
        yield* ended(here, 2)
        assert.deepStrictEqual(yield* states(here), { one: "replied", two: "replied" })
        assert.deepStrictEqual(
          (yield* waiting).map(({ content }) => content),
          ["Answer to: one", "Answer to: two"]
        )
        assert.deepStrictEqual(yield* seen, [])
        chat.failing.delete("deliver")
        yield* pass(600, 60)
        assert.deepStrictEqual(yield* seen, ["Answer to: one", "Answer to: two"])
        assert.deepStrictEqual(yield* waiting, [])
      })
    )
  )

  it.effect("at all, the conversation goes on as if it had been", () =>
    house(
      Effect.gen(function* () {
        const { chat, processes } = yield* Outside
        yield* room
        chat.failing.set("deliver", failed("gone"))
        yield* post(here, "one")
        const run = yield* ended(here)
        yield* settle
        assert.deepStrictEqual([yield* states(here), yield* session], [{ one: "replied" }, run.session_id])
        chat.failing.delete("deliver")
        yield* post(here, "two")
        yield* ended(here, 2)
        yield* settle
        assert.deepStrictEqual(yield* seen, ["Answer to: two"])
        assert.lengthOf(processes(), 1)
      })
    )
  )
})
