import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Line from "../../support/egress/Line.ts"
import * as StandIn from "../../support/egress/StandIn.ts"
import { real, world, newId, site, get } from "../../support/egress/World.ts"

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
