import { createServer, type Server } from "node:http"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { layer } from "../../../src/layers/memory/Ollama.ts"
import { Embedder } from "../../../src/services/Embedder.ts"
import * as OllamaServer from "../../support/OllamaServer.ts"

const spec = (url: string, model = "tiny") => ({ url, model })
const embed = (url: string, texts: ReadonlyArray<string>, model?: string) =>
  Embedder.use((embedder) => embedder.embed(spec(url, model), texts))
const check = (url: string, model?: string) => Embedder.use((embedder) => embedder.check(spec(url, model)))
const why = <A, R>(asked: Effect.Effect<A, { readonly reason: string; readonly message: string }, R>) =>
  Effect.map(Effect.flip(asked), ({ message, reason }) => `${reason}: ${message}`)

const listening = (server: Server) =>
  Effect.acquireRelease(
    Effect.callback<string>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(`http://127.0.0.1:${address !== null && typeof address === "object" ? address.port : 0}`))
      })
    }),
    () => Effect.sync(() => void server.close())
  )

describe("Ollama", () => {
  it.effect("embeds several texts at one request, in vectors of its own length", () =>
    Effect.gen(function* () {
      const ollama = yield* OllamaServer.make
      const vectors = yield* embed(`${ollama.url}/`, ["a car", "a meal"])
      assert.deepStrictEqual(
        vectors.map(({ length }) => length),
        [997, 997]
      )
      assert.deepStrictEqual(ollama.requests, [{ model: "tiny", input: ["a car", "a meal"] }])
      yield* check(ollama.url)
      yield* check(ollama.url, "nomic-embed-text:latest")
    }).pipe(Effect.provide(layer))
  )

  it.effect("that is away, lacks the model or answers wrongly is told apart, with the next step", () =>
    Effect.gen(function* () {
      const ollama = yield* OllamaServer.make
      const nowhere = "http://127.0.0.1:4"
      for (const asked of [embed(nowhere, ["x"]), check(nowhere)]) {
        assert.match(
          yield* why(asked),
          /^unreachable: Ollama does not answer at http:\/\/127\.0\.0\.1:4 \(.*ECONNREFUSED.*\)\. Start it/
        )
      }
      const missing = `no_model: Ollama at ${ollama.url} does not have the model big. Run: ollama pull big`
      assert.strictEqual(yield* why(embed(ollama.url, ["x"], "big")), missing)
      assert.strictEqual(yield* why(check(ollama.url, "big")), missing)
      ollama.refuse = () => 500
      assert.match(yield* why(embed(ollama.url, ["x"])), /^failed: .*\(it broke\)/)
      // What notes say goes to the address that is configured, and to no other that it names.
      const elsewhere = yield* OllamaServer.make
      const away = createServer((_, response) =>
        response.writeHead(307, { location: elsewhere.url + "/api/embed" }).end()
      )
      const url = yield* listening(away)
      assert.match(yield* why(embed(url, ["x"])), /^unreachable: /)
      assert.deepStrictEqual(elsewhere.requests, [])
      // Nothing comes of too few vectors, or of vectors without a length.
      ollama.refuse = () => undefined
      assert.match(yield* why(embed(ollama.url, [])), /^failed: .*0 vectors came for 0 texts/)
      ollama.twist = (vectors) => vectors.slice(1)
      assert.match(yield* why(embed(ollama.url, ["x", "y"])), /^failed: .*1 vectors came for 2 texts/)
      ollama.twist = ([first = [], ...others]) => [first, ...others.map((vector) => vector.slice(1))]
      assert.match(yield* why(embed(ollama.url, ["x", "y"])), /^failed: /)
    }).pipe(Effect.provide(layer))
  )

  it.effect("that sends its visitors elsewhere is told nothing, and is not believed", () =>
    Effect.gen(function* () {
      const ollama = yield* OllamaServer.make
      const other = yield* OllamaServer.make
      ollama.elsewhere = other.url
      for (const asked of [embed(ollama.url, ["secret"]), check(ollama.url)]) {
        assert.match(yield* why(asked), /^unreachable: .*redirect/)
      }
      assert.deepStrictEqual(other.requests, [])
    }).pipe(Effect.provide(layer))
  )
})
