/** The connection to Discord: kept through whatever ends it, given up only where Discord refuses us, and honest about it. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { DeliveryFailed } from "../../../src/services/Platforms.ts"
import * as DiscordServer from "../../support/discord/DiscordServer.ts"
import { connect, dial } from "./platform.ts"

/** What is on its way over a socket goes on while the tests' clock stands still. */
const moments = Effect.promise(() => new Promise<void>((resolve) => setTimeout(resolve, 5)))
const eventually = (holds: () => boolean) => Effect.repeat(moments, { until: holds })

const refused = Effect.fnUntraced(function* (
  given: DiscordServer.Options,
  options: { readonly token?: string; readonly appId?: string }
) {
  const server = yield* DiscordServer.make(given)
  const dialled = yield* dial(server, options)
  yield* dialled.over
  const health = yield* dialled.platform.health
  return { server, ...dialled, health, given: dialled.logged.filter((line) => line === "Discord is given up") }
})

describe("Discord refuses us for good:", () => {
  it.live("a token that is none is one sentence, and the events end", () =>
    Effect.gen(function* () {
      const { given, health, heard, logged, platform, server } = yield* refused({}, { token: "another.token.here" })
      assert.strictEqual(health.state, "down")
      assert.include(health.reason, "discord_token in config.json")
      assert.lengthOf(given, 1)
      assert.isEmpty(heard)
      assert.isEmpty(server.gateway.identified)
      assert.notInclude(logged.join("\n"), "another.token")
      const failed = yield* Effect.flip(platform.typing("discord:1" as never))
      assert.deepInclude(failed, { outcome: "retry", afterMs: 60_000 })
    })
  )

  it.live("a bot that may not read messages is one sentence with what to switch on", () =>
    Effect.gen(function* () {
      const { given, health, server } = yield* refused({ messageContent: false }, {})
      assert.strictEqual(health.state, "down")
      assert.include(health.reason, "Message Content Intent")
      assert.lengthOf(given, 1)
      assert.lengthOf(server.gateway.identified, 1)
    })
  )

  it.live("a token of another application is one sentence with both ids", () =>
    Effect.gen(function* () {
      const { heard, health, server } = yield* refused({}, { appId: "123456789012345678" })
      assert.include(health.reason, "123456789012345678")
      assert.include(health.reason, server.applicationId)
      assert.isEmpty(heard)
    })
  )

  for (const [code, word] of [
    [4004, "token"],
    [4010, "split"],
    [4011, "split"],
    [4012, "update Loop"],
    [4013, "update Loop"],
    [4014, "Message Content"]
  ] as const) {
    it.live(`a connection closed with ${code} is not begun again`, () =>
      Effect.gen(function* () {
        const { over, platform, server } = yield* connect()
        yield* server.gateway.close(code)
        yield* over
        const health = yield* platform.health
        assert.strictEqual(health.state, "down")
        assert.include(health.reason, word)
        assert.lengthOf(server.gateway.identified, 1)
      })
    )
  }
})

describe("A connection that ends", () => {
  for (const code of [1001, 1006, 1011, 4000, 4001, 4002, 4999]) {
    it.live(`with ${code} is begun again, and nothing that was written meanwhile is missed`, () =>
      Effect.gen(function* () {
        const { general, hears, heard, server, userSays } = yield* connect()
        yield* server.gateway.close(code)
        yield* userSays(general, server.owner, "meanwhile")
        yield* hears("Said", ({ message }) => message.content === "meanwhile")
        assert.lengthOf(
          heard.filter(({ _tag }) => _tag === "Connected"),
          1
        )
        assert.lengthOf(server.gateway.resumed, 1)
      })
    )
  }

  for (const code of [1000, 4003, 4005, 4007, 4008, 4009]) {
    it.live(`with ${code}, which ends the session, begins anew and says so`, () =>
      Effect.gen(function* () {
        const { general, hears, heard, server, userSays } = yield* connect()
        yield* server.gateway.close(code)
        yield* server.gateway.forget
        yield* server.until(() => server.gateway.identified[1])
        yield* userSays(general, server.owner, "after")
        yield* hears("Said", ({ message }) => message.content === "after")
        assert.lengthOf(
          heard.filter(({ _tag }) => _tag === "Connected"),
          2
        )
      })
    )
  }

  it.live("again and again loses and repeats nothing", () =>
    Effect.gen(function* () {
      const { general, hears, server, texts, userSays } = yield* connect()
      const all = Array.from({ length: 12 }, (_, n) => `m${n}`)
      for (const [n, text] of all.entries()) {
        yield* userSays(general, server.owner, text)
        if (n % 4 === 1) yield* server.gateway.drop
        if (n % 4 === 3) yield* server.until(() => (server.gateway.connected() ? true : undefined))
      }
      yield* hears("Said", ({ message }) => message.content === "m11")
      assert.deepStrictEqual(texts(), all)
    })
  )

  it.live("because Discord asks for it is resumed", () =>
    Effect.gen(function* () {
      const { general, hears, server, userSays } = yield* connect()
      yield* server.gateway.reconnect
      yield* server.until(() => (server.gateway.closed.length > 0 ? true : undefined))
      yield* userSays(general, server.owner, "meanwhile")
      yield* hears("Said")
      assert.lengthOf(server.gateway.resumed, 1)
    })
  )

  it.live("because the session was invalidated begins anew and says so", () =>
    Effect.gen(function* () {
      const { heard, hears, server, untilHealth } = yield* connect()
      yield* server.gateway.invalidate(false)
      yield* server.until(() => server.gateway.identified[1])
      yield* untilHealth("connected")
      yield* hears("Connected", (event) => event !== heard[0])
    })
  )

  it.live("and cannot be resumed begins anew and says so", () =>
    Effect.gen(function* () {
      const { hears, heard, server } = yield* connect()
      yield* server.gateway.drop
      yield* server.gateway.forget
      yield* hears("Connected", (event) => event !== heard[0])
      assert.lengthOf(server.gateway.identified, 2)
      assert.isEmpty(server.gateway.resumed)
    })
  )

  it.live("because nobody acknowledges is found out by that", () =>
    Effect.gen(function* () {
      const { hears, server, general, userSays } = yield* connect({ heartbeatInterval: 100 })
      server.gateway.withholdAcks = true
      yield* server.until(() => (server.gateway.closed.length > 0 ? true : undefined))
      server.gateway.withholdAcks = false
      yield* userSays(general, server.owner, "still there?")
      yield* hears("Said")
      assert.isAtLeast(server.gateway.resumed.length, 1)
    })
  )

  it.live("says that it is connecting, why, and in the end that it is connected again", () =>
    Effect.gen(function* () {
      const { server, untilHealth } = yield* connect()
      const outage = yield* server.gateway.outage
      const health = yield* untilHealth("connecting")
      assert.include(health.reason, "Loop keeps trying")
      assert.isNumber(health.last_event_at)
      yield* outage.over
      const after = yield* untilHealth("connected")
      assert.isUndefined(after.reason)
    })
  )
})

describe("Discord that cannot be reached", () => {
  it.live("is told of with its reason, what is to be said waits, and nothing crashes", () =>
    Effect.gen(function* () {
      const { applicationId, guild, token } = yield* DiscordServer.make()
      const api = "http://127.0.0.1:9/api"
      const { logged, platform } = yield* dial({ api, applicationId, guild, token })
      const failed = yield* Effect.flip(platform.deliver("discord:1" as never, { content: "x" }, "n"))
      assert.instanceOf(failed, DeliveryFailed)
      assert.strictEqual(failed.outcome, "retry")
      assert.strictEqual((yield* platform.health).state, "connecting")
      assert.notInclude(logged.join("\n"), token)
    })
  )

  it.effect("is tried again after one second, then twice as long each time, up to a minute", () =>
    Effect.gen(function* () {
      const server = yield* DiscordServer.make()
      const asks = ({ route }: { readonly route: string }) => route === "/gateway/bot"
      server.faults.fail(asks, 500, 99)
      const { logged, platform } = yield* dial(server)
      const tries = () => server.requests.filter(asks).length
      const waits = () => logged.filter((line) => line.includes("is begun again")).length
      for (const [n, seconds] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
        yield* eventually(() => waits() === n + 1)
        yield* TestClock.adjust(seconds * 1000 - 1)
        yield* moments
        assert.strictEqual(tries(), n + 1)
        assert.strictEqual((yield* platform.health).state, n < 3 ? "connecting" : "down")
        yield* TestClock.adjust(1)
        yield* eventually(() => tries() === n + 2)
      }
    })
  )

  it.live("gives an address that is none: nothing ends with it, and it is tried again", () =>
    Effect.gen(function* () {
      const server = yield* DiscordServer.make()
      const { cdn } = server.world
      server.world.cdn = "nonsense"
      const { hears, untilHealth, platform } = yield* dial(server)
      yield* server.untilRequest("GET", "/gateway/bot")
      yield* Effect.retry(
        Effect.flatMap(platform.health, ({ reason }) => (reason === undefined ? Effect.fail("not yet") : Effect.void)),
        Schedule.spaced("10 millis")
      )
      assert.include((yield* platform.health).reason, "no address for its gateway")
      server.world.cdn = cdn
      yield* hears("Connected")
      yield* untilHealth("connected")
      server.takeViolations()
    })
  )
})

describe("A connection that has gone silent", () => {
  it.effect("is no connection any more after a minute and a half, and is begun again, resuming", () =>
    Effect.gen(function* () {
      const { platform, server } = yield* connect()
      server.gateway.withholdAcks = true
      yield* TestClock.adjust("91 seconds")
      assert.strictEqual((yield* platform.health).state, "connecting")
      yield* TestClock.adjust("10 seconds")
      yield* server.until(() => (server.gateway.connected() ? undefined : true))
      yield* TestClock.adjust("1 second")
      yield* server.until(() => server.gateway.resumed[0])
    })
  )
})

describe("A connection in which nothing is said", () => {
  it.effect("is one as long as its heartbeats are acknowledged", () =>
    Effect.gen(function* () {
      const { platform } = yield* connect({ heartbeatInterval: 50 })
      yield* TestClock.adjust("94 seconds")
      yield* moments.pipe(
        Effect.andThen(platform.health),
        Effect.repeat({ until: ({ last_event_at, state }) => state === "connected" && last_event_at === 94_000 })
      )
    })
  )
})

describe("What Discord sends that we cannot take", () => {
  it.live("is logged and left out, and the rest goes on", () =>
    Effect.gen(function* () {
      const { general, hears, logged, server, userSays } = yield* connect()
      const data = { id: "1", type: 2, channel: { id: "1", type: 0 } }
      server.world.dispatch({ name: "NEVER_HEARD_OF", intents: 0, data: () => data })
      server.world.dispatch({ name: "INTERACTION_CREATE", intents: 0, data: () => data })
      server.world.dispatch({ name: "MESSAGE_CREATE", intents: 0, data: () => ({ ...data, type: 0 }) })
      yield* userSays(general, server.owner, "still there?")
      yield* hears("Said", ({ message }) => message.content === "still there?")
      const told = logged.join("\n")
      assert.include(told, "An event of Discord's could not be taken")
      assert.include(told, "An event of Discord's could not be read")
      server.takeViolations()
    })
  )
})
