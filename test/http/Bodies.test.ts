import { request } from "node:http"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readJson, smallBody } from "../../src/http/Bodies.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"

const json = { "content-type": "application/json" }

layer(ApiLayer.layer(), { excludeTestServices: true })("what a request carries", (it) => {
  const create = (body: NonNullable<RequestInit["body"]>, headers: Record<string, string> = json) =>
    Effect.gen(function* () {
      const api = yield* Api
      const init: RequestInit = { body, headers, ...(body instanceof ReadableStream && { duplex: "half" }) }
      return yield* api.call("POST", "/api/channels/create", undefined, init)
    })

  /** The status for a body of which nothing but its length is ever sent. */
  const announced = Effect.fnUntraced(function* (length: number) {
    const { token, url } = yield* Api
    const headers = { ...json, authorization: `Bearer ${token}`, "content-length": length }
    return yield* Effect.callback<number | undefined>((resume) => {
      const sent = request(`${url}/api/channels/create`, { method: "POST", headers }, (response) =>
        resume(Effect.succeed(response.statusCode))
      )
      sent.on("error", () => {}).flushHeaders()
      return Effect.sync(() => sent.destroy())
    })
  })

  it.effect("refuses a body that is not JSON", () =>
    Effect.gen(function* () {
      const answer = yield* create("{name")
      assert.strictEqual(answer.status, 400)
      assert.include(answer.text, "not JSON")
    })
  )

  it.effect("refuses a body that is not UTF-8", () =>
    Effect.gen(function* () {
      const answer = yield* create(Buffer.from('{"name":"\u00ff"}', "latin1"))
      assert.strictEqual(answer.status, 400)
    })
  )

  it.effect("refuses another media type, and a body that tells none or is none", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* create(Buffer.from('{"name":"x"}'), {})).status, 415)
      assert.strictEqual((yield* create('{"name":"x"}', { "content-type": "application/jsonp" })).status, 415)
      assert.strictEqual(
        (yield* create('{"name":"x"}', { "content-type": "Application/JSON; charset=utf-8" })).status,
        201
      )
      assert.include((yield* create("")).text, "not JSON")
      const answer = yield* create('{"name":"x"}', { "content-type": "text/plain" })
      assert.strictEqual(answer.status, 415)
      assert.include(answer.text, "application/json")
    })
  )

  it.effect("names every field that is wrong at once", () =>
    Effect.gen(function* () {
      const answer = yield* create('{"platform":"irc","dir_path":7}')
      assert.strictEqual(answer.status, 400)
      const problem = answer.json as {
        readonly errors: ReadonlyArray<{ readonly field: string; readonly message: string }>
      }
      const fields = problem.errors.map(({ field }) => field).sort()
      assert.deepStrictEqual(fields, ["dir_path", "name", "platform"])
      assert.strictEqual(problem.errors.find(({ field }) => field === "name")?.message, "is required")
    })
  )

  it.effect("passes over keys it does not know", () =>
    Effect.gen(function* () {
      const answer = yield* create('{"name":"x","shape":"round"}')
      assert.strictEqual(answer.status, 201)
    })
  )

  it.effect(
    "refuses a body over 1 MiB by its length, and one that does not tell its length as soon as it is over",
    () =>
      Effect.gen(function* () {
        const large = JSON.stringify({ name: "x", filler: "y".repeat(1024 * 1024) })
        assert.strictEqual((yield* create(large)).status, 413)
        assert.strictEqual(yield* announced(large.length), 413)
        const stream = new Response(large).body
        assert.isNotNull(stream)
        assert.strictEqual((yield* create(stream)).status, 413)
      })
  )

  it.effect("reads no body as far as it came that ends too soon, even where that much is JSON", () =>
    Effect.gen(function* () {
      const body = new ReadableStream({
        pull: (stream) => stream.error(new Error("socket hang up")),
        start: (stream) => stream.enqueue(Buffer.from('{"name":"half of it"}'))
      })
      const request = new Request("http://localhost/", { method: "POST", body, headers: json, duplex: "half" })
      const { detail, status } = yield* Effect.flip(readJson(request, smallBody))
      assert.deepStrictEqual([status, detail], [400, "The body ended before all of it arrived."])
    })
  )

  it.effect("takes a message with attachments up to 25 MiB and no larger one", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { channel_id: id } = (yield* create('{"name":"files"}')).json as { readonly channel_id: string }
      const message = (size: number) => ({
        content: "see",
        attachments: [{ name: "a.bin", mime: "application/octet-stream", data: "A".repeat(size) }]
      })
      const path = `/api/channels/${id}/messages`
      assert.strictEqual((yield* api.call("POST", path, message(2 * 1024 * 1024))).status, 202)
      const refused = yield* api.call("POST", path, message(25 * 1024 * 1024))
      assert.strictEqual(refused.status, 413)
      const kept = (yield* api.call("GET", path)).json as ReadonlyArray<unknown>
      assert.strictEqual(kept.length, 1)
    })
  )

  it.effect("checks the query as well", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const answer = yield* api.call("GET", "/api/runs?limit=many&status=odd")
      assert.strictEqual(answer.status, 400)
      assert.include(answer.text, '"field":"limit"')
      assert.include(answer.text, '"field":"status"')
    })
  )

  it.effect("answers 404 and 405 as problems, each with the request's id", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const missing = yield* api.call("GET", "/api/nothing", undefined, { headers: { "x-request-id": "mine-1" } })
      assert.strictEqual(missing.status, 404)
      assert.strictEqual(missing.headers.get("x-request-id"), "mine-1")
      assert.include(missing.text, '"request_id":"mine-1"')
      const wrong = yield* api.call("PATCH", "/api/channels")
      assert.strictEqual(wrong.status, 405)
      assert.strictEqual(wrong.headers.get("allow"), "GET, POST")
    })
  )
})
