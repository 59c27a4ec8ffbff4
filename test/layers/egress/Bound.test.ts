import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Http from "node:http"
import * as Https from "node:https"
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http"
import type * as net from "node:net"
import { readFileSync, statSync } from "node:fs"
import * as path from "node:path"
import * as tls from "node:tls"
import * as zlib from "node:zlib"
import type { Binding } from "../../../src/domain/secrets/Binding.ts"
import { Secrets } from "../../../src/services/Secrets.ts"
import { Settings } from "../../../src/services/Settings.ts"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"
import { Certs, get, newId, real, SITE, status, world } from "../../support/egress/World.ts"

const VALUE = "s3cr3t/of+the-site"
/** Another value each time that it is run. */
const COMMAND = [process.execPath, "-p", "`asked-${process.pid}-anew`"]
const keys = {
  secrets: [
    { name: "forge", host: "site.example.com", value: VALUE },
    { name: "asked", host: "other.example.com", command: COMMAND }
  ]
}

const binding = (over: Partial<Binding> = {}): Binding => ({
  name: "forge",
  host: "site.example.com",
  header: "authorization",
  scheme: "bearer",
  username: "",
  channels: [],
  ...over
})

const policy = Line.policy({ allow: ["site.example.com", "other.example.com"] })

interface Heard {
  readonly headers: IncomingHttpHeaders
  readonly url: string | undefined
}

/** A site that says back what it was told, in several ways; it is at another address as `other.example.com`, too. */
const site = Effect.gen(function* () {
  const outer = yield* StandIn.Outer
  const { ca, cert, key } = yield* Certs
  const heard: Array<Heard> = []
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const { headers, url } = request
    heard.push({ headers, url })
    const given = String(headers.authorization)
    if (url === "/refused") return void response.writeHead(401).end()
    if (url === "/moved") return void response.writeHead(302, { location: "https://other.example.com/next" }).end()
    if (url === "/gzip") {
      return void response.writeHead(200, { "content-encoding": "gzip" }).end(zlib.gzipSync(`you said ${given}`))
    }
    if (url === "/pieces") {
      response.write("you said ")
      response.write(given.slice(0, 12))
      return void setImmediate(() => response.end(given.slice(12)))
    }
    const told = [given, encodeURIComponent(given), btoa(`a:${given}`), btoa(`ab:${given}`), JSON.stringify({ given })]
    const body = told.join("\n")
    response.writeHead(200, { "x-echo": given, "content-length": body.length }).end(body)
  }
  outer.authorities.push(ca)
  for (const [index, name] of ["site.example.com", "other.example.com"].entries()) {
    const address = index === 0 ? SITE : "93.184.216.40"
    outer.name(name, address)
    yield* outer.serve(address, 443, Https.createServer({ cert, key }, answer))
  }
  return heard
})

interface Answer {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** What a box does: a tunnel, TLS by what it trusts, a request. */
const ask = Effect.fnUntraced(function* (
  socket: string,
  url: string,
  over: Https.RequestOptions & { readonly trust?: string; readonly body?: string } = {},
  place = "site.example.com",
  port = 443
) {
  const { client, head } = yield* Line.connect(socket, `${place}:${port}`)
  assert.strictEqual(status(head), "HTTP/1.1 200 Connection established")
  const trusted = over.trust ?? (yield* bundle)
  return yield* Effect.callback<Answer, Error>((resume) => {
    const request = Https.request({
      createConnection: () => tls.connect({ socket: client, servername: over.servername ?? place, ca: [trusted] }),
      host: place,
      port,
      defaultPort: 443,
      path: url,
      ...over
    })
    request.once("error", (error) => resume(Effect.fail(error)))
    request.once("response", (answer) => {
      let body = ""
      answer.setEncoding("latin1")
      answer.on("data", (piece: string) => (body += piece))
      answer.on("end", () => {
        client.destroy()
        resume(Effect.succeed({ status: answer.statusCode, headers: answer.headers, body }))
      })
    })
    request.end(over.body)
  })
})

const bundle = Secrets.use((secrets) => secrets.trust(["site.example.com"])).pipe(
  Effect.map((directory) => readFileSync(path.join(directory, "bundle.pem"), "utf8"))
)

const open = Effect.fnUntraced(function* (over: Partial<Binding> = {}) {
  const line = yield* Line.open(newId(), policy)
  line.now.secrets = [binding(over)]
  return line
})

layer(world({}, keys), real)("a host with a secret", (it) => {
  it.effect("gets it in place of what the box says, and the log of what was reached names it", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const line = yield* open()
      const headers = { Authorization: "Bearer mine", Connection: "authorization, close", Range: "bytes=0-3" }
      yield* ask(line.socket, "/", { headers })
      const [first] = heard
      assert.strictEqual(first?.headers.authorization, `Bearer ${VALUE}`)
      assert.deepStrictEqual(
        [first?.headers.range, first?.headers["accept-encoding"], first?.headers.host],
        [undefined, "identity", "site.example.com"]
      )
      assert.deepInclude(line.decisions, {
        host: "site.example.com",
        port: 443,
        refusal: null,
        secrets: ["forge"]
      })
    })
  )

  it.effect("gets it as Basic, or in a header of its own beside what the box says", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const basic = yield* open({ scheme: "basic", username: "git" })
      yield* ask(basic.socket, "/")
      assert.strictEqual(heard.at(-1)?.headers.authorization, `Basic ${btoa(`git:${VALUE}`)}`)
      const own = yield* open({ scheme: "raw", header: "private-token" })
      yield* ask(own.socket, "/", { headers: { "Private-Token": "mine", Authorization: "Bearer mine" } })
      const { authorization, "private-token": token } = heard.at(-1)?.headers ?? {}
      assert.deepStrictEqual([authorization, token], ["Bearer mine", VALUE])
    })
  )

  it.effect("cannot give it back: not in headers, encoded, compressed, or in pieces", () =>
    Effect.gen(function* () {
      yield* site
      const line = yield* open()
      const { body, headers } = yield* ask(line.socket, "/")
      assert.strictEqual(headers["x-echo"], `${"*".repeat(`Bearer ${VALUE}`.length)}`)
      for (const line of body.split("\n")) assert.match(line, /\*{12,}/)
      assert.notInclude(atob(body.split("\n")[2]?.replaceAll("*", "A") ?? ""), VALUE)
      assert.notInclude(body + headers["x-echo"], VALUE)
      for (const url of ["/gzip", "/pieces"]) {
        const said = (yield* ask(line.socket, url)).body
        assert.match(said, /^you said \*+$/, url)
        assert.strictEqual(said.length, `you said Bearer ${VALUE}`.length, url)
      }
    })
  )

  it.effect("is the only one that gets it: not where it redirects to, nor who is named inside", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const { ca } = yield* Certs
      const line = yield* open()
      const moved = yield* ask(line.socket, "/moved")
      assert.strictEqual(moved.headers.location, "https://other.example.com/next")
      yield* ask(line.socket, "/next", { trust: ca }, "other.example.com")
      assert.isUndefined(heard.at(-1)?.headers.authorization)
      const before = heard.length
      const wrong = yield* ask(line.socket, "/", { headers: { Host: "other.example.com" } })
      assert.strictEqual(wrong.status, 403)
      assert.strictEqual((yield* ask(line.socket, "/", { method: "TRACE" })).status, 405)
      assert.strictEqual(heard.length, before)
    })
  )

  it.effect("is known by name and port: no other server's greeting, port, scheme or tunnel in it is taken for it", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const outer = yield* StandIn.Outer
      const { ca, cert, key } = yield* Certs
      const elsewhere: Array<string | undefined> = []
      const listen = (request: IncomingMessage, response: ServerResponse) => {
        elsewhere.push(request.headers.authorization)
        response.end("elsewhere")
      }
      yield* outer.serve(SITE, 8443, Https.createServer({ cert, key }, listen))
      yield* outer.serve(SITE, 80, Http.createServer(listen))
      const line = yield* open()
      line.now.policy = Line.policy({ allow: ["site.example.com", "site.example.com:8443"] })

      const wrong = yield* Effect.flip(ask(line.socket, "/", { servername: "other.example.com" }))
      assert.match(wrong.message, /unrecognized name|disconnected|ECONNRESET|socket hang up/)
      assert.deepInclude(line.decisions, { host: "site.example.com", port: 443, refusal: "disguised" })
      assert.match((yield* Effect.flip(ask(line.socket, "/", { method: "CONNECT" }))).message, /socket hang up/)
      assert.deepStrictEqual(heard, [])

      yield* ask(line.socket, "/", { trust: ca }, "site.example.com", 8443)
      yield* Line.say(line.socket, get("site.example.com/"))
      yield* ask(line.socket, "/", { headers: { Connection: "Upgrade", Upgrade: "h2c, websocket" } })
      assert.deepStrictEqual(elsewhere, [undefined, undefined])
      assert.deepStrictEqual(
        heard.map(({ headers }) => [headers.authorization, headers.upgrade]),
        [[`Bearer ${VALUE}`, undefined]]
      )
    })
  )

  it.effect("hears one request for each that a box makes, whatever the box says of its length", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const line = yield* open()
      const inside = "GET /smuggled HTTP/1.1\r\nHost: other.example.com\r\nX-Rest: "
      const body = { "Content-Length": String(inside.length) }
      for (const over of [
        { method: "GET", headers: { ...body, Connection: "content-length" } },
        { method: "DELETE", headers: { ...body, Connection: "close, Content-Length" } },
        { method: "POST", headers: { ...body, Connection: "content-length" } },
        { method: "GET", headers: { "Transfer-Encoding": "chunked", Connection: "transfer-encoding" } },
        { method: "GET", headers: body }
      ]) {
        yield* ask(line.socket, "/one", { ...over, body: inside })
        yield* ask(line.socket, "/two")
      }
      assert.deepStrictEqual(
        heard.map(({ url }) => url),
        Array.from({ length: 5 }, () => ["/one", "/two"]).flat()
      )
      for (const { headers } of heard) assert.strictEqual(headers.authorization, `Bearer ${VALUE}`)
    })
  )

  it.effect("is not spoken to unless its own certificate is good", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const outer = yield* StandIn.Outer
      outer.authorities.length = 0
      const line = yield* open()
      const answer = yield* ask(line.socket, "/")
      assert.strictEqual(answer.status, 502)
      assert.deepStrictEqual(heard, [])
    })
  )

  it.effect("is not reached without it: a secret that cannot be read is said, and nothing is sent", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const line = yield* open({ name: "gone" })
      const answer = yield* ask(line.socket, "/")
      assert.strictEqual(answer.status, 502)
      assert.include(answer.body, "its secret cannot be read")
      assert.deepStrictEqual(heard, [])
      assert.deepInclude(line.decisions, { host: "site.example.com", port: 443, refusal: "no_secret" })
    })
  )

  it.effect("that refuses a value is given one that was asked for anew; one that it takes is kept", () =>
    Effect.gen(function* () {
      const heard = yield* site
      const line = yield* open({ name: "asked" })
      for (const url of ["/", "/", "/refused", "/"]) yield* ask(line.socket, url)
      const [first, second, refused, last] = heard.map(({ headers }) => headers.authorization)
      assert.match(first ?? "", /^Bearer asked-\d+-anew$/)
      assert.deepStrictEqual([second, refused], [first, first])
      assert.match(last ?? "", /^Bearer asked-\d+-anew$/)
      assert.notStrictEqual(last, first)
    })
  )

  it.effect("is spoken for by an authority that can speak for no other, whose key nobody else can read", () =>
    Effect.gen(function* () {
      const secrets = yield* Secrets
      const { paths } = yield* Settings
      const trusted = yield* bundle
      const forged = yield* secrets.certificate("bank.example.com")
      const good = yield* secrets.certificate("site.example.com")
      const talk = (name: string, { cert, key }: typeof good) =>
        Effect.callback<string>((resume) => {
          const server = tls.createServer({ cert, key }, (socket) => socket.on("error", () => undefined).end("hello"))
          server.on("tlsClientError", () => undefined)
          server.listen(0, "127.0.0.1", () => {
            const { port } = server.address() as net.AddressInfo
            const client = tls.connect({ port, host: "127.0.0.1", servername: name, ca: [trusted] })
            client.once("secureConnect", () => resume(Effect.succeed("trusted")))
            client.once("error", (error) => resume(Effect.succeed(error.message)))
            client.on("close", () => server.close())
          })
        })
      assert.strictEqual(yield* talk("site.example.com", good), "trusted")
      assert.strictEqual(yield* talk("bank.example.com", forged), "permitted subtree violation")
      assert.strictEqual(statSync(path.join(paths.home, "ca", "key.pem")).mode & 0o777, 0o600)
    })
  )
})
