/** Rows of `memory_files` and `memory_pieces`: what is indexed of whose notes, by words and by vectors. */
import { Context, type Effect } from "effect"
import type { ChannelId } from "../domain/Ids.ts"
import type { StoreError } from "./Store.ts"

/** Whose: a channel's (or of a thread with a directory of its own), or null: everybody's. */
export type Scope = ChannelId | null

export interface IndexedFile {
  /** Absolute. */
  readonly path: string
  /** Of everything that its rows depend on: text, model, size of pieces. */
  readonly fingerprint: string
}

export interface NewFile extends IndexedFile {
  readonly model: string
  readonly pieces: ReadonlyArray<{ readonly content: string; readonly vector: Float32Array }>
}

export interface Piece {
  readonly piece_id: number
  readonly path: string
  /** From 0. */
  readonly piece_index: number
  readonly content: string
}

export class MemoryIndex extends Context.Service<
  MemoryIndex,
  {
    readonly files: (scope: Scope) => Effect.Effect<ReadonlyArray<IndexedFile>, StoreError>
    /** All rows of the file at once, in place of those it had. */
    readonly replace: (scope: Scope, file: NewFile) => Effect.Effect<void, StoreError>
    readonly remove: (scope: Scope, paths: ReadonlyArray<string>) => Effect.Effect<void, StoreError>
    /** Pieces with words of the expression (`domain/memory/Ranking.matchOf`), best first (BM25). */
    readonly withWords: (
      scopes: ReadonlyArray<Scope>,
      match: string,
      limit: number
    ) => Effect.Effect<ReadonlyArray<number>, StoreError>
    /** Pieces whose vectors by that model are closest, best first; only those that point the same way at all. */
    readonly near: (
      scope: Scope,
      model: string,
      vector: Float32Array,
      limit: number
    ) => Effect.Effect<ReadonlyArray<{ readonly piece_id: number; readonly similarity: number }>, StoreError>
    /** In the order of the ids; those that are gone are left out. */
    readonly pieces: (ids: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<Piece>, StoreError>
  }
>()("loop/services/MemoryIndex") {}
