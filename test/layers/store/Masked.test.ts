/** Secrets in what is stored for people: masked there, and nowhere that an agent reads from. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Queue, Stream } from "effect"
import { SqlClient } from "effect/sql"
import { TestClock } from "effect/testing"
import { make } from "../../../src/domain/secrets/Masker.ts"
import { Channels } from "../../../src/services/Channels.ts"
import * as Card from "../../../src/domain/access/Card.ts"
import { AskId, type ChannelId } from "../../../src/domain/Ids.ts"
import { AccessAsks } from "../../../src/services/AccessAsks.ts"
import { Journal } from "../../../src/services/Journal.ts"
import { Masking } from "../../../src/services/Masking.ts"
import { Messages } from "../../../src/services/Messages.ts"
import { Runs } from "../../../src/services/Runs.ts"
import { events, onFile, inbound, openRoom, room, run, runId } from "./support.ts"

const VALUE = "ghp_0123456789abcdefghij"
const masker = make()
masker.learn("github", VALUE)
const store = Layer.provideMerge(onFile, Layer.succeed(Masking, masker))
const chat = "discord:1" as ChannelId

describe("a secret", () => {
  it.effect("is masked before what the bot says is cut into parts, with the names of its files", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* Channels.use((channels) => channels.upsert({ channel_id: chat, platform: "discord", name: "room" }))
      // The value lies across the place where the text is cut.
      const content = `${"word ".repeat(398)}${VALUE} end`
      const files = [{ name: `${VALUE}.txt`, from: "text", text: `in it: ${VALUE}` }] as const
      const buttons = [[{ id: "b1", label: `Allow ${VALUE}`, asks: `Why ${VALUE}?`, style: "primary" }]] as const
      yield* messages.say({ channel_id: chat, run_id: null, key: "k", content, files, buttons })
      const rows = yield* SqlClient.SqlClient.use((sql) => sql`SELECT content, dress FROM outbox`)
      const [said] = yield* messages.list(chat, { limit: 1 })
      const stored = JSON.stringify([rows, said, yield* events])
      for (const part of [VALUE, VALUE.slice(0, 8), VALUE.slice(-8)]) assert.notInclude(stored, part)
      assert.include(said?.content, "‹secret github› end")
      assert.include(stored, "‹secret github›.txt")
      assert.include(stored, "in it: ‹secret github›")
      assert.include(stored, "Allow ‹secret github›")
    }).pipe(Effect.provide(store))
  )

  it.effect("is masked in a card that says what was decided, and in the line below an answer", () =>
    Effect.gen(function* () {
      const [asks, messages] = [yield* AccessAsks, yield* Messages]
      yield* Channels.use((channels) => channels.upsert({ channel_id: chat, platform: "discord", name: "room" }))
      const ask_id = AskId.make("a1")
      yield* asks.ask({ ask_id, channel_id: chat, person_id: "u1", name: "Ada", asked_at: 0 })
      yield* messages.say({ channel_id: chat, run_id: null, key: Card.cardKey(ask_id), content: "May Ada?" })
      yield* asks.decide(ask_id, "member", VALUE)
      yield* Runs.use((runs) => runs.insert(run("r1", { channel_id: chat })))
      yield* messages.say({ channel_id: chat, run_id: runId("r1"), key: "end", content: "Done." })
      yield* messages.footer(runId("r1"), `by ${VALUE}`)
      const rows = yield* SqlClient.SqlClient.use((sql) => sql`SELECT content FROM outbox`)
      const stored = JSON.stringify([rows, yield* messages.list(chat, { limit: 9 })])
      assert.notInclude(stored, VALUE)
      assert.strictEqual(stored.split("‹secret github›").length, 4)
    }).pipe(Effect.provide(store))
  )

  it.effect("is masked in events, and in a text that is written piece by piece", () =>
    Effect.gen(function* () {
      const journal = yield* Journal
      yield* openRoom()
      const received = yield* Queue.unbounded<unknown>()
      const live = yield* journal.subscribe({ channel: room })
      yield* Stream.runForEach(live, ({ data }) => Queue.offer(received, data)).pipe(
        Effect.forkScoped({ startImmediately: true })
      )
      const data = { tool: "Bash", input: { command: `echo ${VALUE}` } }
      yield* journal.append([{ type: "run.tool", at: 0, channel_id: room, run_id: null, data }])
      assert.deepStrictEqual(yield* Queue.take(received), { tool: "Bash", input: { command: "echo ‹secret github›" } })
      const write = (offset: number, text: string) =>
        journal.text({
          type: "run.text",
          at: 0,
          channel_id: room,
          run_id: runId("r1"),
          data: { message_uuid: "b1", offset, text }
        })
      yield* write(0, `it is ${VALUE.slice(0, 9)}`)
      assert.deepStrictEqual(yield* Queue.take(received), { message_uuid: "b1", offset: 0, text: "it is " })
      yield* TestClock.adjust("50 millis")
      yield* write(15, `${VALUE.slice(9)}, you see`)
      assert.deepStrictEqual(yield* Queue.take(received), {
        message_uuid: "b1",
        offset: 6,
        text: "‹secret github›, you see"
      })
    }).pipe(Effect.provide(store), Effect.scoped)
  )

  it.effect("is not masked in what an agent is given: a person's message, and the prompt of a run", () =>
    Effect.gen(function* () {
      const messages = yield* Messages
      yield* openRoom()
      yield* messages.accept(inbound("m1", { content: `use ${VALUE}` }))
      const [waiting] = yield* messages.queued(room)
      assert.strictEqual(waiting?.content, `use ${VALUE}`)
      yield* Runs.use((runs) => runs.insert(run("r1", { prompt: `use ${VALUE}` })))
      assert.strictEqual((yield* Runs.use((runs) => runs.get(runId("r1")))).prompt, `use ${VALUE}`)
      assert.notInclude(JSON.stringify(yield* events), VALUE)
    }).pipe(Effect.provide(store))
  )
})
