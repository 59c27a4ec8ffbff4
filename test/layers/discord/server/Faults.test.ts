/** What goes wrong between the real discord.js and the test's Discord. */
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber } from "effect"
import * as DiscordServer from "../../../support/discord/DiscordServer.ts"
import * as OpenApi from "../../../support/discord/OpenApi.ts"
import { call, enter, refusal } from "./bot.ts"

const posts = ({ method, route }: { readonly method: string; readonly route: string }) =>
  method === "POST" && route.endsWith("/messages")

describe("a Discord for tests: what goes wrong between", () => {
  it.live("a limited request is tried again when Discord says so, of its route or of all", () =>
    Effect.gen(function* () {
      const { bot, general, server } = yield* enter()
      server.faults.rateLimit(posts, { retryAfter: 0.05 })
      server.faults.rateLimit(posts, { retryAfter: 0.05, scope: "global" })
      const limits: Array<boolean> = []
      bot.client.rest.on("rateLimited", ({ global }) => void limits.push(global))
      yield* call(() => general.send("at last"))
      assert.deepStrictEqual(
        server.requests.filter(posts).map(({ status }) => status),
        [429, 429, 200]
      )
      assert.deepStrictEqual(limits, [true])
      assert.lengthOf(server.messages(server.general), 1)
    })
  )

  it.live("a window lets its number through, tells what is left, and refuses the rest", () =>
    Effect.gen(function* () {
      const { general, server } = yield* enter({}, { rest: { rejectOnRateLimit: () => true } })
      server.faults.window(posts, { limit: 2, per: 60 })
      const send = (text: string) => call(() => general.send(text))
      yield* send("1")
      yield* send("2")
      // discord.js has read that nothing is left, and does not ask.
      assert.include((yield* refusal(() => general.send("3"))).name, "RateLimitError")
      assert.lengthOf(server.requests.filter(posts), 2)
      const refused = yield* call(() =>
        fetch(`${server.api}/v10/channels/${general.id}/messages`, {
          method: "POST",
          headers: { authorization: `Bot ${server.token}`, "content-type": "application/json" },
          body: JSON.stringify({ content: "4" })
        })
      )
      assert.strictEqual(refused.status, 429)
      assert.strictEqual(refused.headers.get("x-ratelimit-remaining"), "0")
      assert.deepStrictEqual(
        server.messages(server.general).map(({ content }) => content),
        ["1", "2"]
      )
    })
  )

  it.live("a broken server does nothing; a lost answer leaves what was done", () =>
    Effect.gen(function* () {
      const { general, server } = yield* enter({}, { rest: { retries: 0 } })
      server.faults.fail(posts, 503)
      assert.strictEqual((yield* refusal(() => general.send("never"))).status, 503)
      assert.lengthOf(server.messages(server.general), 0)
      server.faults.loseAnswer(posts)
      yield* refusal(() => general.send({ content: "unclear", nonce: "1", enforceNonce: true }))
      yield* call(() => general.send({ content: "unclear", nonce: "1", enforceNonce: true }))
      assert.lengthOf(server.messages(server.general), 1)

      const gate = yield* server.faults.hold(posts, "after")
      const sending = yield* Effect.forkChild(
        call(() => general.send("held")),
        { startImmediately: true }
      )
      const held = yield* gate.reached
      assert.isUndefined(held.status)
      assert.lengthOf(server.messages(server.general), 2)
      yield* gate.release
      yield* Fiber.join(sending)
    })
  )

  it.live(
    "what the description of the API does not allow is refused, and a violation: taken, or fatal at the end",
    () =>
      Effect.gen(function* () {
        const body = { type: "object", properties: { content: { type: "string" } } }
        const schemas = { MessageResponse: { type: "object", required: ["colour"] }, Body: body }
        const content = (name: string) => ({
          content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } }
        })
        const post = { requestBody: content("Body"), responses: { 200: content("MessageResponse"), 400: {} } }
        const description = OpenApi.make({
          paths: { "/channels/{channel_id}/messages": { post } },
          components: { responses: {}, schemas }
        })
        const enterAnd = (act: (server: DiscordServer.DiscordServer) => Effect.Effect<void>) =>
          Effect.exit(Effect.scoped(Effect.flatMap(DiscordServer.make({ description }), act)))
        const ask = (server: DiscordServer.DiscordServer, path: string, given: object) =>
          call(() =>
            fetch(`${server.api}/v10${path}`, {
              method: "POST",
              headers: { authorization: `Bot ${server.token}`, "content-type": "application/json" },
              body: JSON.stringify(given)
            }).then(({ status }) => status)
          )
        const taken = yield* enterAnd((server) =>
          Effect.gen(function* () {
            const path = `/channels/${server.general.id}/messages`
            assert.strictEqual(yield* ask(server, path, { content: 1 }), 400)
            assert.strictEqual(yield* ask(server, path, { content: "x" }), 200)
            assert.strictEqual(yield* ask(server, "/nowhere", {}), 404)
            const found = server.takeViolations().join("\n")
            assert.include(found, "/content must be string")
            assert.include(found, "must have required property 'colour'")
            assert.include(found, "POST /nowhere was asked")
          })
        )
        assert.isTrue(Exit.isSuccess(taken))
        const fatal = yield* enterAnd((server) => Effect.asVoid(ask(server, "/nowhere", {})))
        assert.include(Exit.isFailure(fatal) ? Cause.pretty(fatal.cause) : "", "POST /nowhere was asked")
      })
  )
})
