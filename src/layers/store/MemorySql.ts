/** `MemoryIndex` in SQL. The full-text search is SQLite's own (FTS5). */
import { Clock, Effect, Layer, Schema } from "effect"
import { SqlClient } from "effect/sql"
import { cosine } from "../../domain/memory/Ranking.ts"
import { MemoryIndex, type NewFile, type Scope } from "../../services/MemoryIndex.ts"
import { orStoreError } from "./Errors.ts"

const decodeFiles = Schema.decodeUnknownEffect(
  Schema.Array(Schema.Struct({ path: Schema.String, fingerprint: Schema.String }))
)
const decodePieces = Schema.decodeUnknownEffect(
  Schema.Array(
    Schema.Struct({ piece_id: Schema.Int, path: Schema.String, piece_index: Schema.Int, content: Schema.String })
  )
)

/** Vectors that are compared before others have their turn. */
const atOnce = 500

/** Little-endian 32-bit floats, as every machine has them that Node runs on. */
const bytesOf = (vector: Float32Array) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)
/** Copied, since four bytes of a row need not begin at a multiple of four. */
const vectorOf = (bytes: Uint8Array) => new Float32Array(bytes.slice().buffer)

const make = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient

  const of = (scope: Scope) => sql`f.channel_id IS NOT DISTINCT FROM ${scope}`

  const files = Effect.fn("MemoryIndex.files")(function* (scope: Scope) {
    return yield* decodeFiles(yield* sql`SELECT path, fingerprint FROM memory_files f WHERE ${of(scope)} ORDER BY path`)
  }, orStoreError("MemoryIndex.files"))

  const drop = (scope: Scope, path: string) => sql`DELETE FROM memory_files AS f WHERE ${of(scope)} AND path = ${path}`

  const replace = Effect.fn("MemoryIndex.replace")(
    function* (scope: Scope, { fingerprint, model, path, pieces }: NewFile) {
      const indexed_at = yield* Clock.currentTimeMillis
      yield* drop(scope, path)
      const [file] = yield* sql<{ file_id: number }>`INSERT INTO memory_files
        ${sql.insert({ channel_id: scope, path, fingerprint, model, indexed_at })} RETURNING file_id`
      for (const [piece_index, { content, vector }] of pieces.entries()) {
        const row = { file_id: file?.file_id, piece_index, content }
        yield* sql`INSERT INTO memory_pieces (file_id, piece_index, content, vector)
          VALUES (${row.file_id}, ${row.piece_index}, ${row.content}, ${bytesOf(vector)})`
      }
    },
    sql.withTransaction,
    orStoreError("MemoryIndex.replace")
  )

  const remove = Effect.fn("MemoryIndex.remove")(
    (scope: Scope, paths: ReadonlyArray<string>) =>
      Effect.forEach(paths, (path) => drop(scope, path), { discard: true }),
    sql.withTransaction,
    orStoreError("MemoryIndex.remove")
  )

  const withWords = Effect.fn("MemoryIndex.withWords")(function* (
    scopes: ReadonlyArray<Scope>,
    match: string,
    limit: number
  ) {
    const rows = yield* sql<{ piece_id: number }>`SELECT p.piece_id FROM memory_words
      JOIN memory_pieces p ON p.piece_id = memory_words.rowid JOIN memory_files f ON f.file_id = p.file_id
      WHERE memory_words MATCH ${match} AND ${sql.or(scopes.map(of))}
      ORDER BY memory_words.rank, p.piece_id LIMIT ${limit}`
    return rows.map(({ piece_id }) => piece_id)
  }, orStoreError("MemoryIndex.withWords"))

  const near = Effect.fn("MemoryIndex.near")(function* (
    scope: Scope,
    model: string,
    vector: Float32Array,
    limit: number
  ) {
    const found: Array<{ readonly piece_id: number; readonly similarity: number }> = []
    for (let last = 0; ;) {
      const rows = yield* sql<{ piece_id: number; vector: Uint8Array }>`SELECT p.piece_id, p.vector FROM memory_pieces p
        JOIN memory_files f ON f.file_id = p.file_id
        WHERE ${of(scope)} AND f.model = ${model} AND p.piece_id > ${last} ORDER BY p.piece_id LIMIT ${atOnce}`
      for (const row of rows) {
        const similarity = cosine(vectorOf(row.vector), vector)
        if (similarity !== undefined && similarity > 0) found.push({ piece_id: row.piece_id, similarity })
        last = row.piece_id
      }
      if (rows.length < atOnce) break
      yield* Effect.yieldNow
    }
    return found.sort((one, other) => other.similarity - one.similarity).slice(0, limit)
  }, orStoreError("MemoryIndex.near"))

  const pieces = Effect.fn("MemoryIndex.pieces")(function* (ids: ReadonlyArray<number>) {
    if (ids.length === 0) return []
    const rows = yield* decodePieces(
      yield* sql`SELECT p.piece_id, f.path, p.piece_index, p.content FROM memory_pieces p
        JOIN memory_files f ON f.file_id = p.file_id WHERE p.piece_id IN ${sql.in(ids)}`
    )
    const known = new Map(rows.map((row) => [row.piece_id, row]))
    return ids.flatMap((id) => known.get(id) ?? [])
  }, orStoreError("MemoryIndex.pieces"))

  return MemoryIndex.of({ files, replace, remove, withWords, near, pieces })
})

export const layer = Layer.effect(MemoryIndex, make)
