import { request } from "node:http"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Server } from "../../src/http/Server.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

/** A request with a `Host` of one's own, which `fetch` does not allow. */
const withHost = (url: string, host: string, headers: Record<string, string> = {}) =>
  Effect.callback<number>((resume) => {
    const sent = request(url, { headers: { ...headers, host }, setHost: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
    sent.on("error", (cause) => resume(Effect.die(cause)))
    sent.end()
  })

const cookieFrom = (headers: Headers) => headers.getSetCookie()[0]?.split(";")[0] ?? ""

const logIn = Effect.gen(function* () {
  const api = yield* Api
  const { loginLink, url } = yield* Server
  const answer = yield* api.bare((yield* loginLink).slice(url.length))
  return { answer, cookie: cookieFrom(answer.headers) }
})

layer(ApiLayer.layer(), { excludeTestServices: true })("who may call", (it) => {
  it.effect("lets the owner's token in", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const answer = yield* api.call("GET", "/api/channels")
      assert.strictEqual(answer.status, 200)
      assert.deepStrictEqual(answer.json, [])
    })
  )

  it.effect.each([
    ["no token", {}],
    ["a wrong token", { authorization: "Bearer loop_wrong" }],
    ["another scheme", { authorization: "Basic bG9vcDpsb29w" }],
    ["an empty token", { authorization: "Bearer " }],
    ["a cookie that was made up", { cookie: "loop_session_1=9999999999999.aaaa" }]
  ] as const)("answers 401 with what to do to %s", ([, headers]) =>
    Effect.gen(function* () {
      const api = yield* Api
      const answer = yield* api.bare("/api/channels", { headers })
      assert.strictEqual(answer.status, 401)
      assert.strictEqual(answer.headers.get("content-type"), "application/problem+json")
      assert.match(answer.headers.get("www-authenticate") ?? "", /^Bearer/)
      assert.match(answer.text, /LOOP_HOME\/token|loop url/)
    })
  )

  it.effect("asks for the token before it reads a body", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const answer = yield* api.bare("/api/channels/create", { method: "POST", body: "not json" })
      assert.strictEqual(answer.status, 401)
    })
  )

  it.effect("exchanges the login link for a cookie that is not the token and opens the page with it", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { answer, cookie } = yield* logIn
      assert.strictEqual(answer.status, 303)
      assert.strictEqual(answer.headers.get("location"), "/")
      const flags = answer.headers.getSetCookie()[0] ?? ""
      assert.match(flags, /; HttpOnly/)
      assert.match(flags, /; SameSite=Strict/)
      assert.notInclude(flags, api.token)
      const home = yield* api.bare("/", { headers: { cookie } })
      assert.strictEqual(home.status, 200)
      assert.match(home.text, /src="\/assets\/index-[\w-]+\.js"/)
      const deeper = yield* api.bare("/c/local%3Aany", { headers: { cookie } })
      assert.strictEqual(deeper.text, home.text)
      assert.strictEqual((yield* api.bare("/c/local%3Aany")).status, 401)
      const channels = yield* api.bare("/api/channels", { headers: { cookie } })
      assert.strictEqual(channels.status, 200)
    })
  )

  it.effect("does not take the cookie's value, or a changed one, for more than it is", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { cookie } = yield* logIn
      const [name = "", value = ""] = cookie.split("=")
      const [expires = "", mac = ""] = value.split(".")
      const later = `${name}=${Number(expires) + 1}.${mac}`
      assert.strictEqual((yield* api.bare("/api/channels", { headers: { cookie: later } })).status, 401)
      const asToken = { authorization: `Bearer ${value}` }
      assert.strictEqual((yield* api.bare("/api/channels", { headers: asToken })).status, 401)
    })
  )

  it.effect("tells whoever comes without a cookie how to log in", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const home = yield* api.bare("/")
      assert.strictEqual(home.status, 401)
      assert.match(home.headers.get("content-type") ?? "", /^text\/html/)
      assert.include(home.text, "loop url")
      const browser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8", "sec-fetch-dest": "document" }
      for (const place of ["/docs", "/openapi.json", "/api/channels", "/metrics"]) {
        const shown = yield* api.bare(place, { headers: browser })
        assert.deepStrictEqual([shown.status, shown.text], [401, home.text], place)
        for (const headers of [
          { accept: "*/*" },
          { ...browser, "sec-fetch-dest": "empty" },
          { ...browser, authorization: "Bearer wrong" }
        ]) {
          const told = yield* api.bare(place, { headers })
          assert.strictEqual(told.status, 401)
          assert.match(told.headers.get("content-type") ?? "", /^application\/problem\+json/)
        }
      }
      const wrong = yield* api.bare("/login?token=wrong")
      assert.strictEqual(wrong.status, 401)
      assert.deepStrictEqual(wrong.headers.getSetCookie(), [])
      assert.include(wrong.text, "not valid")
    })
  )

  it.effect("refuses the cookie to another site of this machine", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { cookie } = yield* logIn
      const answer = yield* api.bare("/api/channels", { headers: { cookie, "sec-fetch-site": "same-site" } })
      assert.strictEqual(answer.status, 401)
    })
  )

  it.effect("refuses requests from a foreign page, with the token and without", () =>
    Effect.gen(function* () {
      const api = yield* Api
      for (const origin of ["https://evil.example", "http://localhost:1", "null"]) {
        const answer = yield* api.call("POST", "/api/channels/create", { name: "x" }, { headers: { origin } })
        assert.strictEqual(answer.status, 403, origin)
      }
      const own = yield* api.call("GET", "/api/channels", undefined, { headers: { origin: api.url } })
      assert.strictEqual(own.status, 200)
    })
  )

  it.effect("answers to its own names only", () =>
    Effect.gen(function* () {
      const { port, url } = yield* Server
      const api = yield* Api
      const headers = { authorization: `Bearer ${api.token}` }
      const ask = (host: string) => withHost(`${url}/api/channels`, host, headers)
      assert.strictEqual(yield* ask(`evil.example:${port}`), 403)
      assert.strictEqual(yield* ask(`127.0.0.1.evil.example`), 403)
      assert.strictEqual(yield* ask(`localhost:${port}`), 200)
      assert.strictEqual(yield* ask(`[::1]:${port}`), 200)
      assert.strictEqual(yield* ask("bad host"), 400)
    })
  )

  it.effect("gives out each file compressed as the browser likes it", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { cookie } = yield* logIn
      const path = /src="([^"]+)"/.exec((yield* api.bare("/", { headers: { cookie } })).text)?.[1] ?? ""
      const encoding = (accepted: string) =>
        Effect.map(api.bare(path, { headers: { "accept-encoding": accepted } }), ({ headers, text }) => {
          assert.strictEqual(headers.get("vary"), "accept-encoding")
          return [headers.get("content-encoding"), text.length] as const
        })
      const [plain, size] = yield* encoding("identity")
      assert.isNull(plain)
      assert.deepStrictEqual(yield* encoding("gzip, deflate, br"), ["br", size])
      assert.deepStrictEqual(yield* encoding("gzip, br;q=0"), ["gzip", size])
    })
  )

  it.effect("keeps the page's files open but says nothing in them, and lets no foreign script in", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { cookie } = yield* logIn
      const home = yield* api.bare("/", { headers: { cookie } })
      assert.notMatch(home.text, /<script(?![^>]* src=)|<style| style=| on\w+=|https?:/)
      assert.strictEqual(home.headers.get("cache-control"), "no-cache")
      const path = /src="([^"]+)"/.exec(home.text)?.[1] ?? ""
      const script = yield* api.bare(path)
      assert.strictEqual(script.status, 200)
      const policy = script.headers.get("content-security-policy") ?? ""
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self'/)
      assert.notMatch(policy, /unsafe|https?:|\*/)
      assert.strictEqual(script.headers.get("cache-control"), "public, max-age=31536000, immutable")
      const etag = script.headers.get("etag") ?? ""
      const again = yield* api.bare(path, { headers: { "if-none-match": etag } })
      assert.strictEqual(again.status, 304)
      for (const outside of [
        "/assets/..%2fpackage.json",
        "/assets/gone-12345678.js",
        "/c/../package.json",
        "/login.html"
      ]) {
        assert.strictEqual((yield* api.bare(outside)).status, 404, outside)
      }
    })
  )
})

describe("the page's cookie", () => {
  it.effect("ends by itself after thirty days", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { cookie } = yield* logIn
      const ask = Effect.map(api.bare("/api/channels", { headers: { cookie } }), ({ status }) => status)
      assert.strictEqual(yield* ask, 200)
      yield* TestClock.adjust("29 days")
      assert.strictEqual(yield* ask, 200)
      yield* TestClock.adjust("2 days")
      assert.strictEqual(yield* ask, 401)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )

  it.effect("is worth nothing once the owner's token was replaced", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { cookie } = yield* logIn
      writeFileSync(join(api.home, ".loop", "token"), "loop_another\n")
      const answer = yield* api.bare("/api/channels", { headers: { cookie } })
      assert.strictEqual(answer.status, 401)
    }).pipe(Effect.provide(ApiLayer.layer()))
  )
})

const proxied = { public_url: "https://loop.example", allowed_hosts: ["box.lan"] }

layer(ApiLayer.layer({ config: proxied }), { excludeTestServices: true })("behind a reverse proxy", (it) => {
  it.effect("answers to the public address and the hosts that were allowed", () =>
    Effect.gen(function* () {
      const { url } = yield* Server
      const api = yield* Api
      const headers = { authorization: `Bearer ${api.token}` }
      const ask = (host: string, more = {}) => withHost(`${url}/api/channels`, host, { ...headers, ...more })
      assert.strictEqual(yield* ask("loop.example"), 200)
      assert.strictEqual(yield* ask("loop.example", { origin: "https://loop.example" }), 200)
      assert.strictEqual(yield* ask("127.0.0.1", { origin: "https://loop.example" }), 200)
      assert.strictEqual(yield* ask("box.lan"), 200)
      assert.strictEqual(yield* ask("box.lan:80", { origin: "http://evil.lan" }), 403)
      assert.strictEqual(yield* ask("other.example"), 403)
    })
  )

  it.effect("gives the login link under the public address", () =>
    Effect.gen(function* () {
      const { loginLink } = yield* Server
      assert.match(yield* loginLink, /^https:\/\/loop\.example\/login\?token=loop_/)
    })
  )
})
