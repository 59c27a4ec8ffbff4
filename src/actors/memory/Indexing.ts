/** Brings the rows of one owner's notes up to date with the files. */
import { Effect, Result } from "effect"
import { isWithin } from "../../domain/config/paths.ts"
import { piecesOf } from "../../domain/memory/Pieces.ts"
import type { Counts } from "../../domain/memory/Words.ts"
import { Embedder, type EmbedderError } from "../../services/Embedder.ts"
import { MemoryIndex } from "../../services/MemoryIndex.ts"
import { NoteFiles } from "../../services/NoteFiles.ts"
import type { MemorySettings } from "../../services/Settings.ts"
import type { Notes } from "./Ground.ts"

export interface Indexed extends Counts {
  readonly failed: number
  /** Why the first of those failed. */
  readonly why: EmbedderError | undefined
}

/** Texts of one request. */
const batch = 16

const batches = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(all.length / batch) }, (_, index) => all.slice(index * batch, (index + 1) * batch))

/** Everything that a file's rows are made from; the number changes with the way in which they are made. */
const fingerprintOf = (hash: string, { maxChunkChars, model }: MemorySettings) => `1 ${hash} ${model} ${maxChunkChars}`

export const make = Effect.gen(function* () {
  const embedder = yield* Embedder
  const files = yield* NoteFiles
  const index = yield* MemoryIndex

  /** Each file once, in the order of the places, by the name that agents know it by. */
  const look = Effect.fnUntraced(function* ({ excluded, places, shown, writable }: Notes) {
    const found = new Map<string, string>()
    const unknown: Array<string> = []
    for (const { path } of places) {
      const there = yield* files.find(path, writable, excluded)
      for (const file of there.files) if (!found.has(shown(file))) found.set(shown(file), file)
      unknown.push(...there.unknown.map(shown))
    }
    return { found, unknown }
  })

  /** A file's rows, all of them with their vectors. */
  const embedded = Effect.fnUntraced(function* (text: string, { maxChunkChars, model, ollamaUrl }: MemorySettings) {
    const pieces: Array<{ readonly content: string; readonly vector: Float32Array }> = []
    for (const texts of batches(piecesOf(text, maxChunkChars))) {
      const vectors = yield* embedder.embed({ url: ollamaUrl, model }, texts)
      pieces.push(...vectors.map((vector, at) => ({ content: texts[at] ?? "", vector })))
    }
    return pieces
  })

  return Effect.fn("Memory.index")(function* (notes: Notes) {
    const { scope, settings } = notes
    const known = new Map((yield* index.files(scope)).map(({ fingerprint, path }) => [path, fingerprint]))
    const { found, unknown } = yield* look(notes)
    const kept = new Set<string>()
    let [updated, failed, added] = [0, 0, 0]
    let why: EmbedderError | undefined
    for (const [path, real] of found) {
      const read = yield* Effect.result(files.read(real))
      if (Result.isFailure(read)) {
        unknown.push(path)
        continue
      }
      const note = read.success
      if (note === undefined || note.text === "") continue
      const fingerprint = fingerprintOf(note.hash, settings)
      kept.add(path)
      if (known.get(path) === fingerprint) continue
      // Who is away would be waited for at every file.
      const away = why !== undefined && why.reason !== "failed"
      const made = away ? undefined : yield* Effect.result(embedded(note.text, settings))
      if (made === undefined || Result.isFailure(made)) {
        failed++
        why ??= made?.failure
        continue
      }
      yield* index.replace(scope, { path, fingerprint, model: settings.model, pieces: made.success })
      updated++
      if (!known.has(path)) added++
    }
    const gone = [...known.keys()].filter((path) => !kept.has(path) && !unknown.some((place) => isWithin(path, place)))
    yield* index.remove(scope, gone)
    const indexed: Indexed = { count: known.size + added - gone.length, updated, removed: gone.length, failed, why }
    return indexed
  })
})

export type Index = Effect.Success<typeof make>
