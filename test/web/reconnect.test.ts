import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import * as HttpServer from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"

const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})

/** A server of its own over the same services. */
const started = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const context = yield* Layer.build(Layer.fresh(HttpServer.layer)).pipe(Scope.provide(scope))
  return { server: Context.get(context, HttpServer.Server), end: Scope.close(scope, Exit.void) }
})

/** Of whoever listens: the last event that it had seen. */
const asked: Array<number | undefined> = []

const world = Layer.unwrap(
  Effect.gen(function* () {
    const home = yield* ApiLayer.home
    const port = yield* freePort
    const options: ApiLayer.ApiOptions = {
      config: { api_addr: `127.0.0.1:${port}` },
      journal: (real) => ({
        ...real,
        subscribe: (what) => Effect.suspend(() => (asked.push(what.after), real.subscribe(what)))
      })
    }
    return Layer.merge(ApiLayer.services(home, options), Browser.layer)
  })
)

describe("the page without a connection", () => {
  it.live("says so, comes back by itself and shows what it has missed", () =>
    Effect.gen(function* () {
      const channel_id = ChannelId.make("local:room")
      yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name: "room" }))
      const say = (content: string) =>
        Messages.use((messages) => messages.say({ channel_id, run_id: null, key: content, content }))

      const first = yield* started
      const { page } = yield* open(yield* first.server.loginLink)
      yield* Effect.promise(() => page.locator("#title", { hasText: "room" }).waitFor())
      yield* say("before")
      yield* Effect.promise(() => page.locator("article.bot", { hasText: "before" }).waitFor())
      yield* first.end
      yield* Effect.promise(() => page.getByText("The connection to Loop is lost").waitFor())
      yield* say("meanwhile")
      const second = yield* started
      yield* Effect.promise(() => page.locator("article.bot", { hasText: "meanwhile" }).waitFor())
      yield* Effect.promise(() => page.locator("#lost").waitFor({ state: "hidden" }))
      assert.strictEqual(yield* Effect.promise(() => page.locator("article.bot").count()), 2)
      assert.isUndefined(asked[0])
      assert.isNumber(asked.at(-1))
      yield* second.end
    }).pipe(Effect.provide(world))
  )
})
