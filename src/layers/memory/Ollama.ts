/**
 * `Embedder` at an Ollama, wherever that is: nothing is started and nothing is pulled for it.
 * `POST /api/embed` and `GET /api/tags` as https://github.com/ollama/ollama/blob/main/docs/api.md has them.
 */
import { Duration, Effect, Layer, Schema } from "effect"
import { Embedder, EmbedderError, type EmbedderSpec } from "../../services/Embedder.ts"

/** A model that is not loaded yet takes its time. */
const patience = Duration.seconds(60)
const glance = Duration.seconds(5)

const Embedded = Schema.Struct({ embeddings: Schema.Array(Schema.Array(Schema.Finite)) })
const Tags = Schema.Struct({ models: Schema.Array(Schema.Struct({ name: Schema.String })) })
const Refusal = Schema.fromJsonString(Schema.Struct({ error: Schema.String }))

const failed = ({ model, url }: EmbedderSpec, reason: EmbedderError["reason"], detail: string) =>
  new EmbedderError({ reason, url, model, detail })

/** What lies below "fetch failed". */
const causeOf = (cause: unknown): string => {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  return inner instanceof Error ? inner.message || inner.name : String(inner)
}

const ask = Effect.fnUntraced(function* (
  spec: EmbedderSpec,
  path: string,
  init: RequestInit,
  within: Duration.Duration
) {
  const address = `${spec.url.replace(/\/+$/, "")}${path}`
  const { status, text } = yield* Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(address, { ...init, signal, redirect: "error" })
      return { status: response.status, text: await response.text() }
    },
    catch: (cause) => failed(spec, "unreachable", causeOf(cause))
  }).pipe(
    Effect.timeoutOrElse({
      duration: within,
      orElse: () => Effect.fail(failed(spec, "unreachable", `nothing came in ${Duration.toSeconds(within)} seconds`))
    })
  )
  if (status === 200) return text
  const said = yield* Effect.orElseSucceed(Schema.decodeUnknownEffect(Refusal)(text), () => ({
    error: `HTTP ${status}`
  }))
  return yield* failed(spec, status === 404 && /model/i.test(said.error) ? "no_model" : "failed", said.error)
})

const decoded = <A, I>(spec: EmbedderSpec, schema: Schema.Codec<A, I>, text: string) =>
  Effect.mapError(Schema.decodeUnknownEffect(Schema.fromJsonString(schema))(text), () =>
    failed(spec, "failed", "its answer is not what Ollama answers")
  )

const embed = Effect.fn("Embedder.embed")(function* (spec: EmbedderSpec, texts: ReadonlyArray<string>) {
  const body = JSON.stringify({ model: spec.model, input: texts })
  const headers = { "content-type": "application/json" }
  const text = yield* ask(spec, "/api/embed", { method: "POST", headers, body }, patience)
  const { embeddings } = yield* decoded(spec, Embedded, text)
  const dimensions = embeddings[0]?.length ?? 0
  if (embeddings.length !== texts.length || dimensions === 0 || embeddings.some((one) => one.length !== dimensions)) {
    return yield* failed(spec, "failed", `${embeddings.length} vectors came for ${texts.length} texts`)
  }
  return embeddings.map((vector) => Float32Array.from(vector))
})

const withTag = (name: string): string => (name.includes(":") ? name : `${name}:latest`)

const check = Effect.fn("Embedder.check")(function* (spec: EmbedderSpec) {
  const { models } = yield* decoded(spec, Tags, yield* ask(spec, "/api/tags", {}, glance))
  if (!models.some(({ name }) => withTag(name) === withTag(spec.model))) return yield* failed(spec, "no_model", "")
})

export const layer = Layer.succeed(Embedder, Embedder.of({ embed, check }))
