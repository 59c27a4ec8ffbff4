/** Finds notes by the words of a question and by its meaning, and says so where it could do only one of both. */
import { Effect, Result } from "effect"
import { fuse, matchOf } from "../../domain/memory/Ranking.ts"
import * as Words from "../../domain/memory/Words.ts"
import { Embedder, EmbedderError } from "../../services/Embedder.ts"
import type { MemoryFound } from "../../services/Memory.ts"
import { MemoryIndex, type Scope } from "../../services/MemoryIndex.ts"
import type { MemorySettings } from "../../services/Settings.ts"

/** Hits of each kind that are ranked. */
const depth = 50
/** An agent waits for the answer. */
const patience = "10 seconds"

/** One owner's notes, and how they were embedded. */
export interface Shelf {
  readonly scope: Scope
  readonly settings: MemorySettings
}

export const make = Effect.gen(function* () {
  const embedder = yield* Embedder
  const index = yield* MemoryIndex

  const embed = Effect.fnUntraced(function* ({ model, ollamaUrl: url }: MemorySettings, question: string) {
    const late = new EmbedderError({ reason: "unreachable", url, model, detail: `nothing came in ${patience}` })
    const asked = embedder.embed({ url, model }, [question])
    const [vector] = yield* Effect.timeoutOrElse(asked, { duration: patience, orElse: () => Effect.fail(late) })
    return vector ?? new Float32Array()
  })

  const near = Effect.fnUntraced(function* (shelves: ReadonlyArray<Shelf>, question: string) {
    const vectors = new Map<string, Float32Array>()
    const found: Array<{ readonly piece_id: number; readonly similarity: number }> = []
    for (const { scope, settings } of shelves) {
      const key = `${settings.model} ${settings.ollamaUrl}`
      const vector = vectors.get(key) ?? (yield* embed(settings, question))
      vectors.set(key, vector)
      found.push(...(yield* index.near(scope, settings.model, vector, depth)))
    }
    return found.sort((one, other) => other.similarity - one.similarity).map(({ piece_id }) => piece_id)
  })

  return Effect.fn("Memory.search")(function* (shelves: ReadonlyArray<Shelf>, question: string, most: number) {
    const match = matchOf(question)
    const scopes = shelves.map(({ scope }) => scope)
    const byWords = match === null ? [] : [yield* index.withWords(scopes, match, depth)]
    const byMeaning = yield* near(shelves, question).pipe(
      Effect.map((ids) => Result.succeed(ids.slice(0, depth))),
      Effect.catchTag("EmbedderError", (error) => Effect.succeed(Result.fail(error)))
    )
    const ranked = fuse(Result.isSuccess(byMeaning) ? [...byWords, byMeaning.success] : byWords)
    const scores = new Map(ranked.map(({ id, score }) => [id, score]))
    const results: Array<Words.Hit> = []
    const seen = new Set<string>()
    for (const { content, path, piece_id, piece_index } of yield* index.pieces([...scores.keys()])) {
      // A channel's note may be everybody's, too.
      const name = `${piece_index} ${path}`
      if (results.length >= most || seen.has(name)) continue
      seen.add(name)
      results.push({ file_path: path, chunk_index: piece_index, content, score: scores.get(piece_id) ?? 0 })
    }
    const found: MemoryFound = {
      results,
      note: Result.isSuccess(byMeaning) ? null : Words.keywordsOnly(byMeaning.failure.message)
    }
    return found
  })
})
