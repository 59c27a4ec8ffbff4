import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import * as Http from "node:http"
import type * as net from "node:net"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"
import { real, world, newId, get, read } from "../../support/egress/World.ts"

/** A proxy of the host's, which says what it was asked. */
const hostProxy = (asked: Array<string>) => {
  const server = Http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`)
    response.end("by the host's proxy")
  })
  server.on("connect", (request: Http.IncomingMessage, socket: net.Socket) => {
    asked.push(`CONNECT ${request.url} ${request.headers["proxy-authorization"] ?? ""}`)
    socket.on("error", () => undefined)
    socket.end("HTTP/1.1 200 OK\r\n\r\nthrough the host's proxy")
  })
  return server
}

class Asked extends Context.Service<Asked, Array<string>>()("loop/test/Asked") {}

const proxied = Layer.unwrap(
  Effect.gen(function* () {
    const asked: Array<string> = []
    const server = hostProxy(asked)
    const port = yield* Effect.acquireRelease(
      Effect.callback<number>((resume) => {
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as net.AddressInfo).port)))
      }),
      () => Effect.sync(() => void server.close())
    )
    const proxy = `http://user:p%40ss@127.0.0.1:${port}`
    return Layer.merge(
      world({ http_proxy: proxy, HTTPS_PROXY: proxy, no_proxy: ".example.net" }),
      Layer.succeed(Asked, asked)
    )
  })
)

layer(proxied, real)("behind a proxy of the host", (it) => {
  const secret = `Basic ${Buffer.from("user:p@ss").toString("base64")}`

  it.effect("asks it for what is let through, also for names that only it knows, and for nothing else", () =>
    Effect.gen(function* () {
      const asked = yield* Asked
      const line = yield* Line.open(newId(), Line.policy({ allow: ["site.example.com", "*.example.net"] }))
      const { client, head } = yield* Line.connect(line.socket, "site.example.com:443")
      assert.match(head, /^HTTP\/1\.1 200 /)
      assert.strictEqual((yield* read(client, 24)).toString(), "through the host's proxy")
      const plain = yield* Line.say(line.socket, get("site.example.com/a"))
      assert.match(plain, /by the host's proxy/)
      assert.match((yield* Line.connect(line.socket, "evil.example.com:443")).head, /^HTTP\/1\.1 403 /)
      assert.match((yield* Line.connect(line.socket, "127.0.0.1:443")).head, /^HTTP\/1\.1 403 /)
      assert.deepStrictEqual(asked, [
        `CONNECT site.example.com:443 ${secret}`,
        `GET http://site.example.com:80/a ${secret}`
      ])
    })
  )

  it.effect("still refuses names that lead inside, and goes by itself where it is told to", () =>
    Effect.gen(function* () {
      const asked = yield* Asked
      const outer = yield* StandIn.Outer
      outer.name("site.example.com", "10.0.0.1")
      outer.name("direct.example.net", "93.184.216.40")
      const line = yield* Line.open(newId(), Line.policy({ allow: ["site.example.com", "*.example.net"] }))
      const before = asked.length
      assert.match((yield* Line.connect(line.socket, "site.example.com:443")).head, /^HTTP\/1\.1 403 /)
      yield* Line.connect(line.socket, "direct.example.net:443")
      assert.strictEqual(outer.dialled.at(-1), "93.184.216.40:443")
      assert.strictEqual(asked.length, before)
    })
  )
})
