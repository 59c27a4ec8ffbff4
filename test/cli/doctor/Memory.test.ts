/** The doctor's line about memory. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { memory } from "../../../src/cli/doctor/Memory.ts"
import * as Ollama from "../../../src/layers/memory/Ollama.ts"
import * as SettingsFile from "../../../src/layers/SettingsFile.ts"
import { fakeServer } from "../../support/FakeServer.ts"
import * as OllamaServer from "../../support/OllamaServer.ts"

const examine = (keys: object) =>
  memory(Ollama.layer).pipe(
    Effect.provide(SettingsFile.layerTest({ memory: keys }, { HOME: "/h", LOOP_HOME: "/h/.loop" }))
  )

const at = (ollama_url: string, model = "tiny") => ({
  enabled: true,
  embeddings: { provider: "ollama", ollama_url, model }
})

describe("The doctor", () => {
  it.effect("says nothing of memory where it is off, and what is missing where it is only half on", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* examine({}), [])
      assert.deepStrictEqual(yield* examine({ ...at("http://127.0.0.1:4"), enabled: false }), [])
      const [half] = yield* examine({ enabled: true })
      assert.deepInclude(half, { name: "memory", status: "warn", mend: 'Set it to "ollama".' })
      assert.match(half?.detail ?? "", /memory\.embeddings\.provider is empty/)
    })
  )

  it.effect(
    "finds the embedder with its model, without the model, out of order and away, and says how to mend each",
    () =>
      Effect.gen(function* () {
        const { models, url } = yield* OllamaServer.make
        assert.deepStrictEqual(yield* examine(at(url)), [
          { name: "memory", status: "ok", detail: `Ollama at ${url} has tiny` }
        ])
        models.delete("tiny:latest")
        const [lacking] = yield* examine(at(url))
        assert.deepInclude(lacking, {
          status: "fail",
          detail: `Ollama at ${url} does not have the model tiny`,
          mend: "Run, where that Ollama is: ollama pull tiny"
        })
        const broken = yield* fakeServer({ answers: { "GET /api/tags": { body: { models: "none" } } } })
        const [wrong] = yield* examine(at(broken.url))
        assert.deepInclude(wrong, { status: "fail" })
        assert.match(`${wrong?.detail} ${wrong?.mend}`, /What answers is not in order .*found by words alone.* its log/)
        const [away] = yield* examine(at("http://127.0.0.1:4"))
        assert.deepInclude(away, { status: "fail" })
        assert.match(
          `${away?.detail} ${away?.mend}`,
          /Nothing answers at http:\/\/127\.0\.0\.1:4 .*words alone.* Run: ollama serve .*docker run .*: ollama pull tiny/
        )
        const [far] = yield* examine(at("http://embedder.invalid:4"))
        assert.match(far?.mend ?? "", /^Start Ollama there, or correct memory\.embeddings\.ollama_url\.$/)
      })
  )
})
