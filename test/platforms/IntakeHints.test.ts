import { assert, it } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { TestClock } from "effect/testing"
import * as IntakeHints from "../../src/platforms/IntakeHints.ts"
import { Claims } from "../../src/services/Claims.ts"
import * as ScriptedChat from "../support/ScriptedChat.ts"

const owned = Layer.mock(Claims, { wanted: Effect.succeed(false) })

it.effect("Somebody without a role gets one line a day in each channel", () =>
  Effect.gen(function* () {
    const hint = yield* IntakeHints.make
    const chat = yield* ScriptedChat.make()
    const here = chat.place("here")
    const there = chat.place("there")
    const told = () => [here, there].map(({ channel_id }) => chat.shown(channel_id).length)
    const calls = (where: typeof here) =>
      Effect.flatMap(Clock.currentTimeMillis, (at) => hint(chat.platform, chat.message(where, "hello", { at })))
    yield* calls(here)
    yield* calls(here)
    yield* calls(there)
    assert.deepStrictEqual(told(), [1, 1])
    yield* TestClock.adjust("23 hours")
    yield* calls(here)
    assert.deepStrictEqual(told(), [1, 1])
    yield* TestClock.adjust("1 hour")
    yield* calls(here)
    assert.deepStrictEqual(told(), [2, 1])
  }).pipe(Effect.provide(owned))
)

it.effect("What was written long ago is answered with no such line, however often it is looked through", () =>
  Effect.gen(function* () {
    const hint = yield* IntakeHints.make
    const chat = yield* ScriptedChat.make()
    const old = chat.message(chat.place("here"), "hello")
    yield* TestClock.adjust("11 minutes")
    yield* hint(chat.platform, old)
    assert.isEmpty(chat.did("deliver"))
    yield* hint(chat.platform, { ...old, at: 660_000 })
    assert.lengthOf(chat.did("deliver"), 1)
  }).pipe(Effect.provide(owned))
)

it.effect("A platform that does not take the line is not asked again at once", () =>
  Effect.gen(function* () {
    const hint = yield* IntakeHints.make
    const chat = yield* ScriptedChat.make()
    const here = chat.place("here")
    chat.failing.set("deliver", ScriptedChat.failed("gone"))
    yield* hint(chat.platform, chat.message(here, "hello"))
    yield* hint(chat.platform, chat.message(here, "hello"))
    assert.strictEqual(chat.did("deliver").length, 1)
  }).pipe(Effect.provide(owned))
)
