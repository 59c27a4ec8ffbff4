import crypto, { createHmac } from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import { assert, layer } from "@effect/vitest"
import { Effect, Result } from "effect"
import { redact, decodeConfig } from "../../src/domain/Config.ts"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"
import { Channels } from "../../src/services/Channels.ts"
import { Messages } from "../../src/services/Messages.ts"
import { Settings } from "../../src/services/Settings.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

const secret = "s3cret-of-the-forge"
const room = ChannelId.make("local:hooks")
const hook = { channel: room, secret, template: "Look at {{issue.title}}." }
const hooks = {
  forge: hook,
  own: { ...hook, signature: "loop" },
  picky: { ...hook, events: ["issues"] },
  "picky-own": { ...hook, signature: "loop", events: ["deploy"] },
  busy: { ...hook, calls_per_minute: 2 },
  also: hook,
  lost: { ...hook, channel: "local:nowhere" }
}

const macOf = (text: string, key = secret) => createHmac("sha256", key).update(text).digest("hex")
const hub = (body: string, key = secret) => ({ "x-hub-signature-256": `sha256=${macOf(body, key)}` })
const own = (body: string, id: string, seconds: number) => ({
  "x-loop-signature": `t=${seconds},id=${id},v1=${macOf(`${seconds}.${id}.${body}`)}`
})

const call = Effect.fnUntraced(function* (name: string, body: string, headers: Readonly<Record<string, string>>) {
  const api = yield* Api
  return yield* api.bare(`/api/hooks/${name}`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers }
  })
})

const issue = (title: string) => JSON.stringify({ issue: { title } })
const said = Messages.use((all) => all.list(room, { limit: 100 }))
const now = () => Math.floor(Date.now() / 1000)
const idOf = ({ json }: { readonly json: unknown }) => (json as { readonly message_id: string }).message_id

layer(ApiLayer.layer({ config: { hooks } }), { excludeTestServices: true })("a webhook", (it) => {
  const opened = Channels.use((channels) => channels.upsert({ channel_id: room, platform: "local", name: "hooks" }))

  it.effect("puts its message into its channel, under its own name", () =>
    Effect.gen(function* () {
      yield* opened
      const body = issue("the door")
      const answer = yield* call("forge", body, { ...hub(body), "x-github-delivery": "d1" })
      assert.strictEqual(answer.status, 202)
      const message = (yield* said).find(({ message_id }) => message_id === idOf(answer))
      assert.include(message, {
        author_id: "hook:forge",
        author_name: "webhook forge",
        state: "queued",
        kind: "prompt"
      })
      assert.match(
        message?.content ?? "",
        /^The webhook forge was called\..*\n\nLook at <untrusted-([a-z2-7]{16}) kind="webhook">`the door`<\/untrusted-\1>\.$/
      )
    })
  )

  it.effect(
    "says what is signed once, whatever else its call says: delivered again, or overheard and played again",
    () =>
      Effect.gen(function* () {
        yield* opened
        const before = (yield* said).length
        const [one, other] = [issue("one"), issue("other")]
        const first = yield* call("forge", one, { ...hub(one), "x-github-delivery": "d2" })
        for (const more of [
          { "x-github-delivery": "d2" },
          { "x-github-delivery": "d3", "x-github-event": "push" },
          {}
        ]) {
          const again = yield* call("forge", one, { ...hub(one), ...more })
          assert.deepStrictEqual([again.status, again.json], [202, first.json])
        }
        const next = yield* call("forge", other, { ...hub(other), "x-github-delivery": "d2" })
        const elsewhere = yield* call("also", one, { ...hub(one), "x-github-delivery": "d2" })
        assert.strictEqual(new Set([first, next, elsewhere].map(idOf)).size, 3)
        assert.lengthOf(yield* said, before + 3)
        yield* Messages.use((all) => all.drop(room, MessageId.make(idOf(first))))
        assert.deepStrictEqual((yield* call("forge", one, hub(one))).json, first.json)
        const dropped = (yield* said).find(({ message_id }) => message_id === idOf(first))
        assert.strictEqual(dropped?.state, "dropped")
      })
  )

  it.effect("takes a time and a delivery that are signed, for five minutes", () =>
    Effect.gen(function* () {
      yield* opened
      const body = issue("timed")
      const good = yield* call("own", body, own(body, "o1", now()))
      assert.strictEqual(good.status, 202)
      assert.strictEqual(idOf(yield* call("own", body, own(body, "o1", now() - 10))), idOf(good))
      for (const late of [-310, 310]) {
        assert.strictEqual((yield* call("own", body, own(body, "o2", now() + late))).status, 401)
      }
      const moved = own(body, "o3", now())["x-loop-signature"].replace("id=o3", "id=o4")
      assert.strictEqual((yield* call("own", body, { "x-loop-signature": moved })).status, 401)
      assert.strictEqual((yield* call("own", body, hub(body))).status, 401)
    })
  )

  it.effect("says to a stranger neither whether it exists nor what was wrong", () =>
    Effect.gen(function* () {
      yield* opened
      const before = (yield* said).length
      const body = issue("strange")
      const cases = [
        ["nowhere", hub(body)],
        ["__proto__", hub(body)],
        ["nowhere", hub(body, "nobody")],
        ["forge", {}],
        ["forge", hub(body, "another secret")],
        ["forge", hub(`${body} `)],
        ["forge", { "x-hub-signature-256": "sha256=" }],
        ["forge", { "x-hub-signature-256": macOf(body) }],
        ["picky", {}]
      ] as const
      const answers = yield* Effect.forEach(cases, ([name, headers]) => call(name, body, headers))
      const told = answers.map(({ json, status }) => {
        const { request_id: _, ...problem } = json as Readonly<Record<string, unknown>>
        return JSON.stringify({ status, problem })
      })
      assert.strictEqual(answers[0]?.status, 401)
      assert.strictEqual(new Set(told).size, 1)
      assert.lengthOf(yield* said, before)
    })
  )

  it.effect("compares the whole of a signature in constant time, whatever it is and also for no webhook", () =>
    Effect.gen(function* () {
      yield* opened
      const compared: Array<number> = []
      const { timingSafeEqual } = crypto
      const restored = Effect.sync(() => {
        Object.assign(crypto, { timingSafeEqual })
        syncBuiltinESMExports()
      })
      yield* Effect.addFinalizer(() => restored)
      const watched: typeof timingSafeEqual = (one, other) => {
        compared.push(one.byteLength)
        return timingSafeEqual(one, other)
      }
      Object.assign(crypto, { timingSafeEqual: watched })
      syncBuiltinESMExports()
      const body = issue("timed")
      const near = hub(body)["x-hub-signature-256"].replace(/.$/, (last) => (last === "0" ? "1" : "0"))
      const cases = [
        ["forge", { "x-hub-signature-256": near }, 401],
        ["forge", { "x-hub-signature-256": "sha256=ab" }, 401],
        ["forge", {}, 401],
        ["own", {}, 401],
        ["nowhere", hub(body), 401],
        ["forge", hub(body), 202]
      ] as const
      for (const [name, headers, status] of cases) {
        compared.length = 0
        assert.strictEqual((yield* call(name, body, headers)).status, status)
        assert.deepStrictEqual(compared, [32], name)
      }
    })
  )

  it.effect("passes over the events that it does not want", () =>
    Effect.gen(function* () {
      yield* opened
      const body = issue("picked")
      assert.strictEqual((yield* call("picky", body, { ...hub(body), "x-github-event": "ping" })).status, 204)
      assert.strictEqual((yield* call("picky", body, { ...hub(body), "x-github-event": "issues" })).status, 202)
      const deploy = { "x-loop-event": "deploy" }
      assert.strictEqual((yield* call("picky-own", body, { ...own(body, "p1", now()), ...deploy })).status, 202)
      assert.strictEqual((yield* call("picky-own", body, own(body, "p2", now()))).status, 204)
    })
  )

  it.effect(
    "refuses what is signed and no JSON, what is too large, what comes too often, and a channel that is gone",
    () =>
      Effect.gen(function* () {
        yield* opened
        assert.strictEqual((yield* call("forge", "{", hub("{"))).status, 400)
        const form = { ...hub("a=b"), "content-type": "application/x-www-form-urlencoded" }
        assert.strictEqual((yield* call("forge", "a=b", form)).status, 415)
        const large = "x".repeat(1024 * 1024 + 1)
        assert.strictEqual((yield* call("forge", large, hub(large))).status, 413)
        assert.strictEqual((yield* call("lost", "{}", hub("{}"))).status, 404)
        // What is not signed takes nobody's turn.
        for (let count = 0; count < 3; count++) yield* call("busy", "{}", hub("{}", "another secret"))
        const busy = (body: string) => call("busy", body, hub(body))
        // Nor does what was said before: played again it is answered, and its place is another's.
        for (const _ of "123") assert.strictEqual((yield* busy("1")).status, 202)
        assert.strictEqual((yield* busy("2")).status, 202)
        const third = yield* busy("3")
        assert.strictEqual(third.status, 429)
        assert.strictEqual((yield* busy("1")).status, 202)
        assert.match(third.headers.get("retry-after") ?? "", /^(30|2\d)$/)
      })
  )

  it.effect("never shows its secret", () =>
    Effect.gen(function* () {
      const config = yield* Settings.use((settings) => settings.current)
      assert.notInclude(JSON.stringify(redact(config)), secret)
      const short = decodeConfig(
        JSON.stringify({ hooks: { forge: { ...hook, secret: "sh0rt" } } }),
        { HOME: "/h", LOOP_HOME: "/h/l" },
        "UTC"
      )
      assert.isTrue(Result.isFailure(short))
      assert.include(JSON.stringify(short), "hooks.forge.secret")
      assert.notInclude(JSON.stringify(short), "sh0rt")
    })
  )
})
