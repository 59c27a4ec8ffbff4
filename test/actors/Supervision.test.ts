/** Long-lived fibers come back, whatever ends them. */
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { supervise } from "../../src/actors/Supervisor.ts"
import { ChannelId, ProcessId } from "../../src/domain/Ids.ts"
import { Messages } from "../../src/services/Messages.ts"
import { SandboxError } from "../../src/services/Sandbox.ts"
import * as House from "../support/House.ts"
import { Outside } from "../support/Outside.ts"

const { ended, house, pass, post, room, settle } = House

const broken = new SandboxError({ reason: "vanished", target: "engine", detail: "gone" })

describe("A supervised fiber", () => {
  it.effect.each([
    ["fails", Effect.fail("broken")],
    ["dies", Effect.die("broken")],
    ["is killed", Effect.interrupt],
    ["comes to an end", Effect.void]
  ] as const)("that %s is begun again, after half a second and then later each time, up to half a minute", ([, end]) =>
    Effect.gen(function* () {
      const begun: Array<number> = []
      yield* supervise(
        "test",
        Clock.currentTimeMillis.pipe(
          Effect.tap((now) => Effect.sync(() => begun.push(now))),
          Effect.andThen(end)
        )
      )
      yield* pass(140, 0.5)
      const pauses = begun.slice(1).map((at, index) => (at - (begun[index] ?? 0)) / 1000)
      assert.deepStrictEqual(pauses, [0.5, 1, 2, 4, 8, 16, 30, 30, 30])
    })
  )

  it.effect("ends with its scope", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      let begun = 0
      yield* Scope.provide(
        supervise(
          "test",
          Effect.andThen(
            Effect.sync(() => begun++),
            Effect.fail("broken")
          )
        ),
        scope
      )
      yield* Scope.close(scope, Exit.void)
      yield* pass(60)
      assert.strictEqual(begun, 1)
    })
  )
})

const say = (channel_id: ChannelId, content: string) =>
  Messages.use((messages) => messages.say({ channel_id, run_id: null, key: content, content }))

describe("The outbox", () => {
  it.effect.each([
    ["a fault of ours", Effect.die(new Error("a bug"))],
    ["being killed", Effect.interrupt]
  ] as const)("goes on after %s", ([, blow]) =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        let blows = 1
        world.knobs.deliver = (_, { nonce }) => Effect.suspend(() => (blows-- > 0 ? blow : Effect.succeed(nonce)))
        yield* say(here.channel_id, "one")
        yield* settle
        assert.deepStrictEqual(world.delivered, [])
        yield* say(here.channel_id, "two")
        yield* pass(3)
        assert.deepStrictEqual(world.delivered, ["one", "two"])
      })
    )
  )

  it.effect("goes on when storage works again", () =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const sql = yield* SqlClient.SqlClient
        const here = yield* room("room")
        yield* sql`CREATE TRIGGER full BEFORE UPDATE ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END`
        yield* say(here.channel_id, "one")
        yield* pass(10)
        yield* sql`DROP TRIGGER full`
        yield* pass(31)
        assert.include(world.delivered, "one")
      })
    )
  )
})

describe("The sweep", () => {
  it.effect.each([
    ["fails", Effect.fail(broken)],
    ["dies", Effect.die(new Error("a bug"))],
    ["is killed", Effect.interrupt]
  ] as const)("comes back the next minute when a part of it %s", ([, blow]) =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        yield* settle
        const stray = ProcessId.make("0badcafe")
        world.knobs.strays = [
          { processId: stray, channelId: ChannelId.make("local:gone"), configHash: "", running: true }
        ]
        world.knobs.engine = blow
        yield* pass(61)
        assert.isFalse(world.removed.has(stray))
        world.knobs.engine = Effect.void
        yield* pass(61)
        assert.isTrue(world.removed.has(stray))
      })
    )
  )
})

describe("The pool of processes", () => {
  it.effect.each([
    ["fails", Effect.fail(broken)],
    ["dies", Effect.die(new Error("a bug"))],
    ["is killed", Effect.interrupt]
  ] as const)("notices a new image when a look at the last one %s", ([, blow]) =>
    house(
      Effect.gen(function* () {
        const world = yield* Outside
        const here = yield* room("room")
        yield* post(here, "hello")
        yield* ended(here)
        world.knobs.engine = blow
        world.knobs.fingerprint = "image-2"
        yield* pass(31)
        assert.isTrue(world.processes()[0]?.alive())
        world.knobs.engine = Effect.void
        yield* pass(31)
        assert.isFalse(world.processes()[0]?.alive())
      })
    )
  )
})
