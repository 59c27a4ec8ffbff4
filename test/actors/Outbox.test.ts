/** What must be said is delivered: in order, again when it failed, and given up in so many words. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect } from "effect"
import { Messages } from "../../src/services/Messages.ts"
import { DeliveryFailed } from "../../src/services/Platforms.ts"
import * as House from "../support/House.ts"
import { layer as outside, Outside } from "../support/Outside.ts"

const { house, pass, room, serving, settle } = House

const say = ({ channel_id }: House.Room, content: string) =>
  Messages.use((messages) => messages.say({ channel_id, run_id: null, key: content, content }))

const stateOf = ({ channel_id }: House.Room) =>
  Effect.map(
    Messages.use((messages) => messages.list(channel_id, { limit: 10 })),
    (all) => Object.fromEntries(all.toReversed().map(({ content, state }) => [content, state]))
  )

const failed = (outcome: DeliveryFailed["outcome"], afterMs: number | null = null) =>
  new DeliveryFailed({ outcome, afterMs, detail: `it is ${outcome}` })

/** A platform that fails as told for one text; when it was tried, in seconds, and under which nonces. */
const failing = (text: string, how: () => Effect.Effect<string, DeliveryFailed>) =>
  Effect.gen(function* () {
    const world = yield* Outside
    const tries: Array<number> = []
    const nonces = new Set<string>()
    world.knobs.deliver = (_, { nonce, post }) => {
      if (post.content !== text) return Effect.succeed(nonce)
      nonces.add(nonce)
      return Clock.currentTimeMillis.pipe(
        Effect.tap((now) => Effect.sync(() => tries.push(Math.floor(now / 1000)))),
        Effect.andThen(Effect.suspend(how))
      )
    }
    return { world, tries, nonces }
  })

describe("What the bot says", () => {
  it.effect("is delivered in the order in which it was said, and known to be sent then", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        for (const text of ["one", "two", "three"]) yield* say(here, text)
        yield* settle
        assert.deepStrictEqual(world.delivered, ["one", "two", "three"])
        assert.deepStrictEqual(yield* stateOf(here), { one: "sent", two: "sent", three: "sent" })
      })
    )
  )

  it.effect("is tried again after one, two, four … seconds, and what comes behind it waits", () =>
    house(
      Effect.gen(function* () {
        let left = 4
        const { tries, world } = yield* failing("one", () =>
          left-- > 0 ? failed("retry") : Effect.succeed("delivered")
        )
        const [here, there] = [yield* room("here"), yield* room("there")] as const
        yield* say(here, "one")
        yield* say(here, "two")
        yield* say(there, "three")
        yield* settle
        assert.deepStrictEqual(world.delivered, ["three"])
        yield* pass(20)
        assert.deepStrictEqual(tries, [0, 1, 3, 7, 15])
        assert.deepStrictEqual(world.delivered, ["three", "one", "two"])
      })
    )
  )

  it.effect("is tried again when the platform says so", () =>
    house(
      Effect.gen(function* () {
        let left = 1
        const { tries } = yield* failing("one", () => (left-- > 0 ? failed("retry", 42_000) : Effect.succeed("sent")))
        yield* say(yield* room("room"), "one")
        yield* pass(60)
        assert.deepStrictEqual(tries, [0, 42])
      })
    )
  )

  it.effect("to a place that is gone is undelivered at once, and what comes behind it goes on", () =>
    house(
      Effect.gen(function* () {
        const { tries, world } = yield* failing("one", () => failed("gone"))
        const here = yield* room("room")
        yield* say(here, "one")
        yield* say(here, "two")
        yield* settle
        assert.lengthOf(tries, 1)
        assert.deepStrictEqual(yield* stateOf(here), { one: "undelivered", two: "sent" })
        assert.deepStrictEqual(world.delivered, ["two"])
      })
    )
  )

  it.effect("is given up when it was refused three hundred times, which is a day at the usual pace", () =>
    house(
      Effect.gen(function* () {
        const { tries } = yield* failing("one", () => failed("retry", 10))
        const here = yield* room("room")
        yield* say(here, "one")
        yield* pass(40, 0.1)
        assert.lengthOf(tries, 300)
        assert.deepStrictEqual(yield* stateOf(here), { one: "undelivered" })
      })
    )
  )

  it.effect(
    "that may have arrived is repeated under the same nonce, looked for after two minutes, and said to be unknown after several looks",
    () =>
      house(
        Effect.gen(function* () {
          const { nonces, tries } = yield* failing("one", () => failed("unclear"))
          const here = yield* room("room")
          yield* say(here, "one")
          yield* pass(119)
          assert.isAbove(tries.length, 2)
          assert.deepStrictEqual(yield* stateOf(here), { one: "sending" })
          yield* pass(1800, 10)
          assert.deepStrictEqual(yield* stateOf(here), { one: "unknown" })
          assert.strictEqual(nonces.size, 1)
          assert.isAtMost([...nonces][0]?.length ?? 99, 25)
        })
      )
  )

  it.effect("does not wait for a delivery elsewhere that hangs", () =>
    house(
      Effect.gen(function* () {
        const { world } = yield* failing("one", () => Effect.never)
        const [here, there] = [yield* room("here"), yield* room("there")] as const
        yield* say(here, "one")
        yield* settle
        yield* say(there, "two")
        yield* say(there, "three")
        yield* settle
        assert.deepStrictEqual(world.delivered, ["two", "three"])
        assert.deepStrictEqual(yield* stateOf(here), { one: "sending" })
        yield* pass(1800, 10)
        assert.deepStrictEqual(yield* stateOf(here), { one: "unknown" })
      })
    )
  )

  it.effect("and could not be delivered before the end is delivered by the next supervisor, under the same nonce", () =>
    Effect.gen(function* () {
      let up = false
      const { nonces, world } = yield* failing("one", () => (up ? Effect.succeed("sent") : failed("retry")))
      const here = yield* serving(Effect.tap(room("room"), (here) => Effect.andThen(say(here, "one"), settle)))
      up = true
      yield* serving(
        Effect.gen(function* () {
          yield* pass(5)
          assert.deepStrictEqual(yield* stateOf(here), { one: "sent" })
          assert.deepStrictEqual([...world.delivered], ["one"])
          assert.strictEqual(nonces.size, 1)
        })
      )
    }).pipe(Effect.provide(outside()))
  )
})
