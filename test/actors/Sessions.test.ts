/** What becomes of a run whose session is gone, or has grown too long. */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect } from "effect"
import type { TurnFailure } from "../../src/domain/AgentEvent.ts"
import * as Sentence from "../../src/domain/Sentence.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Conversations } from "../../src/services/Conversations.ts"
import type { Script } from "../../src/services/AgentScriptedProcess.ts"
import { Processes } from "../../src/services/Processes.ts"
import * as House from "../support/House.ts"
import { layer as outsideLayer, Outside } from "../support/Outside.ts"

const { ended, house, post, room, said, serving, settle } = House

const failing = (kind: TurnFailure["kind"], status: number | null = null): TurnFailure => ({
  kind,
  status,
  detail: "so it was"
})

/** A conversation that is too long until it is compacted; `hangs`: that takes until it is released. */
const compacting = () => {
  let long = true
  const released = Deferred.makeUnsafe<void>()
  const hangs = { yes: false, release: Effect.asVoid(Deferred.succeed(released, undefined)) }
  const shorten: Script = (_, stage) =>
    Effect.gen(function* () {
      if (hangs.yes) yield* Deferred.await(released)
      long = false
      yield* stage.tell({ _tag: "Compacted" })
      yield* stage.end({ text: "" })
    })
  const work: Script = (_, stage) =>
    Effect.suspend(() =>
      long ? stage.end({ outcome: "failed", failure: failing("prompt_too_long", 400) }) : stage.say("Done.")
    )
  const scripts: ReadonlyArray<readonly [string, Script]> = [
    ["/compact", shorten],
    ["work", work]
  ]
  return { hangs, scripts }
}

describe("A session", () => {
  it.effect("that is gone begins anew once, with what was said before, and says so", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const here = yield* room("room")
        yield* post(here, "first")
        yield* ended(here)
        const [process] = outside.processes()
        yield* outside.loseSessions
        yield* process?.die ?? Effect.void
        yield* post(here, "second")
        const run = yield* ended(here, 2)
        assert.deepStrictEqual(yield* said(here), ["Answer to: first", Sentence.freshSession, "Answer to: second"])
        assert.deepInclude(run, { fresh_tried: true, status: "completed", stalls: 0 })
        const told = outside.processes().at(-1)?.written[0]?.text
        assert.include(told, "Ada: first\nassistant: Answer to: first")
        const channel = yield* Channels.use((channels) => channels.get(here.channel_id))
        assert.strictEqual(channel.session_id, run.session_id)
      })
    )
  )

  it.effect("that cannot be had at all is not begun anew again and again", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        outside.when("work", (_, stage) => stage.end({ outcome: "failed", failure: failing("session_missing") }))
        const here = yield* room("room")
        yield* post(here, "work")
        assert.strictEqual((yield* ended(here)).status, "failed")
        assert.deepStrictEqual(yield* said(here), [
          Sentence.freshSession,
          Sentence.failure(failing("session_missing"), false)
        ])
      })
    )
  )

  it.effect("that has grown too long is compacted once, and the prompt sent again", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        let long = true
        outside.when("/compact", (_, stage) =>
          Effect.suspend(() => {
            long = false
            return Effect.andThen(stage.tell({ _tag: "Compacted" }), stage.end({ text: "", costUsd: 0.5 }))
          })
        )
        outside.when("work", (_, stage) =>
          Effect.suspend(() =>
            long
              ? stage.end({ outcome: "failed", failure: failing("prompt_too_long", 400), costUsd: 0.25 })
              : Effect.andThen(stage.say("Done."), stage.end({ costUsd: 1 }))
          )
        )
        const here = yield* room("room")
        yield* post(here, "work")
        const run = yield* ended(here)
        assert.deepStrictEqual(outside.prompts(), ["work", "/compact", "work"])
        assert.deepStrictEqual(yield* said(here), [Sentence.compacting, "Done."])
        assert.deepInclude(run, { compact_tried: true, cost_usd: 1.75, attempt: 1, status: "completed" })
        const [process] = yield* Processes.use(({ list }) => list)
        assert.strictEqual(process?.cost_total, 1.75)
      })
    )
  )

  it.effect.each(["before the command was written", "in the middle of it", "in a box that is lost"] as const)(
    "that was being compacted when the supervisor ended (%s) is compacted by the next one",
    (when) =>
      Effect.gen(function* () {
        const outside = yield* Outside
        const { hangs, scripts } = compacting()
        for (const [text, script] of scripts) outside.when(text, script)
        if (when === "before the command was written") {
          outside.knobs.agent = (agent) => ({
            ...agent,
            send: (turn) => (turn.text === "/compact" ? Effect.never : agent.send(turn))
          })
        } else hangs.yes = true
        const here = yield* serving(
          Effect.gen(function* () {
            const here = yield* room("room")
            yield* post(here, "work")
            yield* House.until(
              "a compaction",
              Effect.map(said(here), (all) => all.includes(Sentence.compacting))
            )
            yield* settle
            return here
          })
        )
        outside.knobs.agent = (agent) => agent
        if (when === "in a box that is lost") {
          hangs.yes = false
          yield* outside.loseBoxes
        }
        yield* serving(
          Effect.gen(function* () {
            yield* settle
            yield* hangs.release
            assert.strictEqual((yield* ended(here)).status, "completed")
            assert.deepStrictEqual(yield* said(here), [Sentence.compacting, "Done."])
          })
        )
      }).pipe(Effect.provide(outsideLayer()))
  )

  /** A channel whose next turn resumes its session, and a thread whose first turn forks it. */
  const places = Effect.gen(function* () {
    const here = yield* room("room")
    yield* post(here, "first")
    yield* ended(here)
    const draft = { channel_id: here.channel_id, name: "thread" }
    return { here, thread: yield* Conversations.use((all) => all.createThread(House.owner, draft)) }
  })
  const sessionOf = ({ channel_id }: House.Room) =>
    Channels.use((channels) =>
      Effect.map(channels.get(channel_id), ({ fork_from, session_id }) => [session_id, fork_from])
    )

  it.effect("that a thread has just forked is compacted as the thread's own, and never forked again", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        for (const [text, script] of compacting().scripts) outside.when(text, script)
        const { here, thread } = yield* places
        const before = yield* sessionOf(here)
        yield* post(thread, "work")
        assert.deepInclude(yield* ended(thread), { compact_tried: true, attempt: 1, status: "completed" })
        assert.deepStrictEqual(outside.prompts(), ["first", "work", "/compact", "work"])
        assert.deepStrictEqual(yield* said(thread), [Sentence.compacting, "Done."])
        const forked = outside.processes()[1]?.spec.session
        assert.deepInclude({ ...forked }, { _tag: "Fork", from: before[0] })
        assert.deepStrictEqual(yield* sessionOf(thread), [forked?.sessionId ?? null, null])
        assert.deepStrictEqual(yield* sessionOf(here), before)
        yield* outside.loseBoxes
        yield* post(thread, "and on")
        yield* ended(thread, 2)
        const resumed = outside.processes().at(-1)?.spec.session
        assert.deepStrictEqual({ ...resumed }, { _tag: "Resume", sessionId: forked?.sessionId })
      })
    )
  )

  it.effect.each(["resumed", "forked"] as const)(
    "that was %s and cannot be compacted fails with that and the next step, and the next message goes on in it",
    (how) =>
      house(
        Effect.gen(function* () {
          const outside = yield* Outside
          const long = failing("prompt_too_long", 400)
          for (const text of ["/compact", "work"]) {
            outside.when(text, (_, stage) => stage.end({ outcome: "failed", failure: long }))
          }
          const { here, thread } = yield* places
          const place = how === "resumed" ? here : thread
          if (how === "resumed") yield* outside.loseBoxes
          yield* post(place, "work")
          const run = yield* ended(place, how === "resumed" ? 2 : 1)
          assert.deepInclude(run, { status: "failed", reason: Sentence.failure(long, true) })
          assert.deepStrictEqual((yield* said(place)).slice(-2), [Sentence.compacting, Sentence.failure(long, true)])
          const session = outside.processes().at(-1)?.spec.session
          assert.strictEqual(session?._tag, how === "resumed" ? "Resume" : "Fork")
          assert.deepStrictEqual(yield* sessionOf(place), [session?.sessionId ?? null, null])
          yield* post(place, "and on")
          yield* ended(place, how === "resumed" ? 3 : 2)
          assert.strictEqual((yield* said(place)).at(-1), "Answer to: and on")
        })
      )
  )

  it.effect("that stays too long fails with the next step", () =>
    house(
      Effect.gen(function* () {
        const outside = yield* Outside
        const long = failing("prompt_too_long", 400)
        outside.when("/compact", (_, stage) => stage.end())
        outside.when("work", (_, stage) => stage.end({ outcome: "failed", failure: long }))
        const here = yield* room("room")
        yield* post(here, "work")
        yield* ended(here)
        assert.deepStrictEqual(yield* said(here), [Sentence.compacting, Sentence.failure(long, false)])
      })
    )
  )
})
