import { createServer } from "node:net"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
import { ChannelId } from "../../src/domain/Ids.ts"
import * as HttpServer from "../../src/http/Server.ts"
import { Channels } from "../../src/services/Channels.ts"
import { PackageFiles } from "../../src/services/PackageFiles.ts"
import { Messages } from "../../src/services/Messages.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { begin } from "../support/PlayedAgent.ts"
import { wait } from "../support/Room.ts"

const freePort = Effect.callback<number>((resume) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    probe.close(() => resume(Effect.succeed(port)))
  })
})

/** The page as a later version has it: every file that is named by what is in it has another name. */
const newer = (web: ReadonlyMap<string, Uint8Array>): ReadonlyMap<string, Uint8Array> => {
  const plain = [...web].filter(([name]) => !/\.(br|gz)$/.test(name))
  const hashed = plain.flatMap(([name]) => /^assets\/(.+-[\w-]{8}\.\w+)$/.exec(name)?.[1] ?? [])
  const renamed = (text: string) =>
    hashed.reduce(
      (all, name) =>
        all.replaceAll(
          name,
          name.replace(/.(?=\.\w+$)/, (last) => (last === "0" ? "1" : "0"))
        ),
      text
    )
  return new Map(
    plain.map(([name, bytes]) => [
      renamed(name),
      /\.(js|css|html)$/.test(name) ? Buffer.from(renamed(Buffer.from(bytes).toString())) : bytes
    ])
  )
}

/** A server of its own over the same services. */
const started = Effect.fnUntraced(function* (web = (files: ReadonlyMap<string, Uint8Array>) => files) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (each) => Scope.close(each, Exit.void))
  const real = yield* PackageFiles
  const files = Layer.succeed(PackageFiles, PackageFiles.of({ ...real, web: web(real.web) }))
  const context = yield* Layer.build(Layer.provide(Layer.fresh(HttpServer.layer), files)).pipe(Scope.provide(scope))
  return { server: Context.get(context, HttpServer.Server), end: Scope.close(scope, Exit.void) }
})

/** Of whoever listens: the last event that it had seen. */
const asked: Array<number | undefined> = []
/** Of its events the journal has forgotten those that somebody missed. */
let forgets = false

const world = Layer.unwrap(
  Effect.gen(function* () {
    const home = yield* ApiLayer.home
    const port = yield* freePort
    const options: ApiLayer.ApiOptions = {
      config: { api_addr: `127.0.0.1:${port}` },
      journal: (real) => ({
        ...real,
        subscribe: (what) =>
          Effect.suspend(() => {
            asked.push(what.after)
            return real.subscribe(forgets && what.after !== undefined ? { ...what, after: 1e9 } : what)
          })
      })
    }
    return Layer.merge(ApiLayer.services(home, options), Browser.layer)
  })
)

const room = Effect.fnUntraced(function* (name: string) {
  const channel_id = ChannelId.make(`local:${name}`)
  yield* Channels.use((channels) => channels.upsert({ channel_id, platform: "local", name }))
  const first = yield* started()
  const { page, context } = yield* open(yield* first.server.loginLink)
  const { url } = first.server
  yield* wait(() => page.goto(`${url}/c/${encodeURIComponent(channel_id)}`))
  yield* wait(() => page.locator("#timeline:not([aria-busy])").waitFor())
  return {
    id: channel_id,
    page,
    context,
    url,
    first,
    say: (content: string) =>
      Messages.use((messages) => messages.say({ channel_id, run_id: null, key: `${name} ${content}`, content })),
    sees: (selector: string, hasText: string) => wait(() => page.locator(selector, { hasText }).first().waitFor()),
    lost: wait(() => page.getByText("The connection to Loop is lost").waitFor()),
    found: wait(() => page.locator("#lost").waitFor({ state: "hidden" })),
    texts: wait(() => page.locator("article .body").allInnerTexts())
  }
})

layer(world, { excludeTestServices: true })("the page without a connection", (it) => {
  it.effect("says so, comes back by itself and shows what it has missed", () =>
    Effect.gen(function* () {
      const { first, found, lost, say, sees, texts } = yield* room("room")
      yield* say("before")
      yield* sees("article.bot", "before")
      yield* first.end
      yield* lost
      yield* say("meanwhile")
      const second = yield* started()
      yield* sees("article.bot", "meanwhile")
      yield* found
      assert.deepStrictEqual(yield* texts, ["before", "meanwhile"])
      assert.isUndefined(asked[0])
      assert.isNumber(asked.at(-1))
      yield* second.end
    })
  )

  it.effect("shows what it has missed also where it had been told of nothing before", () =>
    Effect.gen(function* () {
      const { first, lost, say, sees, texts } = yield* room("quiet")
      yield* first.end
      yield* lost
      yield* say("in the silence")
      const second = yield* started()
      yield* sees("article.bot", "in the silence")
      assert.deepStrictEqual(yield* texts, ["in the silence"])
      yield* second.end
    })
  )

  it.effect("reads everything again where the server no longer knows what it has missed, and doubles nothing", () =>
    Effect.gen(function* () {
      const { first, id, lost, page, say, sees, texts } = yield* room("asleep")
      const run = yield* begin("run-asleep", id)
      yield* run.tell("run.tool", { tool_use_id: "t", name: "Read", state: "started", input_summary: "{}" })
      yield* run.say("first words", "one")
      yield* run.write("half a sent")
      yield* sees("article.live", "half a sent")
      yield* first.end
      yield* lost
      yield* run.say("half a sentence is whole", "two")
      yield* run.end("completed")
      yield* say("and another")
      forgets = true
      const second = yield* started()
      yield* sees("article.bot", "and another")
      yield* wait(() => page.locator("#working").waitFor({ state: "hidden" }))
      assert.deepStrictEqual(yield* texts, ["first words", "half a sentence is whole", "and another"])
      assert.strictEqual(yield* wait(() => page.locator("article.live").count()), 0)
      forgets = false
      yield* second.end
    })
  )

  it.effect("is not lost where it goes meanwhile, and tells to be loaded again when the server has a newer one", () =>
    Effect.gen(function* () {
      const { first, found, lost, page, say, sees } = yield* room("updated")
      yield* say("before")
      yield* sees("article.bot", "before")
      yield* first.end
      yield* lost
      yield* wait(() => page.getByRole("link", { name: "Runs" }).click())
      yield* sees(".problem", "This part of the page could not be loaded")
      const second = yield* started(newer)
      yield* found
      yield* sees("#newer", "Loop was updated.")
      yield* wait(() => page.getByRole("link", { name: "Spend" }).click())
      yield* sees(".problem", "This part of the page could not be loaded")
      yield* wait(() => page.keyboard.press("Control+k"))
      yield* sees("dialog .problem", "This part of the page could not be loaded")
      yield* wait(() => page.keyboard.press("Escape"))
      yield* wait(() => page.locator("#newer").getByRole("button", { name: "Reload the page" }).click())
      yield* sees("h1", "Spend")
      yield* sees("h2", "Nothing was spent")
      assert.strictEqual(yield* wait(() => page.locator("#newer:visible").count()), 0)
      yield* second.end
    })
  )
})
