import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"
import { real, world, newId, SITE, site, get, status, listed, echo } from "../../support/egress/World.ts"

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

  it.effect("passes one request on for each that it is asked, whatever is named as belonging to the connection", () =>
    Effect.gen(function* () {
      const seen = yield* site
      const line = yield* Line.open(newId(), listed)
      const inside = "GET /smuggled HTTP/1.1\r\nHost: evil.example.com\r\n\r\n"
      const named = ["Connection: content-length", `Content-Length: ${inside.length}`]
      const text = get("site.example.com/one", named).replace("Connection: close\r\n", "")
      yield* Line.say(line.socket, text + inside + get("site.example.com/two"))
      assert.deepStrictEqual(
        seen.map(({ body, url }) => [url, body]),
        [
          ["/one", inside],
          ["/two", ""]
        ]
      )
    })
  )
})
