/** A page that takes the address of its server from its own address sends what it knows to whoever wrote the link. */
import * as Http from "node:http"
import { type AddressInfo } from "node:net"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { Server } from "../../src/http/Server.ts"
import * as ApiLayer from "../support/Api.ts"
import { Browser, open } from "../support/Browser.ts"
import { wait } from "../support/Room.ts"

/** Another site, which hears whatever is sent to it. */
class Stranger extends Context.Service<Stranger, { readonly port: number; readonly heard: Array<string> }>()(
  "loop/test/Stranger"
) {}

const stranger = Layer.effect(
  Stranger,
  Effect.gen(function* () {
    const heard: Array<string> = []
    const server = yield* Effect.acquireRelease(
      Effect.callback<Http.Server>((resume) => {
        const made = Http.createServer((request, response) => {
          heard.push(request.url ?? "")
          response.writeHead(200, { "access-control-allow-origin": "*" }).end("{}")
        })
        made.on("upgrade", (request, socket) => {
          heard.push(`upgrade ${request.url}`)
          socket.destroy()
        })
        made.listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
      }),
      (made) => Effect.sync(() => void made.close())
    )
    return { port: (server.address() as AddressInfo).port, heard }
  })
)

const names = [
  "gatewayUrl",
  "gateway",
  "server",
  "api",
  "apiUrl",
  "api_url",
  "base",
  "baseUrl",
  "url",
  "host",
  "ws",
  "origin",
  "endpoint"
]
const places = ["redirect", "next", "return", "returnTo", "to"]

layer(Layer.mergeAll(ApiLayer.layer(), Browser.layer, stranger), { excludeTestServices: true })("the page", (it) => {
  it.effect("takes no server's address from its own, and sends nobody elsewhere who logs in", () =>
    Effect.gen(function* () {
      const { heard, port } = yield* Stranger
      const { loginLink, url } = yield* Server
      const link = yield* loginLink
      const there = encodeURIComponent(`http://127.0.0.1:${port}`)
      const query = [...names, ...places].map((name) => `${name}=${there}`).join("&")
      const { page } = yield* open(`${link}&${query}`)
      const general = () => page.getByText("Give the agent something to do").first().waitFor()
      yield* wait(general)
      for (const where of [`/?${query}`, `/?${query}#${query}`, `/#/?${query}`]) {
        yield* wait(() => page.goto(`${url}${where}`))
        yield* wait(general)
        assert.strictEqual(new URL(page.url()).origin, url, where)
      }
      assert.deepStrictEqual(heard, [])
      // It would have been heard: the test's own teeth. The page itself may not even try.
      const tried = yield* wait(() =>
        page.evaluate(
          (at) =>
            fetch(at).then(
              () => "sent",
              () => "refused"
            ),
          `http://127.0.0.1:${port}/from-the-page`
        )
      )
      assert.strictEqual(tried, "refused")
      yield* Effect.promise(() => fetch(`http://127.0.0.1:${port}/from-elsewhere`))
      assert.deepStrictEqual(heard, ["/from-elsewhere"])
    })
  )
})
