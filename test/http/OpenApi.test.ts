import { assert, layer } from "@effect/vitest"
import { Validator } from "@seriousme/openapi-schema-validator"
import { Effect, Schema } from "effect"
import { allRoutes } from "../../src/http/Routes.ts"
import { ChannelEntry, ChannelShape, EventShape, MessageShape, RunShape } from "../../src/http/Shapes.ts"
import { Api } from "../support/Api.ts"
import * as ApiLayer from "../support/Api.ts"
import { begin } from "../support/PlayedAgent.ts"
import { ChannelId, MessageId } from "../../src/domain/Ids.ts"

interface Operation {
  readonly operationId: string
  readonly parameters: ReadonlyArray<{ readonly name: string; readonly in: string; readonly required: boolean }>
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: unknown }>> }
  readonly responses: Readonly<Record<string, unknown>>
  readonly security?: ReadonlyArray<unknown>
}
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

layer(ApiLayer.layer(), { excludeTestServices: true })("the description of the interface", (it) => {
  const fetched = Effect.flatMap(Api, (api) =>
    Effect.map(api.call("GET", "/openapi.json"), ({ json }) => json as Document)
  )

  it.effect("names every route that exists and no other", () =>
    Effect.gen(function* () {
      const { openapi, paths } = yield* fetched
      assert.match(openapi, /^3\.1/)
      const described = Object.entries(paths).flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
      )
      const existing = allRoutes(0, "0").map(({ method, path }) => `${method} ${path}`)
      assert.deepStrictEqual(described.sort(), existing.sort())
    })
  )

  it.effect("is OpenAPI 3.1, with an id of its own for each operation and each part of a path described", () =>
    Effect.gen(function* () {
      const document = yield* fetched
      const result = yield* Effect.promise(() => new Validator().validate({ ...document }))
      assert.deepStrictEqual(result, { valid: true })
      const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.values(methods).map((operation) => ({ path, operation }))
      )
      const ids = operations.map(({ operation }) => operation.operationId)
      assert.lengthOf(new Set(ids), ids.length)
      for (const { operation, path } of operations) {
        const named = operation.parameters.filter((parameter) => parameter.in === "path").map(({ name }) => `{${name}}`)
        assert.deepStrictEqual(path.match(/\{\w+\}/g) ?? [], named, path)
      }
    })
  )

  it.effect("can be read as a page that needs no script and nothing of another host", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const { paths } = yield* fetched
      const { headers, status, text } = yield* api.call("GET", "/docs")
      assert.strictEqual(status, 200)
      assert.match(headers.get("content-type") ?? "", /^text\/html/)
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'none'/)
      for (const path of Object.keys(paths)) assert.include(text, `</span> ${path}</h3>`)
      assert.notMatch(text, /<script|<style|\sstyle=|\son\w+=|(?:src|href)="(?:[a-z]+:)?\/\//i)
      const ids = new Set(Array.from(text.matchAll(/\sid="([^"]+)"/g), ([, id]) => id))
      for (const [, id] of text.matchAll(/href="#([^"]+)"/g)) assert.isTrue(ids.has(id), id)
      const style = yield* api.bare(/<link rel="stylesheet" href="([^"]+)">/.exec(text)?.[1] ?? "/none")
      assert.strictEqual(style.headers.get("content-type"), "text/css; charset=utf-8")
      assert.strictEqual((yield* api.bare("/docs")).status, 401)
    })
  )

  it.effect("points to nothing that it does not hold", () =>
    Effect.gen(function* () {
      const document = yield* fetched
      const text = JSON.stringify(document)
      assert.notInclude(text, "#/$defs/")
      for (const [, name = ""] of text.matchAll(/#\/components\/schemas\/([^"]+)"/g)) {
        assert.property(document.components.schemas, name)
      }
    })
  )

  it.effect("tells what a request carries, what comes back, and which problems there are", () =>
    Effect.gen(function* () {
      const { paths } = yield* fetched
      const post = paths["/api/channels/{id}/messages"]?.["post"]
      assert.deepStrictEqual(
        post?.parameters.map(({ name, required }) => [name, required]),
        [["id", true]]
      )
      assert.property(post?.requestBody?.content, "application/json")
      assert.includeMembers(Object.keys(post?.responses ?? {}), ["202", "400", "401", "404", "413", "415", "503"])
      const list = paths["/api/channels/{id}/messages"]?.["get"]
      assert.deepStrictEqual(
        list?.parameters.map(({ name, required }) => [name, required]),
        [
          ["id", true],
          ["before", false],
          ["limit", false]
        ]
      )
      assert.deepStrictEqual(paths["/health"]?.["get"]?.security, [])
    })
  )

  it.effect("is true of what the server answers", () =>
    Effect.gen(function* () {
      const api = yield* Api
      const made = yield* api.call("POST", "/api/channels/create", { name: "true" })
      const id = ChannelId.make((made.json as { readonly channel_id: string }).channel_id)
      for (const name of ["m1", "m2"]) {
        yield* api.call("POST", `/api/channels/${id}/messages`, { content: "x", message_id: name })
      }
      const run = yield* begin("run-true", id, [MessageId.make("m1")])
      yield* run.say("answer")
      const check = Effect.fnUntraced(function* <T>(path: string, schema: Schema.Codec<T>) {
        const { json } = yield* api.call("GET", path)
        yield* Schema.decodeUnknownEffect(schema, { onExcessProperty: "error" })(json)
      })
      yield* check("/api/channels", Schema.Array(ChannelEntry))
      yield* check(`/api/channels/${id}`, ChannelShape)
      yield* check(`/api/channels/${id}/messages`, Schema.Array(MessageShape))
      yield* check("/api/runs", Schema.Array(RunShape))
      yield* check("/api/runs/run-true/events", Schema.Array(EventShape))
    })
  )
})
