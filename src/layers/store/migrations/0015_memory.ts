/** The index of notes: files, their pieces with vectors, and the words of these. */
import { Effect } from "effect"
import { SqlClient } from "effect/sql"

/** SQLite's own: PostgreSQL would have a `tsvector` and no triggers. */
const words = Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  yield* sql`CREATE VIRTUAL TABLE memory_words USING fts5(
    content, content = 'memory_pieces', content_rowid = 'piece_id', tokenize = 'unicode61 remove_diacritics 2'
  )`
  yield* sql`CREATE TRIGGER memory_pieces_added AFTER INSERT ON memory_pieces BEGIN
    INSERT INTO memory_words (rowid, content) VALUES (new.piece_id, new.content);
  END`
  yield* sql`CREATE TRIGGER memory_pieces_removed AFTER DELETE ON memory_pieces BEGIN
    INSERT INTO memory_words (memory_words, rowid, content) VALUES ('delete', old.piece_id, old.content);
  END`
})

export default Effect.gen(function* () {
  const sql = yield* SqlClient.SqlClient
  // channel_id null: everybody's.
  yield* sql`CREATE TABLE memory_files (
    file_id INTEGER PRIMARY KEY,
    channel_id TEXT REFERENCES channels (channel_id) ON DELETE CASCADE,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    model TEXT NOT NULL,
    indexed_at BIGINT NOT NULL
  )`
  yield* sql`CREATE UNIQUE INDEX memory_files_by_path ON memory_files (COALESCE(channel_id, ''), path)`
  yield* sql`CREATE INDEX memory_files_by_channel ON memory_files (channel_id)`
  yield* sql`CREATE TABLE memory_pieces (
    piece_id INTEGER PRIMARY KEY,
    file_id INTEGER NOT NULL REFERENCES memory_files (file_id) ON DELETE CASCADE,
    piece_index INTEGER NOT NULL,
    content TEXT NOT NULL,
    vector BLOB NOT NULL,
    UNIQUE (file_id, piece_index)
  )`
  yield* words
})
