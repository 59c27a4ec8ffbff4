import { assert, layer } from "@effect/vitest"
import { Context, Deferred, Effect, Layer } from "effect"
import { randomBytes } from "node:crypto"
import * as Http from "node:http"
import * as net from "node:net"
import * as tls from "node:tls"
import { ProcessId } from "../../../src/domain/Ids.ts"
import * as EgressProxy from "../../../src/layers/egress/EgressProxy.ts"
import { Egress } from "../../../src/services/Egress.ts"
import { settings } from "../../support/Boxes.ts"
import { type Certificates, certificates } from "../../support/egress/Certificates.ts"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"

const real = { excludeTestServices: true } as const

class Certs extends Context.Service<Certs, Certificates>()("loop/test/Certs") {}

const world = (env = {}) =>
  Layer.effect(Egress, EgressProxy.make(env)).pipe(
    Layer.provideMerge(StandIn.layer),
    Layer.provideMerge(settings()),
    Layer.provideMerge(Layer.effect(Certs, certificates(["site.example.com", "other.example.com"])))
  )

const newId = () => ProcessId.make(randomBytes(4).toString("hex"))
const SITE = "93.184.216.34"

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly headers: Http.IncomingHttpHeaders
  readonly body: string
}

/** A site of the internet at port 80, and what it was asked. */
const site = Effect.gen(function* () {
  const outer = yield* StandIn.Outer
  const seen: Array<Seen> = []
  const server = Http.createServer((request, response) => {
    const parts: Array<Buffer> = []
    request.on("data", (part: Buffer) => parts.push(part))
    request.on("end", () => {
      const body = Buffer.concat(parts).toString("latin1")
      seen.push({ method: request.method, url: request.url, headers: request.headers, body })
      if (request.url === "/moved") return void response.writeHead(302, { location: "/next" }).end()
      if (request.url === "/huge") {
        const piece = Buffer.alloc(1024 * 1024)
        const more = (left: number): void =>
          left === 0 ? void response.end() : void response.write(piece, () => more(left - 1))
        return more(11)
      }
      response.writeHead(200, { "x-site": "yes", connection: "keep-alive" }).end(`got ${body}`)
    })
  })
  outer.name("site.example.com", SITE)
  yield* outer.serve(SITE, 80, server)
  return seen
})

const get = (path: string, more: ReadonlyArray<string> = [], host = "site.example.com") =>
  [`GET http://${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...more, "", ""].join("\r\n")

const status = (answer: string) => answer.split("\r\n", 1)[0] ?? ""

const listed = Line.policy({ allow: ["site.example.com", "echo.example.com:7"] })

/** Says back what it hears. */
const echo = Effect.gen(function* () {
  const outer = yield* StandIn.Outer
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined)
    socket.pipe(socket)
  })
  outer.name("echo.example.com", "93.184.216.35")
  yield* outer.serve("93.184.216.35", 7, server)
})

/** Lets what waits on sockets happen. */
const nextRound = Effect.promise(() => new Promise<void>((resolve) => void setImmediate(resolve)))

const read = (client: net.Socket, length: number) =>
  Effect.callback<Buffer>((resume) => {
    let heard = Buffer.alloc(0)
    const hear = (piece: Buffer) => {
      heard = Buffer.concat([heard, piece])
      if (heard.length >= length) {
        client.off("data", hear)
        resume(Effect.succeed(heard))
      }
    }
    client.on("data", hear)
    client.on("close", () => resume(Effect.succeed(heard)))
  })

const closed = (client: net.Socket) =>
  Effect.callback<void>((resume) => {
    if (client.destroyed) return resume(Effect.void)
    client.once("end", () => client.end())
    client.resume()
    client.once("close", () => resume(Effect.void))
  })

layer(world(), real)("the proxy", (it) => {
  it.effect("passes plain requests on, written anew, and their answers back", () =>
    Effect.gen(function* () {
      const seen = yield* site
      const line = yield* Line.open(newId(), listed)
      const answer = yield* Line.say(
        line.socket,
        [
          "POST http://site.example.com/a%20b?c=d HTTP/1.1",
          "Host: site.example.com",
          "Content-Length: 5",
          "Proxy-Authorization: Basic secret",
          "Proxy-Connection: keep-alive",
          "Connection: close, X-Hop",
          "X-Hop: 1",
          "X-End: 2",
          "",
          "hello"
        ].join("\r\n")
      )
      assert.strictEqual(status(answer), "HTTP/1.1 200 OK")
      assert.include(answer, "x-site: yes")
      assert.match(answer, /got hello/)
      assert.deepInclude(seen.at(-1), { method: "POST", url: "/a%20b?c=d", body: "hello" })
      assert.deepInclude(seen.at(-1)?.headers, { host: "site.example.com", "x-end": "2" })
      assert.doesNotHaveAnyKeys(seen.at(-1)?.headers, ["proxy-authorization", "proxy-connection", "x-hop"])
      assert.deepStrictEqual(line.decisions, [{ host: "site.example.com", port: 80, refusal: null }])
      assert.deepStrictEqual(line.carried, [{ host: "site.example.com", port: 80, bytes: 14 }])
    })
  )

  it.effect("refuses what is not listed with one clear line, as a status and as a page", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      const line = yield* Line.open(newId(), listed)
      const words =
        "Loop: evil.example.com:443 is not on this channel's list of hosts; the people in the channel were asked to allow it"
      const { head } = yield* Line.connect(line.socket, "evil.example.com:443")
      assert.strictEqual(status(head), `HTTP/1.1 403 ${words}`)
      const plain = yield* Line.say(line.socket, get("evil.example.com/", [], "evil.example.com"))
      assert.strictEqual(status(plain), `HTTP/1.1 403 ${words.replace(":443", ":80")}`)
      assert.include(plain, `\r\n\r\n`)
      assert.notInclude(outer.lookedUp, "evil.example.com")
      assert.deepStrictEqual(
        line.decisions.map(({ port, refusal }) => [port, refusal]),
        [
          [443, "not_listed"],
          [80, "not_listed"]
        ]
      )
    })
  )

  it.effect("goes by the policy as it is at each connection", () =>
    Effect.gen(function* () {
      yield* site
      const line = yield* Line.open(newId(), Line.policy())
      const ask = Effect.map(Line.say(line.socket, get("site.example.com/")), (answer) => status(answer).slice(9, 12))
      const before = yield* ask
      line.now.grants = [{ host: "site.example.com", port: 80 }]
      const granted = yield* ask
      line.now.grants = []
      line.now.policy = listed
      const allowed = yield* ask
      line.now.policy = Line.policy({ mode: "none" })
      assert.deepStrictEqual([before, granted, allowed, yield* ask], ["403", "200", "200", "403"])
    })
  )

  it.effect("connects to the address that it has looked at, and looks a name up once", () =>
    Effect.gen(function* () {
      yield* site
      const outer = yield* StandIn.Outer
      outer.rebind("rebind.example.com", SITE, "127.0.0.1")
      const line = yield* Line.open(newId(), Line.policy({ mode: "open" }))
      const before = outer.dialled.length
      const first = yield* Line.say(line.socket, get("rebind.example.com/", [], "rebind.example.com"))
      assert.strictEqual(status(first), "HTTP/1.1 200 OK")
      assert.deepStrictEqual(outer.dialled.slice(before), [`${SITE}:80`])
      assert.strictEqual(outer.lookedUp.filter((name) => name === "rebind.example.com").length, 1)
      // A kept connection leads to the address that was looked at; another process has none.
      const other = yield* Line.open(newId(), Line.policy({ mode: "open" }))
      const second = yield* Line.say(other.socket, get("rebind.example.com/", [], "rebind.example.com"))
      assert.match(status(second), /^HTTP\/1\.1 403 .* leads to a private or local address$/)
    })
  )

  for (const address of [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "::1",
    "fe80::1%eth0",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "0.0.0.0"
  ]) {
    it.effect(`never follows a name to ${address}`, () =>
      Effect.gen(function* () {
        const outer = yield* StandIn.Outer
        outer.name("inner.example.com", address)
        const line = yield* Line.open(newId(), Line.policy({ mode: "open" }))
        const before = outer.dialled.length
        const { head } = yield* Line.connect(line.socket, "inner.example.com:443")
        assert.match(status(head), /^HTTP\/1\.1 403 /)
        assert.deepStrictEqual(outer.dialled.slice(before), [])
        assert.strictEqual(line.decisions.at(-1)?.refusal, "inner")
      })
    )
  }

  it.effect("never leads to this machine's own address, and takes only the outer ones of a mixed name", () =>
    Effect.gen(function* () {
      yield* echo
      const outer = yield* StandIn.Outer
      outer.own.push("93.184.216.99")
      outer.name("own.example.com", "93.184.216.99")
      outer.name("mixed.example.com", "10.0.0.1", "93.184.216.35")
      const line = yield* Line.open(newId(), Line.policy({ mode: "open" }))
      assert.match((yield* Line.connect(line.socket, "own.example.com:443")).head, /^HTTP\/1\.1 403 /)
      assert.match((yield* Line.connect(line.socket, "93.184.216.99:443")).head, /^HTTP\/1\.1 403 /)
      assert.match((yield* Line.connect(line.socket, "mixed.example.com:7")).head, /^HTTP\/1\.1 200 /)
      assert.strictEqual(outer.dialled.at(-1), "93.184.216.35:7")
    })
  )

  it.effect("says whether a name is unknown or its server does not answer", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      outer.name("down.example.com", "93.184.216.77")
      const line = yield* Line.open(newId(), Line.policy({ mode: "open" }))
      const unknown = yield* Line.connect(line.socket, "nobody.example.com:443")
      const down = yield* Line.connect(line.socket, "down.example.com:443")
      assert.match(unknown.head, /^HTTP\/1\.1 502 Loop: nobody\.example\.com:443 .* no such host/)
      assert.match(down.head, /^HTTP\/1\.1 502 Loop: down\.example\.com:443 is allowed but does not answer/)
    })
  )

  const malformed: ReadonlyArray<readonly [string, string]> = [
    ["a path alone", "GET / HTTP/1.1\r\nHost: site.example.com\r\n\r\n"],
    ["a Host that names another server", get("site.example.com/", [], "evil.example.com")],
    ["two Hosts", get("site.example.com/", ["Host: evil.example.com"])],
    ["no Host", "GET http://site.example.com/ HTTP/1.1\r\n\r\n"],
    ["a user in the address", get("site.example.com@evil.example.com/")],
    ["a backslash in the address", get("site.example.com\\@evil.example.com/")],
    ["https in the clear", "GET https://site.example.com/ HTTP/1.1\r\nHost: site.example.com\r\n\r\n"],
    ["another scheme", "GET ftp://site.example.com/ HTTP/1.1\r\nHost: site.example.com\r\n\r\n"],
    ["CONNECT without a port", "CONNECT site.example.com HTTP/1.1\r\nHost: site.example.com\r\n\r\n"],
    ["CONNECT to port 0", "CONNECT site.example.com:0 HTTP/1.1\r\nHost: site.example.com:0\r\n\r\n"],
    ["CONNECT with another Host", "CONNECT site.example.com:443 HTTP/1.1\r\nHost: evil.example.com:443\r\n\r\n"],
    ["CONNECT to a URL", "CONNECT http://site.example.com/ HTTP/1.1\r\nHost: site.example.com\r\n\r\n"],
    [
      "a length and chunks",
      "POST http://site.example.com/ HTTP/1.1\r\nHost: site.example.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ],
    [
      "two lengths",
      "POST http://site.example.com/ HTTP/1.1\r\nHost: site.example.com\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd"
    ],
    [
      "chunks by another name",
      "POST http://site.example.com/ HTTP/1.1\r\nHost: site.example.com\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"
    ],
    [
      "chunks that are none",
      "POST http://site.example.com/ HTTP/1.1\r\nHost: site.example.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"
    ],
    ["a folded header", get("site.example.com/", ["X-A: b\r\n c"])],
    ["a header with a space before its colon", get("site.example.com/", ["X-A : b"])],
    ["a bare line feed", "GET http://site.example.com/ HTTP/1.1\nHost: site.example.com\n\n"],
    ["headers without an end", get("site.example.com/", [`X-Long: ${"x".repeat(20_000)}`])],
    ["a request of HTTP/0.9", "CONNECT site.example.com:80\r\n\r\n"],
    ["HTTP/2 at once", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ["SOCKS", "\x05\x01\x00"],
    ["TLS", "\x16\x03\x01\x00\x05hello"]
  ]
  for (const [what, text] of malformed) {
    it.effect(`refuses ${what}, and lets nothing of it through`, () =>
      Effect.gen(function* () {
        const seen = yield* site
        const line = yield* Line.open(newId(), listed)
        const answer = yield* Line.say(line.socket, text, true)
        assert.match(status(answer), /^HTTP\/1\.1 (400|431) /)
        assert.notMatch(answer, /x-site/)
        // A body that breaks off may have been begun to be passed on; no whole request has.
        assert.deepStrictEqual(seen, [])
      })
    )
  }

  it.effect("judges each request of a connection by itself", () =>
    Effect.gen(function* () {
      const seen = yield* site
      const line = yield* Line.open(newId(), listed)
      const first = get("site.example.com/one").replace("Connection: close\r\n", "")
      const answer = yield* Line.say(line.socket, first + get("evil.example.com/two", [], "evil.example.com"))
      assert.match(answer, /^HTTP\/1\.1 200 OK[^]*HTTP\/1\.1 403 Loop/)
      assert.deepStrictEqual(
        seen.map(({ url }) => url),
        ["/one"]
      )
    })
  )

  it.effect("carries bytes both ways, and a direction goes on when the other has ended", () =>
    Effect.gen(function* () {
      yield* echo
      const line = yield* Line.open(newId(), listed)
      const { client, head } = yield* Line.connect(line.socket, "echo.example.com:7")
      assert.strictEqual(status(head), "HTTP/1.1 200 Connection established")
      const sent = randomBytes(300_000)
      client.end(sent)
      const back = yield* read(client, sent.length)
      assert.isTrue(back.equals(sent))
      yield* closed(client)
      assert.deepInclude(line.decisions, { host: "echo.example.com", port: 7, refusal: null })
    })
  )

  it.effect("holds a fast side back while the slow side does not read", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      const gone = yield* Deferred.make<number>()
      outer.name("echo.example.com", "93.184.216.36")
      const server = net.createServer((socket) => {
        socket.on("error", () => undefined)
        // Sends until it is told to wait.
        let sent = 0
        while (sent < 256 * 1024 * 1024 && socket.write(Buffer.alloc(1024 * 1024))) sent += 1024 * 1024
        socket.once("drain", () => {
          let later = 0
          while (later < 64 && socket.write(Buffer.alloc(1024 * 1024))) later++
        })
        Deferred.doneUnsafe(gone, Effect.succeed(sent))
        socket.on("close", () => undefined)
      })
      yield* outer.serve("93.184.216.36", 7, server)
      const line = yield* Line.open(newId(), listed)
      const { client } = yield* Line.connect(line.socket, "echo.example.com:7")
      // Nobody reads from `client`; what the server could get rid of stays in the buffers on the way.
      assert.isBelow(yield* Deferred.await(gone), 64 * 1024 * 1024)
      client.destroy()
    })
  )

  it.effect("lets TLS for the named server through, and not for another one behind the same address", () =>
    Effect.gen(function* () {
      const outer = yield* StandIn.Outer
      const { ca, cert, key } = yield* Certs
      const names: Array<string> = []
      const server = tls.createServer(
        { cert, key, SNICallback: (name, done) => (names.push(name), done(null)) },
        (socket) => {
          socket.on("error", () => undefined)
          socket.end("secret")
        }
      )
      outer.name("site.example.com", SITE)
      yield* outer.serve(SITE, 443, server)
      const line = yield* Line.open(newId(), listed)
      const talk = Effect.fnUntraced(function* (servername: string) {
        const { client } = yield* Line.connect(line.socket, "site.example.com:443")
        return yield* Effect.callback<string>((resume) => {
          let heard = ""
          const secured = tls.connect({ socket: client, ca, servername })
          secured.on("data", (piece: Buffer) => (heard += piece.toString()))
          for (const over of ["end", "error", "close"]) {
            secured.once(over, () => {
              client.destroy()
              resume(Effect.succeed(heard))
            })
          }
        })
      })
      assert.strictEqual(yield* talk("site.example.com"), "secret")
      assert.strictEqual(yield* talk("other.example.com"), "")
      assert.strictEqual(yield* talk(""), "")
      assert.deepStrictEqual(names, ["site.example.com"])
      // Told when the connection has ended on both sides, which may be a moment later.
      const refused = () => line.decisions.filter(({ refusal }) => refusal !== null).map(({ refusal }) => refusal)
      yield* Effect.repeat(nextRound, { while: () => refused().length < 2 })
      assert.deepStrictEqual(refused(), ["disguised", "disguised"])
    })
  )

  it.effect("refuses more connections than one process may have, and takes new ones when some are gone", () =>
    Effect.gen(function* () {
      yield* echo
      const line = yield* Line.open(newId(), listed)
      const open = Line.connect(line.socket, "echo.example.com:7")
      const all = yield* Effect.forEach(Array.from({ length: 256 }), () => open, { concurrency: 32 })
      assert.isTrue(all.every(({ head }) => head.startsWith("HTTP/1.1 200")))
      const { head } = yield* open
      assert.match(head, /^HTTP\/1\.1 503 .*too many connections/)
      const [first] = all
      first?.client.destroy()
      yield* closed(first?.client ?? new net.Socket())
      const again = yield* Effect.repeat(open, { until: (answer) => answer.head.startsWith("HTTP/1.1 200") })
      assert.strictEqual(status(again.head), "HTTP/1.1 200 Connection established")
      for (const { client } of all) client.destroy()
    })
  )

  it.effect("closes everything that goes through it with its process", () =>
    Effect.gen(function* () {
      yield* echo
      const client = yield* Effect.scoped(
        Effect.gen(function* () {
          const line = yield* Line.open(newId(), listed)
          return (yield* Line.connect(line.socket, "echo.example.com:7")).client
        })
      )
      yield* closed(client)
    })
  )

  it.effect("is not there at all with network none", () =>
    Effect.gen(function* () {
      const line = yield* Line.open(newId(), Line.policy({ mode: "none", host_services: ["5432"] }))
      assert.strictEqual(yield* Line.say(line.socket, get("site.example.com/")), "")
    })
  )
})

layer(world(), real)("reading any public page", (it) => {
  const open = Line.policy({ read_only_public: true })
  const ask = (socket: string, url: string, method = "GET", more: ReadonlyArray<string> = []) =>
    Line.say(
      socket,
      [`${method} http://fetch.loop/${url} HTTP/1.1`, "Host: fetch.loop", "Connection: close", ...more, "", ""].join(
        "\r\n"
      )
    )

  it.effect("is off unless it is switched on", () =>
    Effect.gen(function* () {
      yield* site
      const line = yield* Line.open(newId(), Line.policy())
      assert.match(yield* ask(line.socket, "http://site.example.com/"), /^HTTP\/1\.1 403 /)
    })
  )

  it.effect("asks for the page without anything of the agent's, and leads what it is sent on to back here", () =>
    Effect.gen(function* () {
      const seen = yield* site
      const line = yield* Line.open(newId(), open)
      const answer = yield* ask(line.socket, "http://site.example.com/page?q=1", "GET", [
        "Cookie: a=b",
        "Authorization: Bearer x",
        "X-Secret: y",
        "Accept: text/html"
      ])
      assert.match(answer, /^HTTP\/1\.1 200 OK/)
      assert.deepInclude(seen.at(-1), { method: "GET", url: "/page?q=1", body: "" })
      assert.deepInclude(seen.at(-1)?.headers, { accept: "text/html", "user-agent": "Loop" })
      assert.doesNotHaveAnyKeys(seen.at(-1)?.headers, ["cookie", "authorization", "x-secret"])
      const moved = yield* ask(line.socket, "http://site.example.com/moved")
      assert.match(moved, /location: http:\/\/fetch\.loop\/http:\/\/site\.example\.com\/next/)
    })
  )

  it.effect("reads plain pages by their own address, too, and sends nothing to them", () =>
    Effect.gen(function* () {
      const seen = yield* site
      const line = yield* Line.open(newId(), open)
      assert.match(yield* Line.say(line.socket, get("site.example.com/", ["Cookie: a=b"])), /^HTTP\/1\.1 200 OK/)
      assert.doesNotHaveAnyKeys(seen.at(-1)?.headers, ["cookie"])
      const posted = yield* Line.say(line.socket, get("site.example.com/").replace("GET", "POST"))
      assert.match(posted, /^HTTP\/1\.1 403 /)
      assert.match((yield* Line.connect(line.socket, "site.example.com:443")).head, /^HTTP\/1\.1 403 /)
      assert.strictEqual(seen.length, 1)
    })
  )

  it.effect("leads nowhere inside, sends nothing, and ends what is too long", () =>
    Effect.gen(function* () {
      yield* site
      const outer = yield* StandIn.Outer
      outer.name("inner.example.com", "127.0.0.1")
      const line = yield* Line.open(newId(), open)
      for (const url of ["http://127.1/", "http://inner.example.com/", "http://[::1]/", "http://2130706433/"]) {
        assert.match(yield* ask(line.socket, url), /^HTTP\/1\.1 403 /, url)
      }
      for (const url of [
        "file:///etc/passwd",
        "http://u:p@site.example.com/",
        `http://site.example.com/${"x".repeat(2100)}`
      ]) {
        assert.match(yield* ask(line.socket, url), /^HTTP\/1\.1 400 /, url)
      }
      assert.match(
        yield* ask(line.socket, "http://site.example.com/", "POST", ["Content-Length: 0"]),
        /^HTTP\/1\.1 400 /
      )
      const huge = yield* ask(line.socket, "http://site.example.com/huge")
      assert.match(huge, /^HTTP\/1\.1 200 OK/)
      assert.isBelow(huge.length, 11 * 1024 * 1024)
    })
  )
})

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

layer(world(), real)("a service of the host", (it) => {
  it.effect("is reached by its port as long as it is named", () =>
    Effect.gen(function* () {
      const server = net.createServer((socket) => {
        socket.on("error", () => undefined)
        socket.end("the database")
      })
      const port = yield* Effect.acquireRelease(
        Effect.callback<number>((resume) => {
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed((server.address() as net.AddressInfo).port)))
        }),
        () => Effect.sync(() => void server.close())
      )
      const line = yield* Line.open(newId(), Line.policy({ host_services: [String(port)] }))
      const socket = `${line.directory}/host-${port}.sock`
      assert.strictEqual(yield* Line.say(socket, ""), "the database")
      // Not by way of the proxy, which leads outside alone.
      assert.match((yield* Line.connect(line.socket, `127.0.0.1:${port}`)).head, /^HTTP\/1\.1 403 /)
      line.now.policy = Line.policy()
      assert.strictEqual(yield* Line.say(socket, ""), "")
      assert.deepStrictEqual(
        line.decisions.filter(({ host }) => host === "localhost"),
        [
          { host: "localhost", port, refusal: null },
          { host: "localhost", port, refusal: "closed" }
        ]
      )
    })
  )
})
