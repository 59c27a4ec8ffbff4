/** The doctor looks for what embeds notes, where memory is on. */
import { Effect, type Layer } from "effect"
import { fail, type Finding, ok, warn } from "../../domain/Finding.ts"
import { isOn } from "../../domain/memory/Settings.ts"
import { Embedder, type EmbedderError } from "../../services/Embedder.ts"
import { Settings } from "../../services/Settings.ts"

const container = "docker run -d --name ollama -p 127.0.0.1:11434:11434 -v ollama:/root/.ollama ollama/ollama"

const isHere = (url: string): boolean => /^https?:\/\/(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/i.test(url)

const mendOf = ({ model, reason, url }: EmbedderError): string => {
  if (reason === "no_model") return `Run, where that Ollama is: ollama pull ${model}`
  if (reason === "failed") return "Look at its log."
  return isHere(url)
    ? `Run: ollama serve (or: ${container}), then: ollama pull ${model}`
    : "Start Ollama there, or correct memory.embeddings.ollama_url."
}

const detailOf = ({ detail, model, reason, url }: EmbedderError): string => {
  if (reason === "no_model") return `Ollama at ${url} does not have the model ${model}`
  const what = reason === "unreachable" ? "Nothing answers" : "What answers is not in order"
  return `${what} at ${url} (${detail}): notes are found by words alone, and new ones are not indexed`
}

export const memory = (embedder: Layer.Layer<Embedder>) =>
  Effect.gen(function* () {
    const config = yield* Settings.use((settings) => settings.current)
    const { enabled, embeddings } = config.memory
    if (!enabled) return []
    if (!isOn(config)) {
      return [warn("memory", "memory.embeddings.provider is empty, so memory is off", 'Set it to "ollama".')]
    }
    const spec = { url: embeddings.ollama_url, model: embeddings.model }
    const found: Finding = yield* Embedder.use(({ check }) => check(spec)).pipe(
      Effect.as(ok("memory", `Ollama at ${spec.url} has ${spec.model}`)),
      Effect.catch((error) => Effect.succeed(fail("memory", detailOf(error), mendOf(error))))
    )
    return [found]
  }).pipe(Effect.provide(embedder))
