import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Line from "../../support/egress/Line.ts"
import { real, world, newId, site, get, status, listed } from "../../support/egress/World.ts"

layer(world(), real)("the proxy, told nonsense,", (it) => {
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
})
