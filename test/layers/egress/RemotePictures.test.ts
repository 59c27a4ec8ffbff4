/** Pictures of other hosts, over an internet of the test's: everything between the address and the bytes is real. */
import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import * as Http from "node:http"
import * as net from "node:net"
import { make } from "../../../src/layers/egress/RemotePictures.ts"
import { secured } from "../../../src/layers/egress/Fetch.ts"
import { dial } from "../../../src/layers/egress/Internet.ts"
import { Pictures } from "../../../src/services/Pictures.ts"
import * as StandIn from "../../support/egress/StandIn.ts"

const png = Buffer.from("\u0089PNG\r\n\u001a\n and the rest", "latin1")
const SITE = "93.184.216.34"

const world = Layer.effect(Pictures, make({})).pipe(Layer.provideMerge(StandIn.layer))

layer(world, { excludeTestServices: true })("a picture of another host", (it) => {
  const site = Effect.gen(function* () {
    const outer = yield* StandIn.Outer
    const asked: Array<Http.IncomingHttpHeaders> = []
    const server = Http.createServer(({ headers, url = "" }, response) => {
      asked.push(headers)
      const leads: Readonly<Record<string, string>> = {
        "/moved": "/cart.png",
        "/inward": "http://10.0.0.7/cart.png",
        "/metadata": "http://169.254.169.254/latest",
        "/again": "/again",
        "/port": "http://site.example.com:8080/cart.png"
      }
      const to = leads[url]
      if (to !== undefined) return void response.writeHead(302, { location: to }).end()
      if (url === "/huge.png") return void response.end(Buffer.concat([png, Buffer.alloc(9 * 1024 * 1024)]))
      if (url === "/page.png")
        return void response.setHeader("content-type", "image/png").end("<script>alert(1)</script>")
      if (url === "/drawn.svg") return void response.setHeader("content-type", "image/svg+xml").end("<svg/>")
      return void response.setHeader("content-type", "text/html").end(png)
    })
    outer.name("site.example.com", SITE)
    outer.name("inner.example.com", "127.0.0.1", "192.168.1.4")
    yield* outer.serve(SITE, 80, server)
    const fetch = (url: string) => Pictures.use((pictures) => pictures.fetch(url))
    const refusal = (url: string) => Effect.map(Effect.flip(fetch(url)), ({ reason }) => reason)
    return { asked, dialled: outer.dialled, fetch, refusal }
  })

  it.effect("comes as what its bytes are, by way of where it was moved, and tells nothing of who asks", () =>
    Effect.gen(function* () {
      const { asked, fetch } = yield* site
      const { bytes, mime } = yield* fetch("http://site.example.com/moved")
      assert.strictEqual(mime, "image/png")
      assert.deepStrictEqual(Buffer.from(bytes), png)
      assert.doesNotHaveAnyKeys(asked.at(-1), ["cookie", "authorization", "referer", "origin"])
    })
  )

  it.effect("is at no private address, in whatever spelling, by whatever name, and wherever it leads", () =>
    Effect.gen(function* () {
      const { dialled, refusal } = yield* site
      for (const url of [
        "http://127.0.0.1/a.png",
        "http://127.1/a.png",
        "http://2130706433/a.png",
        "http://0x7f.1/a.png",
        "http://[::1]/a.png",
        "http://[::ffff:10.0.0.1]/a.png",
        "http://169.254.169.254/latest/meta-data",
        "http://inner.example.com/a.png",
        "http://site.example.com/inward",
        "http://site.example.com/metadata"
      ]) {
        assert.strictEqual(yield* refusal(url), "inner", url)
      }
      assert.deepStrictEqual(
        dialled.filter((to) => to !== `${SITE}:80`),
        []
      )
    })
  )

  it.effect("of a host that says nothing is given up, and others are asked after it", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      yield* site
      outer.name("silent.example.com", "93.184.216.35")
      const port = yield* outer.serve("93.184.216.35", 443, net.createServer())
      const { fetch } = yield* make({}, Duration.millis(100))
      const silent = Effect.map(Effect.flip(fetch("https://silent.example.com/a.png")), ({ reason }) => reason)
      const reasons = yield* Effect.all([silent, silent, silent, silent, silent], { concurrency: "unbounded" })
      assert.deepStrictEqual([...new Set(reasons)], ["unreachable"])
      assert.strictEqual(
        (yield* Pictures.use((pictures) => pictures.fetch("http://site.example.com/cart.png"))).mime,
        "image/png"
      )
      const plain = yield* Effect.promise(() => dial("127.0.0.1", port))
      const refused = secured(plain, "silent.example.com").then(
        () => "secured",
        (cause: Error) => cause.message
      )
      plain.destroy()
      assert.match(yield* Effect.promise(() => refused), /closed before it was secured|socket/i)
    })
  )

  it.effect("is a picture, of a web page's port, and not without end", () =>
    Effect.gen(function* () {
      const { refusal } = yield* site
      for (const [url, reason] of [
        ["http://site.example.com/page.png", "not_picture"],
        ["http://site.example.com/drawn.svg", "not_picture"],
        ["http://site.example.com/huge.png", "too_large"],
        ["http://site.example.com/again", "unreachable"],
        ["http://site.example.com/port", "not_picture"],
        ["http://site.example.com:22/a.png", "not_picture"],
        ["http://u:p@site.example.com/cart.png", "not_picture"],
        ["file:///etc/passwd", "not_picture"],
        ["http://nobody.example.com/a.png", "unreachable"]
      ] as const) {
        assert.strictEqual(yield* refusal(url), reason, url)
      }
    })
  )
})
