import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { Readable } from "node:stream"
import { decodeConfig } from "../../../src/domain/Config.ts"
import * as OAuth from "../../../src/layers/relay/OAuth.ts"
import type { Upstream } from "../../../src/layers/relay/Upstream.ts"
import { Result } from "effect"

const home = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync("/tmp/loop-oauth-")),
  (at) => Effect.sync(() => rmSync(at, { recursive: true, force: true }))
)

const { config } = Result.getOrThrow(
  decodeConfig(
    JSON.stringify({
      claude_code_oauth_token: "first-access-token",
      claude_code_oauth_refresh_token: "first-refresh-token",
      claude_oauth_token_url: "http://tokens.test/v1/oauth/token"
    }),
    { HOME: "/h", LOOP_HOME: "/h/.loop" },
    "UTC"
  )
)

/** A token endpoint that takes each refresh token once, as they do that hand out a new one each time. */
const endpoint = (expires_in = 3600) => {
  const asked: Array<{ readonly url: string; readonly refresh_token: string }> = []
  const state = { good: "first-refresh-token", works: true, refusal: 400 }
  const upstream: Upstream = {
    send: async (url, { body }) => {
      const { refresh_token } = JSON.parse(String(body)) as { readonly refresh_token: string }
      asked.push({ url: url.href, refresh_token })
      const ok = state.works && refresh_token === state.good
      const n = asked.length
      if (ok) state.good = `refresh-token-${n}`
      const answer = ok
        ? { access_token: `access-token-${n}`, refresh_token: state.good, expires_in }
        : { error: "invalid_grant" }
      return { status: ok ? 200 : state.refusal, headers: {}, body: Readable.from([JSON.stringify(answer)]) }
    }
  }
  return { asked, state, upstream }
}

const many = (token: Effect.Effect<string>) =>
  Effect.map(
    Effect.all(
      Array.from({ length: 5 }, () => token),
      { concurrency: "unbounded" }
    ),
    (all) => [...new Set(all)]
  )

describe("the OAuth token", () => {
  it.effect("is renewed once for all who ask, again before it ends, and by the token that came last", () =>
    Effect.gen(function* () {
      const at = yield* home
      const { asked, upstream } = endpoint()
      const { token } = yield* OAuth.make(at, upstream)
      assert.deepStrictEqual(yield* many(token(config)), ["access-token-1"])
      assert.deepStrictEqual(asked, [{ url: config.claude_oauth_token_url, refresh_token: "first-refresh-token" }])
      yield* TestClock.adjust("44 minutes")
      assert.strictEqual(yield* token(config), "access-token-1")
      yield* TestClock.adjust("2 minutes")
      assert.deepStrictEqual(yield* many(token(config)), ["access-token-2"])
      assert.deepStrictEqual(asked.at(-1)?.refresh_token, "refresh-token-1")
      assert.strictEqual(statSync(`${at}/oauth.json`).mode & 0o777, 0o600)
    })
  )

  it.effect("goes on in the next server where it was, unless another one is configured", () =>
    Effect.gen(function* () {
      const at = yield* home
      const { asked, state, upstream } = endpoint()
      yield* (yield* OAuth.make(at, upstream)).token(config)
      const next = yield* OAuth.make(at, upstream)
      assert.strictEqual(yield* next.token(config), "access-token-1")
      assert.strictEqual(asked.length, 1)
      state.good = "another-refresh-token"
      assert.strictEqual(
        yield* next.token({ ...config, claude_code_oauth_refresh_token: "another-refresh-token" }),
        "access-token-2"
      )
    })
  )

  it.effect("stays in use while it cannot be renewed, which is tried again a minute later", () =>
    Effect.gen(function* () {
      const at = yield* home
      const { asked, state, upstream } = endpoint()
      state.works = false
      const { notice, token } = yield* OAuth.make(at, upstream)
      assert.isUndefined(yield* notice(config))
      assert.deepStrictEqual(yield* many(token(config)), ["first-access-token"])
      assert.include((yield* notice(config))?.detail, "may end soon and could not be renewed")
      assert.strictEqual(asked.length, 1)
      assert.include(readFileSync(`${at}/oauth.json`, "utf8"), '"failing_since":0')
      state.works = true
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* token(config), "access-token-2")
      assert.isUndefined(yield* notice(config))
    })
  )

  it.effect("is not told of while the endpoint only fails, until that has lasted for five minutes", () =>
    Effect.gen(function* () {
      const { state, upstream } = endpoint()
      const { notice, token } = yield* OAuth.make(yield* home, upstream)
      state.works = false
      state.refusal = 503
      yield* token(config)
      yield* TestClock.adjust("5 minutes")
      yield* token(config)
      assert.isUndefined(yield* notice(config))
      yield* TestClock.adjust("1 minute")
      yield* token(config)
      assert.include((yield* notice(config))?.detail, "could not be renewed")
    })
  )

  it.effect("that the API refuses is told of as such, whatever time it had left and cannot be renewed for", () =>
    Effect.gen(function* () {
      const { state, upstream } = endpoint(8 * 3600)
      const { notice, refused, token } = yield* OAuth.make(yield* home, upstream)
      const used = yield* token(config)
      state.works = false
      yield* TestClock.adjust("3 hours")
      assert.isNull(yield* refused(config)(used))
      assert.include((yield* notice(config))?.detail, "refuses the OAuth token, so runs fail")
    })
  )

  it.effect("is told of half an hour before its end where it cannot be renewed, each end by a name of its own", () =>
    Effect.gen(function* () {
      const at = yield* home
      const { state, upstream } = endpoint(8 * 3600)
      const { notice, token } = yield* OAuth.make(at, upstream)
      yield* token(config)
      state.works = false
      yield* TestClock.adjust("449 minutes")
      yield* token(config)
      assert.isUndefined(yield* notice(config))
      yield* TestClock.adjust("2 minutes")
      yield* token(config)
      const first = yield* notice(config)
      assert.include(first?.detail, "ends in 29 minutes")
      // The doctor is another process.
      assert.deepStrictEqual(yield* (yield* OAuth.make(at, upstream)).notice(config), first)
      yield* TestClock.adjust("1 hour")
      assert.include((yield* notice(config))?.detail, "has ended")
      state.works = true
      yield* token(config)
      state.works = false
      yield* TestClock.adjust("8 hours")
      yield* token(config)
      assert.notStrictEqual((yield* notice(config))?.id, first?.id)
    })
  )
})
